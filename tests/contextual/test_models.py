"""Contextual vectors as leaves of whole networks: training, saving, matching and resuming."""

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from killing import Killed, kill_after
from tiny_encoder import make_encoder
from toy import toy_treebank

from treebanks.pairs import Pair
from treenn.contextual import ContextualEncoder, FrozenVectors
from treenn.encoders import pack
from treenn.evaluation.predictions import predict
from treenn.models.building import build, match_parameters
from treenn.models.saving import load_model, save_model
from treenn.models.settings import Settings
from treenn.models.task import make_task
from treenn.models.vocabulary import Vocabulary
from treenn.training import train
from treenn.training.distillation import soft_targets
from treenn.training.optimizers import make_optimizers
from treenn.trees import DependencyTree, InputError

TOY = toy_treebank(train=24, dev=8, test=8)
VOCABULARY = Vocabulary.of(TOY.train)


@pytest.fixture
def frozen(tiny: Path) -> Settings:
    return Settings(size=6, word_size=4, epochs=2, batch_size=8, contextual=str(tiny), contextual_layers="1,3")


@pytest.fixture
def tuned(frozen: Settings) -> Settings:
    return replace(frozen, contextual_learning_rate=1e-3)


@pytest.mark.parametrize("model", ["tree-lstm", "lstm", "bilstm-attention", "bidirectional-tree-lstm"])
def test_leaves_are_word_vectors_with_contextual_ones_beside(model: str, frozen: Settings, tiny: Path) -> None:
    network = build(replace(frozen, model=model), 5, VOCABULARY).eval()
    forest = network.pack(TOY.train)
    x = network.vectors(forest)
    assert network.encoder.input_size == 4 + 16
    assert torch.equal(x[:, :4], network.embedding(VOCABULARY.encode(forest.words)))
    alone = ContextualEncoder(tiny, (1, 3)).eval()
    wanted = torch.cat([alone([tree.words]) for tree in TOY.train]).detach()
    torch.testing.assert_close(x[:, 4:].detach(), wanted, atol=2e-3, rtol=2e-3)
    # A word's vector, hence a phrase's state, depends on its sentence, but not on the other trees of the batch.
    one = network(network.pack(TOY.train[3:4]))
    rows = forest.unpack(network(forest))[3]
    torch.testing.assert_close(rows, network.pack(TOY.train[3:4]).unpack(one)[0], atol=2e-3, rtol=2e-3)


def test_contextual_words_disable_dedup(frozen: Settings) -> None:
    network = build(frozen, 5, VOCABULARY).eval()
    assert not network.supports_dedup
    assert network.pack(TOY.train).inverse is None
    with pytest.raises(InputError, match="a deduplicated forest has no sentences; pack the trees with dedup=False"):
        network(pack(TOY.train, dedup=True))


@pytest.mark.parametrize("model", ["tree-lstm", "lstm"])
def test_gradients_reach_trained_encoders_only(model: str, frozen: Settings, tuned: Settings) -> None:
    still, moving = (build(replace(each, model=model), 5, VOCABULARY) for each in (frozen, tuned))
    assert isinstance(still.contextual, FrozenVectors)
    assert isinstance(moving.contextual, ContextualEncoder)
    assert not any("contextual" in name for name in still.state_dict())
    for network in (still, moving):
        network.loss(network.pack(TOY.train)).backward()
    gradients = {name: each.grad for name, each in moving.contextual.named_parameters()}
    for part in ("embeddings.word_embeddings", "encoder.layer.0.attention", "encoder.layer.2.output"):
        assert any(each is not None and each.abs().max() > 0 for name, each in gradients.items() if part in name)
    assert len(make_optimizers(still, frozen)) == 2
    encoder = make_optimizers(moving, tuned)[2].param_groups[0]
    assert (encoder["lr"], len(encoder["params"])) == (1e-3, len(gradients))


def test_training_moves_the_encoder_or_leaves_it(frozen: Settings, tuned: Settings, tiny: Path) -> None:
    first = ContextualEncoder(tiny, (1, 3)).state_dict()
    network = train(TOY, tuned).model
    assert isinstance(network.contextual, ContextualEncoder)
    moved = [name for name, each in network.contextual.state_dict().items() if not torch.equal(each, first[name])]
    assert "network.encoder.layer.0.attention.self.query.weight" in moved
    still = train(TOY, frozen).model.contextual
    assert isinstance(still, FrozenVectors)
    assert all(torch.equal(each, first[name]) for name, each in still._encoder.state_dict().items())


@pytest.mark.parametrize("regime", ["frozen", "tuned"])
def test_resumed_run_is_bit_identical(regime: str, request: pytest.FixtureRequest, tmp_path: Path, cache: Path) -> None:
    settings = replace(request.getfixturevalue(regime), embedding_dropout=0.2, ema_decay=0.9)
    whole = train(TOY, settings, out=tmp_path / "whole")
    with pytest.raises(Killed):
        train(TOY, settings, out=tmp_path / "parts", progress=kill_after(4))
    shutil.rmtree(cache, ignore_errors=True)  # computed anew, it must be the same
    again = train(TOY, settings, out=tmp_path / "parts", resume=True)
    weights = [(tmp_path / name / "model.safetensors").read_bytes() for name in ("whole", "parts")]
    assert weights[0] == weights[1]
    assert again.results.metrics["dev"] == whole.results.metrics["dev"]


