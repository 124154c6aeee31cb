"""Optional training settings: the effect of each, and bitwise resuming with all."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from killing import whole_and_resumed
from toy import toy_treebank

from treebanks import Treebank
from treenn.encoders import pack
from treenn.models.building import build
from treenn.models.heads import node_loss
from treenn.models.saving import load_model
from treenn.models.settings import Settings
from treenn.models.vocabulary import Vocabulary
from treenn.training import train
from treenn.training.train_step import TrainingState
from treenn.trees import InputError

TOY = toy_treebank()
SMALL = Settings(size=10, word_size=8, epochs=3, batch_size=10)
EVERYTHING = replace(
    SMALL, optimizer="adamw", learning_rate=0.01, embedding_optimizer="same", embedding_learning_rate=0.02,
    schedule="cosine", warmup=0.2, clip_norm=1.0, clip_value=0.5, ema_decay=0.9, root_weight=3.0, checkpoint="last",
    embedding_dropout=0.1, word_dropout=0.05, cell_dropout=0.3, forget_bias=1.0, initialization="orthogonal",
)  # fmt: skip


def steps(settings: Settings) -> TrainingState:
    return TrainingState(build(settings, 5, Vocabulary.of(TOY.train)).train(), settings, "cpu")


def test_the_average_equals_a_plain_loop() -> None:
    settings = replace(SMALL, ema_decay=0.9, dropout=0.0)
    ours, plain = steps(settings), steps(replace(settings, ema_decay=0.0))
    expected: dict[str, torch.Tensor] = {}
    for number in range(6):
        for each in (ours, plain):
            each.train_step(TOY.train[10 * number : 10 * number + 10], number, 6)
        now = {name: weight.detach().double() for name, weight in plain.network.named_parameters()}
        expected = {name: 0.9 * expected.get(name, now[name]) + 0.1 * now[name] for name in now}
    for name, weight in ours.evaluated.named_parameters():
        torch.testing.assert_close(weight.double(), expected[name], rtol=1e-5, atol=1e-7)
        assert torch.equal(ours.network.get_parameter(name), plain.network.get_parameter(name)), "raw weights untouched"
    assert plain.evaluated is plain.network


def test_the_average_is_what_is_evaluated_and_kept(tmp_path: Path) -> None:
    settings = replace(SMALL, ema_decay=0.99, checkpoint="last")
    run = train(TOY, settings, out=tmp_path)
    raw = train(TOY, replace(settings, ema_decay=0.0))
    assert not torch.equal(run.model.encoder.cell.U, raw.model.encoder.cell.U)
    assert [each.loss for each in run.results.history] == [each.loss for each in raw.results.history]
    assert run.results.metrics["dev"] == run.results.history[-1].dev
    loaded = load_model(tmp_path)
    again = loaded.settings
    assert torch.equal(loaded.encoder.cell.U, run.model.encoder.cell.U)
    assert again == settings


@pytest.mark.parametrize(
    "settings",
    [
        EVERYTHING,
        replace(EVERYTHING, optimizer="adagrad", checkpoint="best-root"),
        replace(EVERYTHING, model="lstm", tbptt_steps=2),
    ],
)
@pytest.mark.parametrize("batches", [12, 30])
def test_resumed_run_with_every_option_is_bit_identical(settings: Settings, batches: int, tmp_path: Path) -> None:
    whole, resumed = whole_and_resumed(TOY, settings, tmp_path, batches)
    assert (resumed.best_epoch, resumed.metrics) == (whole.best_epoch, whole.metrics)


def test_selection_says_which_epoch_is_kept() -> None:
    recipe = replace(SMALL, epochs=6, learning_rate=0.2)
    runs = {name: train(TOY, replace(recipe, checkpoint=name)) for name in ("best-all-nodes", "best-root", "last")}
    for name, metric in (("best-all-nodes", "all_nodes"), ("best-root", "root")):
        dev = [epoch.dev.values[metric] for epoch in runs[name].results.history]
        assert runs[name].results.best_epoch == dev.index(max(dev)) + 1
    assert runs["last"].results.best_epoch == 6
    assert runs["last"].results.metrics["dev"] == runs["last"].results.history[-1].dev
    assert len({run.results.best_epoch for run in runs.values()}) > 1, "the toy does not tell them apart"


def test_best_root_wants_labelled_roots_on_dev() -> None:
    bare = tuple(tree.map_labels(lambda label: None) for tree in TOY.dev)
    half = tuple(replace(tree, labels=(*TOY.dev[i].labels[:-1], None)) for i, tree in enumerate(bare))
    treebank = Treebank("toy", TOY.classes, {**TOY.splits, "dev": half})
    train(treebank, replace(SMALL, epochs=1))
    with pytest.raises(InputError, match="no roots of split 'dev' of treebank toy are labelled"):
        train(treebank, replace(SMALL, epochs=1, checkpoint="best-root"))


@pytest.mark.parametrize("weight", [0.0, 3.0])
def test_the_roots_loss_is_weighted(weight: float) -> None:
    settings = replace(SMALL, dropout=0.0, root_weight=weight)
    network, forest = build(settings, 5, Vocabulary.of(TOY.train)), pack(TOY.train[:10])
    scores = network(forest)
    rows = torch.ones(len(forest.labels))
    rows[forest.roots] = weight
    each = torch.nn.functional.cross_entropy(scores, forest.labels, reduction="none", ignore_index=-100)
    torch.testing.assert_close(network.loss(forest), (rows * each).sum() / 10)
    roots = node_loss(scores[forest.roots], forest.labels[forest.roots], 10)
    torch.testing.assert_close(network.loss(forest, roots_only=True), roots)


def test_embedding_dropout_masks_each_token_in_training() -> None:
    plain, dropped = _vectors_in_training(embedding_dropout=0.5)
    zero = dropped == 0
    torch.testing.assert_close(dropped[~zero], 2 * plain[~zero])
    assert zero.float().mean() == pytest.approx(0.5, abs=0.02)
    assert len(zero[:3].unique(dim=0)) > 1, "each token has a mask of its own"


def test_word_dropout_favours_rare_words_in_training() -> None:
    plain, dropped = _vectors_in_training(word_dropout=2.0)
    unknown = (dropped != plain).any(dim=1)
    words = TOY.train[0].words
    for place, word in enumerate(words):
        count = sum(tree.words.count(word) for tree in TOY.train)
        share = unknown[place :: len(words)].float().mean().item()
        assert share == pytest.approx(2 / (2 + count), abs=0.1), f"{word} is there {count} times"
    assert len(dropped[unknown].unique(dim=0)) == 1, "all have the vector of number 0"


def _vectors_in_training(**dropout: float) -> tuple[torch.Tensor, torch.Tensor]:
    """Word vectors of 500 copies of one tree, with and without dropout."""
    vocabulary, forest = Vocabulary.of(TOY.train, rare=True), pack([TOY.train[0]] * 500)
    network = build(replace(SMALL, **dropout), 5, vocabulary)  # type: ignore[arg-type]
    plain = build(SMALL, 5, vocabulary).vectors(forest)
    assert torch.equal(network.eval().vectors(forest), plain)
    assert network.supports_dedup
    torch.manual_seed(0)
    dropped = network.train().vectors(forest)
    assert not network.supports_dedup
    return plain, dropped


def test_every_length_of_a_gradient_is_logged() -> None:
    history = train(TOY, SMALL).results.history
    for epoch in history:
        assert 0 < epoch.gradient_norm.mean <= epoch.gradient_norm.max
    clipped = train(TOY, replace(SMALL, clip_norm=1e-9)).results.history
    assert clipped[0].gradient_norm.max > 1e-3, "what is logged is the length before"
