"""`class_weights`: scikit-learn's weights in torch's weighted cross-entropy."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from sklearn.utils.class_weight import compute_class_weight
from torch.nn import functional as F
from toy import toy_treebank

from treebanks import Pair, PairTreebank, Treebank
from treenn.encoders import pack
from treenn.models.network import Network
from treenn.models.settings import Settings
from treenn.tasks import task_of
from treenn.tasks.pairs import PairClassification
from treenn.training import train
from treenn.training.class_weights import class_weights
from treenn.trees import InputError, Tree

_WHOLE = toy_treebank(train=60, dev=10)
TOY = replace(_WHOLE, splits=dict(_WHOLE.splits) | {"train": (*_WHOLE.train, *(_WHOLE.train[:1] * 40))})
SMALL = Settings(size=5, word_size=4, epochs=2, dropout=0.0, batch_size=20)
BALANCED = replace(SMALL, class_weights="balanced")
LEAVES = [Tree((word,), (), (None,)) for word in ("good", "bad", "film")]
PAIRS = [Pair(LEAVES[i % 3], LEAVES[(i * i) % 3], int(i % 5 == 0)) for i in range(30)]
PAIR_BANK = PairTreebank("pairs", ("no", "yes"), {"train": PAIRS, "dev": PAIRS, "test": PAIRS})


def labels_of(supervision: str) -> list[int]:
    """The labels of the loss; none of this treebank is missing."""
    return [int(label or 0) for tree in TOY.train for label in tree.labels[-1 if supervision == "roots" else 0 :]]


def weights(treebank: Treebank | PairTreebank, **settings: Any) -> torch.Tensor:
    made = class_weights(treebank, task_of(treebank), replace(BALANCED, **settings))
    assert made is not None
    return made


@pytest.mark.parametrize("supervision", ["nodes", "roots"])
def test_weights_are_those_of_scikit_learn(supervision: Any) -> None:
    labels = labels_of(supervision)
    classes = np.unique(labels)
    expected = np.ones(5)
    expected[classes] = compute_class_weight("balanced", classes=classes, y=labels)
    assert weights(TOY, supervision=supervision).numpy() == pytest.approx(expected)
    assert len(set(expected.tolist())) > 2, "the toy must be unbalanced"


def test_unlabelled_nodes_have_no_weight() -> None:
    blank = TOY.map_trees(
        lambda trees: [tree.map_labels(lambda label: None if label == 2 else label) for tree in trees]
    )
    labels = [label for label in labels_of("nodes") if label != 2]
    expected = compute_class_weight("balanced", classes=np.unique(labels), y=labels)
    assert weights(blank)[np.unique(labels)].numpy() == pytest.approx(expected)
    assert weights(blank)[2] == 1


def test_sampled_phrases_have_their_expected_counts() -> None:
    counts = np.zeros(5)
    for tree in TOY.train:
        *below, root = (int(label or 0) for label in tree.labels)
        counts[root] += 1
        for label in below:
            counts[label] += 4 / len(below)
    expected = counts[counts > 0].sum() / (counts > 0).sum() / counts[counts > 0]
    assert weights(TOY, supervision="spans")[counts > 0].numpy() == pytest.approx(expected)


@pytest.mark.parametrize("root_weight", [1.0, 3.0])
def test_node_loss_equals_weighted_cross_entropy(root_weight: float) -> None:
    network = train(TOY, replace(BALANCED, root_weight=root_weight)).model
    forest = pack(TOY.train[:12])
    scores, of_classes = network(forest), weights(TOY)
    whole = F.cross_entropy(scores, forest.labels, weight=of_classes, reduction="sum")
    roots = F.cross_entropy(scores[forest.roots], forest.labels[forest.roots], weight=of_classes, reduction="sum")
    torch.testing.assert_close(network.loss(forest), (whole + (root_weight - 1) * roots) / 12)
    torch.testing.assert_close(network.loss(forest, roots_only=True), roots / 12)


def test_pair_loss_equals_weighted_cross_entropy() -> None:
    network: Network = train(PAIR_BANK, BALANCED).model
    targets = torch.tensor([pair.target for pair in PAIRS])
    of_classes = compute_class_weight("balanced", classes=np.arange(2), y=targets.numpy())
    assert weights(PAIR_BANK).numpy() == pytest.approx(of_classes)
    expected = F.cross_entropy(network(PAIRS), targets, weight=torch.tensor(of_classes, dtype=torch.float32))
    torch.testing.assert_close(network.loss(network.pack(PAIRS)), expected)


def test_balanced_weights_change_training_and_resume(tmp_path: Path) -> None:
    plain, balanced = (train(TOY, each, out=tmp_path / each.class_weights) for each in (SMALL, BALANCED))
    assert plain.results.history[0].loss != balanced.results.history[0].loss
    again = train(TOY, BALANCED, out=tmp_path / "balanced", resume=True)
    assert again.results == balanced.results
    assert b"class_weights" not in (tmp_path / "balanced" / "model.safetensors").read_bytes()


def test_scores_and_foreign_tasks_have_no_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    scored = (replace(PAIRS[0], target=3.0),)
    scores = PairTreebank("pairs", None, {"train": scored, "dev": scored, "test": scored})
    with pytest.raises(InputError, match="class_weights balanced: pairs has no classes; must be none"):
        weights(scores)
    monkeypatch.setattr(PairClassification, "weighs_classes", False)
    with pytest.raises(InputError, match="pairs has task pairs, which does not weigh classes; must be none"):
        weights(PAIR_BANK)