def test_resuming_with_another_encoder_is_refused(frozen: Settings, tmp_path: Path) -> None:
    folder = make_encoder(tmp_path / "encoder", seed=0)
    settings = replace(frozen, contextual=str(folder))
    train(TOY, settings, out=tmp_path / "run")
    shutil.rmtree(folder)
    make_encoder(folder, seed=1)
    with pytest.raises(InputError, match="began with other trees or vectors"):
        train(TOY, settings, out=tmp_path / "run", resume=True)


@pytest.mark.parametrize("regime", ["frozen", "tuned"])
def test_a_saved_model_comes_back(regime: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    settings = request.getfixturevalue(regime)
    model = train(TOY, settings, out=tmp_path / "model").model
    loaded = load_model(tmp_path / "model", str(settings.contextual))
    again = loaded.settings
    assert again == settings
    theirs, ours = predict(loaded, TOY.test), predict(model, TOY.test)
    torch.testing.assert_close(torch.tensor(theirs.probabilities), torch.tensor(ours.probabilities), atol=1e-3, rtol=0)
    weights = (tmp_path / "model/model.safetensors").read_bytes()
    assert (b"contextual." in weights) == (regime == "tuned")


def test_changed_encoder_is_refused(frozen: Settings, tmp_path: Path) -> None:
    folder = make_encoder(tmp_path / "encoder", seed=0)
    settings = replace(frozen, contextual=str(folder))
    save_model(tmp_path / "model", build(settings, 5, VOCABULARY))
    shutil.rmtree(folder)
    make_encoder(folder, seed=1)
    with pytest.raises(InputError, match="was trained with another contextual encoder of this name"):
        load_model(tmp_path / "model", str(folder))
    shutil.rmtree(folder)
    (tmp_path / "model/config.json").write_text(
        json.dumps(json.loads((tmp_path / "model/config.json").read_text()) | {"format": 1})
    )
    with pytest.raises(InputError, match=r"no folder of that name, and the Hugging Face hub"):
        load_model(tmp_path / "model", [str(folder)])


def test_parameters_are_matched_with_the_wider_leaves(frozen: Settings, tuned: Settings) -> None:
    reference = replace(tuned, size=40)
    matched = match_parameters(
        replace(frozen, model="lstm"),
        reference,
        input_size=4,
        make_head=make_task("nodes", list("01234")).make_head,
    )
    counts = [build(each, 5, VOCABULARY).parameter_counts() for each in (matched, reference)]
    assert abs(counts[0][0] / counts[1][0] - 1) < 0.02
    words = 4 * len(VOCABULARY)
    encoder = build(tuned, 5, VOCABULARY).contextual
    assert isinstance(encoder, ContextualEncoder)
    assert [count[1] for count in counts] == [words, words + sum(each.numel() for each in encoder.parameters())]


def test_dropout_on_embeddings_is_on_contextual_ones_too(frozen: Settings) -> None:
    network = build(replace(frozen, embedding_dropout=0.5), 5, VOCABULARY).train()
    x = network.vectors(network.pack(TOY.train))[:, 4:]
    assert 0.3 < (x == 0).float().mean() < 0.7


def test_pairs_read_them_too_but_dependency_trees_cannot(frozen: Settings) -> None:
    dependencies = tuple(DependencyTree(tree.words, tuple(range(-1, len(tree.words) - 1))) for tree in TOY.test[:2])
    pairs = [Pair(*TOY.test[:2], target=0, dependencies=dependencies)]
    network = build(replace(frozen, model="lstm"), make_task("pairs", ["a", "b"]), VOCABULARY).eval()
    both = network.vectors(network.pack(pairs).forest)
    assert both.shape == (sum(len(tree.words) for tree in TOY.test[:2]), 4 + 16)
    network = build(replace(frozen, model="dependency-tree-lstm"), make_task("pairs", ["a", "b"]), VOCABULARY)
    with pytest.raises(InputError, match="dependency trees have no contextual word vectors"):
        network(network.pack(pairs))


def test_a_rate_without_an_encoder_is_refused() -> None:
    with pytest.raises(InputError, match=r"contextual_learning_rate 0\.1: needs contextual NAME"):
        Settings(contextual_learning_rate=0.1)
    with pytest.raises(InputError, match="contextual_layers 4;6: must be numbers"):
        Settings(contextual_layers="4;6")


def test_transformers_is_imported_lazily() -> None:
    code = "import sys, treenn, treenn.training, treenn.contextual; sys.exit('transformers' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_teachers_share_the_vectors_on_disk(frozen: Settings, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trees = list(TOY.train)
    teachers = [train(TOY, replace(frozen, epochs=1, seed=seed)).model for seed in (0, 1)]
    wanted = soft_targets([teachers[0]], trees), soft_targets([teachers[1]], trees)
    assert teachers[0].contextual is not teachers[1].contextual
    monkeypatch.setattr(ContextualEncoder, "forward", None)  # all vectors come from the cache
    found = soft_targets(teachers, trees)
    assert teachers[0].contextual is teachers[1].contextual
    for rows, *each in zip(found, *wanted, strict=True):
        np.testing.assert_allclose(rows, sum(each) / 2, atol=2e-3)
