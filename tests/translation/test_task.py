"""Training on a made-up language, batches, saving, and refused settings."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from tests.translation.corpora import reversal_corpus
from treebanks import ParallelCorpus, Translation
from treenn import Settings, load_model, train
from treenn.models.building import build
from treenn.models.network import Network
from treenn.models.text_vocabulary import END_ID
from treenn.tasks import task_of
from treenn.translation.beam_search import BeamOptions
from treenn.translation.model import TranslationModel
from treenn.translation.packing import PackedTranslations, PairTable, unit_tree
from treenn.trees import InputError, parse_tree

pytest.importorskip("tokenizers", reason="needs tokenizers: pip install 'treenn[translation]'")
pytest.importorskip("sacrebleu", reason="needs sacrebleu: pip install 'treenn[translation]'")

SMALL = Settings(
    model="bilstm",
    size=8,
    word_size=8,
    vocabulary_size=40,
    output_layer="tied",
    optimizer="adam",
    learning_rate=0.02,
    weight_decay=0.0,
    dropout=0.0,
    batch_size=16,
    epochs=1,
    clip_norm=1.0,
)

ENCODERS = ["bilstm", "gru", "lstm-attention", "tree-lstm", "bidirectional-tree-lstm", "average"]


def network(corpus: ParallelCorpus, **changes: Any) -> Network:
    settings = replace(SMALL, **changes)
    task = task_of(corpus)
    return build(settings, task, task.make_vocabulary(corpus, settings)).eval()  # type: ignore[arg-type]


@pytest.mark.parametrize(("model", "least"), [pytest.param("bilstm", 30, marks=pytest.mark.slow), ("tree-lstm", 25)])
def test_reversal_is_learned(model: str, least: int) -> None:
    corpus = reversal_corpus(300, 30, longest=3)
    changes: dict[str, Any] = {"size": 32, "word_size": 32, "epochs": 12, "schedule": "cosine", "checkpoint": "last"}
    run = train(corpus, replace(SMALL, model=model, **changes))
    found = TranslationModel(run.model).predict(corpus.dev, BeamOptions(3))
    assert sum(map(str.__eq__, found.outputs, found.references)) >= least


@pytest.mark.parametrize("model", ENCODERS)
def test_a_batch_equals_single_pairs(model: str) -> None:
    corpus = reversal_corpus(20, 6)
    net = network(corpus, model=model)
    assert net.vocabulary is not None
    pairs = list(corpus.dev)
    together = net.predict(pairs)
    assert together.outputs == tuple(net.predict([pair]).outputs[0] for pair in pairs)
    losses = [net.loss(net.pack([pair])).item() for pair in pairs]
    sizes = [len(net.pack([pair]).targets) for pair in pairs]
    mean = np.average(losses, weights=sizes)
    assert net.loss(net.pack(pairs)).item() == pytest.approx(mean, rel=1e-5)


def test_batches_keep_the_order_of_pairs() -> None:
    corpus = reversal_corpus(20, 8)
    net = network(corpus)
    table = PairTable(corpus.dev)
    assert net.predict(table).outputs == net.predict(list(corpus.dev)).outputs
    packed = PackedTranslations.of(net.vocabulary, table.batch([5, 1]))  # type: ignore[arg-type]
    assert packed.references == (corpus.dev[5].target, corpus.dev[1].target)
    assert len(packed.alive) == max(len(net.pack([corpus.dev[index]]).targets) for index in (5, 1))
    assert sum(packed.alive) == len(packed.inputs) == len(packed.targets)


def test_targets_follow_inputs() -> None:
    corpus = reversal_corpus(20, 4)
    net = network(corpus)
    packed, rows = net.pack([corpus.dev[0]]), net.vocabulary
    assert packed.inputs.tolist() == [1, *packed.targets.tolist()[:-1]]
    assert packed.targets.tolist() == [*rows.target_units(corpus.dev[0].target), 1]  # type: ignore[attr-defined]


def test_words_of_several_units_are_subtrees() -> None:
    class Pieces:
        words = ("?", "</s>", "a", "b", "c")

        def source_units(self, words: Any) -> list[list[int]]:
            return [[2, 3, 4] if word == "abc" else [2] for word in words]

    tree = parse_tree("(X (X a) (X (X abc) (X a)))")
    assert str(unit_tree(tree, Pieces())) == "(X (X a) (X (X (X (X a) (X b)) (X c)) (X a)))"  # type: ignore[arg-type]
    assert str(unit_tree(parse_tree("(X abc)"), Pieces())) == "(X (X (X a) (X b)) (X c))"  # type: ignore[arg-type]


def test_one_word_has_a_translation() -> None:
    corpus = reversal_corpus(30, 4, longest=1)
    for model in ("tree-lstm", "bilstm"):
        assert len(network(corpus, model=model).predict(list(corpus.dev)).outputs) == 4


def test_saved_models_have_the_same_bits(tmp_path: Path) -> None:
    corpus = reversal_corpus(40, 8)
    run = train(corpus, replace(SMALL, label_smoothing=0.1, dropout=0.1), out=tmp_path / "model")
    loaded = load_model(tmp_path / "model")
    for name, tensor in run.model.state_dict().items():
        assert torch.equal(tensor, loaded.state_dict()[name])
    assert loaded.predict(list(corpus.dev)).outputs == run.model.predict(list(corpus.dev)).outputs
    assert TranslationModel.load(tmp_path / "model").languages == ("xx", "yy")


def test_a_seed_decides_every_bit() -> None:
    corpus = reversal_corpus(40, 8)
    settings = replace(SMALL, dropout=0.2, embedding_dropout=0.1, label_smoothing=0.1)
    first, second, other = (train(corpus, replace(settings, seed=seed)).results for seed in (0, 0, 1))
    assert first.history[0].loss == second.history[0].loss != other.history[0].loss


def test_a_resumed_run_equals_an_uninterrupted_one(tmp_path: Path) -> None:
    corpus = reversal_corpus(40, 8)
    train(corpus, SMALL, out=tmp_path / "model", keep_checkpoint=True)
    more = replace(SMALL, epochs=2)
    resumed = train(corpus, more, out=tmp_path / "model", resume=True)
    whole = train(corpus, more)
    assert [epoch.loss for epoch in resumed.results.history] == [epoch.loss for epoch in whole.results.history]


@pytest.mark.parametrize("attention", ["bilinear", "additive"])
def test_bfloat16_products_are_close(attention: str) -> None:
    corpus = reversal_corpus(20, 6)
    net = network(corpus, attention=attention)
    packed = net.pack(list(corpus.dev))
    exact = net.loss(packed).item()
    with torch.autocast("cpu", torch.bfloat16):
        loss = net.loss(packed)
    loss.backward()
    assert loss.item() == pytest.approx(exact, rel=0.02)
    assert all(each.grad is not None for each in net.parameters())


def test_label_smoothing_is_the_mixture_of_two_losses() -> None:
    corpus = reversal_corpus(20, 6)
    net = network(corpus)
    packed = net.pack(list(corpus.dev))
    state = net.head.start(*encoded(net, packed))
    states = net.head.decoder(net.embed(packed.inputs), packed.alive, state)
    weights = net.embedding.weight[: net.head.units]
    wanted = torch.nn.functional.cross_entropy(net.head.softmax(states, weights), packed.targets, label_smoothing=0.3)
    gradient = torch.autograd.grad(wanted, net.embedding.weight, retain_graph=True)[0]
    net.head.label_smoothing = 0.3
    found = net.loss(packed)
    torch.testing.assert_close(found, wanted)
    torch.testing.assert_close(torch.autograd.grad(found, net.embedding.weight)[0], gradient, atol=1e-5, rtol=1e-4)


def encoded(net: Network, packed: PackedTranslations) -> Any:
    from treenn.translation.network_decoder import encode

    return encode(net, packed)


def test_greedy_equals_a_beam_of_one() -> None:
    corpus = reversal_corpus(60, 12)
    net = train(corpus, SMALL).model
    greedy = net.predict(list(corpus.dev)).outputs
    assert TranslationModel(net).predict(corpus.dev, BeamOptions(1)).outputs == greedy


def test_trained_models_are_evaluated_by_beam_search() -> None:
    corpus = reversal_corpus(40, 12)
    net = network(corpus).train()
    bias = net.head.softmax.bias.data
    bias[2], bias[END_ID] = 2.0, 1.7  # greedy decoding does not end
    found = net.task.evaluate(net, corpus, "dev", roots_only=True)
    assert net.training
    assert found.outputs != net.predict(corpus.dev).outputs
    assert found.outputs == TranslationModel(net).predict(corpus.dev, BeamOptions(5, 0.6)).outputs
    assert found.references == tuple(pair.target for pair in corpus.dev)


def test_n_best_outputs_are_ordered() -> None:
    corpus = reversal_corpus(40, 5)
    model = TranslationModel(network(corpus))
    for outputs in model.translate(corpus.dev, BeamOptions(4, 0.6, 3)):
        scores = [output.score for output in outputs]
        assert scores == sorted(scores, reverse=True)
        assert len(outputs) <= 3
        assert all(output.log_p <= 0 for output in outputs)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"word_dropout": 0.5}, "word_dropout 0.5: does not apply to translation models"),
        ({"supervision": "roots"}, "supervision roots: does not apply"),
        ({"model": "dependency-tree-lstm"}, "must read words or binary trees, as bilstm"),
    ],
)
def test_settings_that_do_not_apply(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        train(reversal_corpus(10, 2), replace(SMALL, **changes))


def test_a_corpus_must_have_trees() -> None:
    pairs = [Translation("a b", "c d")] * 3
    with pytest.raises(InputError, match="must be parsed by"):
        train(ParallelCorpus("raw", ("en", "de"), {"train": pairs, "dev": pairs}), SMALL)


def test_languages_of_a_model_are_checked() -> None:
    model = TranslationModel(network(reversal_corpus(10, 2)))
    with pytest.raises(InputError, match="languages en-de: this model translates xx-yy"):
        model.check_languages(("en", "de"))
