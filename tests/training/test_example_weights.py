"""Weights of training examples: losses of batches are checked against plain sums."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from toy import toy_treebank

from treebanks import AnyTreebank, DependencyTreebank, Pair, PairTreebank, Treebank
from treenn.models.building import build
from treenn.models.network import Network
from treenn.models.settings import Settings
from treenn.models.vocabulary import Vocabulary
from treenn.tasks import task_of
from treenn.training import train
from treenn.trees import DependencyTree, InputError

TOY = toy_treebank(train=20, dev=5)
SMALL = Settings(size=5, word_size=4, epochs=2, dropout=0.0, batch_size=7, weight_decay=0.0)
WEIGHTS = [0.0, 1.0, 2.0, 0.5, 3.0, 1.0, 0.25]


def scored() -> Treebank:
    splits = {
        split: [tree.map_labels(lambda label: float(label or 0)) for tree in TOY.splits[split]] for split in TOY.splits
    }
    return Treebank("scored", None, splits, scale="score", score_range=(0.0, 4.0))


def dependencies() -> DependencyTreebank:
    trees = [
        DependencyTree(tuple("abc"[: 2 + i % 2]), (-1, 0, 1)[: 2 + i % 2], labels=(i % 2, 1 - i % 2, 0)[: 2 + i % 2])
        for i in range(9)
    ]
    return DependencyTreebank("dependencies", ("no", "yes"), {"train": trees, "dev": trees}, level="words")


def network(treebank: AnyTreebank, **changed: Any) -> Network:
    settings, vocabulary = replace(SMALL, **changed), Vocabulary.of(treebank.trees("train"))
    return build(settings, task_of(treebank), vocabulary).eval()


MODELS = [
    (TOY, {}),
    (TOY, {"root_weight": 2.0}),
    (TOY, {"model": "lstm"}),
    (scored(), {}),
    (dependencies(), {"model": "dependency-tree-lstm"}),
    (dependencies(), {}),
]


@pytest.mark.parametrize(("treebank", "changed"), MODELS)
@pytest.mark.parametrize("roots_only", [False, True])
def test_loss_is_sum_of_weighted_losses(treebank: AnyTreebank, changed: dict[str, Any], roots_only: bool) -> None:
    model, trees = network(treebank, **changed), treebank.train[:7]

    def loss(examples: Any, weights: list[float] | None = None) -> float:
        factors = None if weights is None else torch.tensor(weights)
        return model.loss(model.pack(examples), roots_only=roots_only, weights=factors).item()

    expected = sum(weight * loss([tree]) for weight, tree in zip(WEIGHTS, trees, strict=True)) / len(trees)
    assert loss(trees, WEIGHTS) == pytest.approx(expected, rel=1e-5)
    assert loss(trees, [1.0] * 7) == pytest.approx(loss(trees), rel=1e-6)
    twice = [*trees, trees[2]]
    assert 7 * loss(trees, [1.0, 1.0, 2.0, 1.0, 1.0, 1.0, 1.0]) == pytest.approx(8 * loss(twice), rel=1e-5)


@pytest.mark.parametrize("supervision", ["nodes", "roots", "spans"])
def test_examples_of_weight_zero_are_not_learned(supervision: Any) -> None:
    settings = replace(SMALL, supervision=supervision, checkpoint="last")
    kept = [float(index % 2) for index in range(20)]
    other = tuple(tree if keep else tree.map_labels(lambda _: 0) for tree, keep in zip(TOY.train, kept, strict=True))
    changed = replace(TOY, splits={**TOY.splits, "train": other})
    states = [train(each, settings, example_weights=kept).model.state_dict() for each in (TOY, changed)]
    assert all(torch.equal(states[0][name], states[1][name]) for name in states[0])
    unweighted = train(TOY, settings).model.state_dict()
    assert not all(torch.equal(states[0][name], unweighted[name]) for name in unweighted)


def test_resumed_run_must_have_the_same_weights(tmp_path: Path) -> None:
    train(TOY, SMALL, example_weights=[1.0] * 20, out=tmp_path)
    train(TOY, SMALL, example_weights=[1.0] * 20, out=tmp_path, resume=True)
    with pytest.raises(InputError, match="other"):
        train(TOY, SMALL, example_weights=[2.0] * 20, out=tmp_path, resume=True)


def test_weights_that_do_not_apply_are_refused() -> None:
    tree = TOY.train[0]
    pairs = PairTreebank("pairs", ("a", "b"), {split: [Pair(tree, tree, 0)] for split in ("train", "dev")})
    for treebank, settings, weights, message in (
        (TOY, SMALL, [1.0], "has 1 items: must have 20, one per training example"),
        (TOY, SMALL, [0.0] * 20, "must not all be 0"),
        (TOY, SMALL, [-1.0] * 20, r"\[0\] -1.0: must be 0 or more"),
        (pairs, SMALL, [1.0], "task pairs does not weigh examples"),
        (TOY, replace(SMALL, model="autoencoder"), [1.0] * 20, "RecursiveAutoencoder has a loss of its own"),
    ):
        with pytest.raises(InputError, match=rf"example_weights.*{message}"):
            train(treebank, settings, example_weights=weights)
