"""The protocol of Tai et al. 2015 for sequences: the sentence, and phrases resampled each epoch."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import chain

import numpy as np
import pytest
import torch
from killing import whole_and_resumed
from torch.nn import functional as F
from toy import toy_treebank

from treebanks import Treebank
from treenn.encoders import pack
from treenn.encoders.phrases import Runs
from treenn.models.building import build
from treenn.models.settings import Settings
from treenn.models.task import make_task
from treenn.models.vocabulary import Vocabulary
from treenn.training import train
from treenn.training.run_results import SplitMetrics
from treenn.training.spans import with_spans
from treenn.training.train_step import StepResult, TrainingState
from treenn.trees import InputError, Tree, parse_tree

TOY = toy_treebank()
SMALL = Settings(size=8, word_size=6, epochs=2, batch_size=10, supervision="spans")
TREE = parse_tree("(3 (2 (2 not) (0 (1 so) (0 bad))) (4 (3 great) (2 film)))", classes=5)


def drawn(seed: int, count: int = 4) -> list[str]:
    return [" ".join(tree.words) for tree in with_spans(TREE, np.random.default_rng(seed), count)]


def test_the_sentence_comes_first_and_four_phrases_follow() -> None:
    first, *phrases = drawn(seed=1)
    assert first == "not so bad great film"
    assert len(phrases) == 4
    assert drawn(seed=1) == [first, *phrases] != drawn(seed=2)


def test_spans_are_sampled_uniformly_from_labelled_nodes() -> None:
    counts = Counter(drawn(seed=3, count=8000)[1:])
    assert set(counts) == {"not", "so", "bad", "great", "film", "so bad", "not so bad", "great film"}
    assert all(abs(count - 1000) < 150 for count in counts.values())


def test_a_phrase_keeps_its_labels_and_its_tree() -> None:
    found = {str(tree) for tree in with_spans(TREE, np.random.default_rng(0), count=200)}
    assert "(2 (2 not) (0 (1 so) (0 bad)))" in found


def test_nodes_without_a_label_are_not_drawn() -> None:
    bare = TREE.with_labels([*[None] * 7, 4, None])
    assert {" ".join(tree.words) for tree in with_spans(bare, np.random.default_rng(0))} == {
        "not so bad great film",
        "great film",
    }
    alone = bare.map_labels(lambda label: None)
    assert list(with_spans(alone, np.random.default_rng(0))) == [alone]


@pytest.mark.parametrize("model", ["tree-lstm", "lstm", "bilstm"])
def test_loss_averages_the_sentence_and_its_phrases(model: str) -> None:
    network = build(replace(SMALL, model=model), 5, Vocabulary(list(TREE.words))).eval()
    phrases = list(with_spans(TREE, np.random.default_rng(5)))
    loss = network.loss(pack(phrases), roots_only=True)
    forest = pack([TREE])
    [scores] = forest.unpack(network(forest))
    nodes = [_node(phrase.words, phrase.label) for phrase in phrases]
    expected = F.cross_entropy(scores[nodes], torch.tensor([TREE.labels[node] for node in nodes]))
    torch.testing.assert_close(loss, expected)


def _node(words: tuple[str, ...], label: object) -> int:
    return next(
        node
        for node, (start, end) in enumerate(TREE.spans)
        if TREE.words[start:end] == words and TREE.labels[node] == label
    )


def test_sequence_network_runs_over_sampled_phrases_only(monkeypatch: pytest.MonkeyPatch) -> None:
    steps = []

    class Counted(Runs):
        def __init__(self, *arguments: object, **options: object) -> None:
            super().__init__(*arguments, **options)
            steps.append(len(self.words))

    monkeypatch.setattr("treenn.encoders.sequence_encoder.Runs", Counted)
    network = build(replace(SMALL, model="lstm"), 5, Vocabulary(list(TREE.words)))
    phrases = list(with_spans(TREE, np.random.default_rng(5)))
    network.loss(pack(phrases), roots_only=True)
    assert steps == [sum(len(phrase.words) for phrase in phrases)]


def test_spans_are_resampled_per_epoch_from_the_seed(monkeypatch: pytest.MonkeyPatch) -> None:
    train_step = TrainingState.train_step

    def seen(seed: int) -> list[list[str]]:
        batches: list[list[str]] = []

        def recorded(state: TrainingState, batch: Sequence[Tree], *rest: int) -> StepResult:
            batches.append([*map(str, batch)])
            return train_step(state, batch, *rest)

        monkeypatch.setattr(TrainingState, "train_step", recorded)
        train(TOY, replace(SMALL, seed=seed))
        return batches

    first = seen(seed=0)
    assert len(first) == 2 * 12
    assert all(len(batch) == 10 * 5 for batch in first)
    assert sorted(chain(*first[:12])) != sorted(chain(*first[12:]))
    assert first == seen(seed=0) != seen(seed=1)


@pytest.mark.parametrize("model", ["tree-lstm", "lstm"])
def test_resumed_run_is_bit_identical(model: str, tmp_path) -> None:
    whole, resumed = whole_and_resumed(TOY, replace(SMALL, model=model), tmp_path, 15)  # asserts equal weights
    assert [epoch.loss for epoch in resumed.history] == [epoch.loss for epoch in whole.history]
    assert resumed.metrics == whole.metrics


@pytest.mark.parametrize("model", ["tree-lstm", "lstm"])
def test_a_network_learns_what_not_does(model: str) -> None:
    recipe = Settings(
        model=model, supervision="spans", size=16, word_size=16, epochs=12, batch_size=5, dropout=0.0,
        learning_rate=0.1, embedding_learning_rate=0.5, weight_decay=0.0,
    )  # fmt: skip
    assert SplitMetrics.of(train(TOY, recipe).model.predict(TOY.test)).values["root"] > 0.9


def test_best_epoch_is_selected_by_root_accuracy() -> None:
    assert make_task("nodes", None).criterion(SMALL) == "root"
    assert make_task("nodes", None).criterion(replace(SMALL, checkpoint="best-all-nodes")) == "all_nodes"


def test_a_treebank_without_labels_is_refused() -> None:
    bare = {split: tuple(tree.map_labels(lambda label: None) for tree in trees) for split, trees in TOY.splits.items()}
    with pytest.raises(InputError, match="no nodes of split 'train' of treebank toy are labelled"):
        train(Treebank("toy", TOY.classes, bare), SMALL)


def test_a_batch_that_diverges_names_the_sentence() -> None:
    with pytest.raises(InputError, match=r"became (nan|inf) in epoch 1, batch \d+ of 12, (at sentence|by no sentence)"):
        train(TOY, replace(SMALL, learning_rate=1e18, embedding_learning_rate=1e18))
