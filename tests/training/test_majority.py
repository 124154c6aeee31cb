"""The warning that a model is no better than train's majority class."""

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sklearn.dummy import DummyClassifier
from toy import toy_treebank

from treebanks import Pair, PairTreebank, Treebank
from treenn.commands.training_messages import warn_of_majority_class
from treenn.models.settings import Settings
from treenn.tasks import task_of
from treenn.training import train
from treenn.training.majority import compare_with_majority
from treenn.training.run_results import MajorityClass, read_training
from treenn.trees import Tree

TOY = toy_treebank(train=40, dev=31, seed=3)
SMALL = Settings(size=5, word_size=4, epochs=1, learning_rate=0.0, embedding_learning_rate=0.0, weight_decay=0.0)


def units(trees: Any, supervision: str) -> list[int]:
    return [label for tree in trees for label in tree.labels[-1 if supervision == "roots" else 0 :]]


@pytest.mark.parametrize("supervision", ["roots", "nodes"])
def test_majority_class_is_of_train_measured_on_dev(supervision: Any) -> None:
    found = train(TOY, replace(SMALL, supervision=supervision)).results
    fit, measured = units(TOY.train, supervision), units(TOY.dev, supervision)
    dummy = DummyClassifier().fit([[0]] * len(fit), fit)
    metric = "root" if supervision == "roots" else "all_nodes"
    expected = dummy.score([[0]] * len(measured), measured)
    assert found.majority_class is not None
    assert found.majority_class.accuracy == pytest.approx(expected)
    assert found.majority_class.value == found.metrics["dev"].values[metric]
    assert found.majority_class.metric == metric
    assert found.majority_class.name == TOY.classes[Counter(fit).most_common(1)[0][0]]


def test_majority_classes_of_train_and_dev_differ() -> None:
    flipped = [tree.map_labels(lambda label: None if label is None else 4 - label) for tree in TOY.train]
    mirrored = replace(TOY, splits=dict(TOY.splits) | {"train": flipped})
    roots = replace(SMALL, supervision="roots")
    ours, theirs = (train(bank, roots).results.majority_class for bank in (TOY, mirrored))
    assert ours and theirs
    assert ours.accuracy != theirs.accuracy
    assert ours.accuracy + theirs.accuracy == pytest.approx(1), "toy roots are positive or negative"


def test_field_is_read_back_and_absent_for_scores(tmp_path: Path) -> None:
    results = train(TOY, SMALL, out=tmp_path).results
    assert read_training(tmp_path).majority_class == results.majority_class is not None
    pairs = (Pair(Tree(("a",), ()), Tree(("b",), ()), 2.0), Pair(Tree(("b",), ()), Tree(("b",), ()), 5.0))
    scores = PairTreebank("scores", None, {"train": pairs, "dev": pairs})
    assert train(scores, SMALL).results.majority_class is None


@pytest.mark.parametrize(("value", "warned"), [(0.25, True), (0.5, True), (0.51, False)])
def test_models_not_above_the_majority_are_reported(
    value: float, warned: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    results = replace(train(TOY, SMALL).results, majority_class=MajorityClass("root", "neutral", 0.5, value))
    warn_of_majority_class(results)
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == warned
    if warned:
        assert lines[0].endswith("predicting neutral, train's majority class (50.0 %)")
        warn_of_majority_class(results, of_pairs=True)
        assert " % of pairs of dev are right" in capsys.readouterr().err


def test_roots_are_compared_beside_all_nodes() -> None:
    """With 300 trees of SST, all nodes were above the majority class and sentences below, without a warning."""
    trees = [Tree(("a", "b"), ((0, 1),), (1, 1, root)) for root in (0, 0, 0, 1)]
    bank = Treebank("made", ("no", "yes"), {"train": trees, "dev": trees})
    values = {"all_nodes": 0.9, "root": 0.75}
    found = compare_with_majority(bank, task_of(bank), "all_nodes", values)
    assert found == MajorityClass("root", "no", 0.75, 0.75)
    better = compare_with_majority(bank, task_of(bank), "all_nodes", values | {"root": 1.0})
    assert better == MajorityClass("all_nodes", "yes", 0.75, 0.9)
