"""Metrics, compared with counting node by node and with scikit-learn."""

from xml.etree import ElementTree

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, f1_score
from strategies import trees_in_any_order
from toy import toy_treebank

from treenn.encoders import pack
from treenn.evaluation.measuring import measure
from treenn.evaluation.metrics import METRICS
from treenn.evaluation.predictions import Predictions, predict
from treenn.models.building import build
from treenn.models.settings import Settings
from treenn.models.vocabulary import Vocabulary
from treenn.trees import Tree

TREES = toy_treebank(train=23).train
MODEL = build(Settings(size=4, word_size=3), 5, Vocabulary.of(TREES))


def counted(trees: list[Tree], p: Predictions, name: str, n_classes: int) -> tuple[list[int], list[int]]:
    """Gold label and prediction of every node that a metric counts."""
    gold, guess, at = [], [], 0
    for tree in trees:
        for node, label in enumerate(tree.labels):
            here = {"root": node == tree.root, "inner_nodes": node >= len(tree.words)}.get(
                name.removesuffix("_binary"), True
            )
            binary = name.endswith("_binary")
            if label is not None and here and not (binary and 2 * label == n_classes - 1):
                gold.append(int(2 * label > n_classes - 1) if binary else label)
                guess.append(int(p.positive[at]) if binary else int(p.classes[at]))
            at += 1
    return gold, guess


@settings(deadline=None, max_examples=40)
@given(st.lists(trees_in_any_order(), min_size=1, max_size=6), st.integers(0, 999), st.sampled_from([2, 3, 5]))
def test_metrics_equal_counting_node_by_node(trees: list[Tree], seed: int, n_classes: int) -> None:
    trees = [tree.map_labels(lambda label: label if label is None else label % n_classes) for tree in trees]
    random, n = np.random.default_rng(seed), sum(map(len, trees))
    labels = np.array([-100 if label is None else label for tree in trees for label in tree.labels])
    sizes = np.array([len(tree) for tree in trees])
    classes, probabilities = random.integers(n_classes, size=n), random.random((n, n_classes), dtype=np.float32)
    p = Predictions(labels, classes, random.random(n) < 0.5, probabilities, sizes, n_classes)
    found = measure(p)
    for name in ("root", "all_nodes", "inner_nodes", "root_binary", "all_nodes_binary"):
        gold, guess = counted(trees, p, name, n_classes)
        assert found[name] == (pytest.approx(accuracy_score(gold, guess)) if gold else None)
        assert found["majority"][name] == (max(np.bincount(gold)) / len(gold) if gold else None)
    for name, where in (("macro_f1", "root"), ("macro_f1_all_nodes", "all_nodes")):
        gold, guess = counted(trees, p, where, n_classes)
        assert found[name] == (pytest.approx(f1_score(gold, guess, average="macro")) if gold else None)
    at = np.cumsum([0, *sizes])
    for number, tree in enumerate(trees):
        right = [p.classes[at[number] + node] == label for node, label in enumerate(tree.labels)]
        assert p.correct_nodes()[number] == sum(right)


@pytest.mark.parametrize("name", ["recursive-tanh", "lstm", "bilstm", "bidirectional-tree-lstm"])
def test_roots_alone_are_told_as_among_all_nodes(name: str) -> None:
    model = build(Settings(model=name, size=4, word_size=3), 5, Vocabulary.of(TREES))
    every, roots = predict(model, TREES, 10), predict(model, TREES, 10, roots_only=True)
    np.testing.assert_allclose(roots.probabilities[roots.roots], every.probabilities[every.roots], atol=1e-6)
    assert (roots.classes[roots.roots] == every.classes[every.roots]).all()
    below = np.setdiff1d(np.arange(len(roots.labels)), roots.roots)
    assert (roots.classes[below] == -1).all() and not roots.probabilities[below].any()
    assert (roots.labels == every.labels).all() and (roots.sizes == every.sizes).all()


def test_batched_predictions_equal_single_ones_in_tree_order() -> None:
    MODEL.train()
    p = predict(MODEL, TREES, batch_size=7)
    assert MODEL.training, "predicting must leave the model as it was"
    alone = [predict(MODEL, [tree]) for tree in TREES]
    np.testing.assert_array_equal(p.classes, np.concatenate([one.classes for one in alone]))
    np.testing.assert_array_equal(p.positive, np.concatenate([one.positive for one in alone]))
    np.testing.assert_allclose(p.probabilities, np.concatenate([one.probabilities for one in alone]), rtol=1e-5)
    assert p.probabilities.dtype == np.float32
    np.testing.assert_array_equal(p.probabilities.argmax(axis=1), p.classes)
    np.testing.assert_array_equal(p.labels, [label for tree in TREES for label in tree.labels])
    np.testing.assert_array_equal(p.roots, np.cumsum([len(tree) for tree in TREES]) - 1)


@pytest.mark.parametrize("supports_dedup", [False, True])
def test_subtrees_are_shared_where_the_encoder_allows_it(supports_dedup: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    monkeypatch.setattr(type(MODEL.encoder), "supports_dedup", supports_dedup)
    monkeypatch.setattr("treenn.tasks.nodes.pack", lambda trees, dedup: seen.append(dedup) or pack(trees, dedup=dedup))
    predict(MODEL, TREES, batch_size=20)
    assert seen == [supports_dedup, supports_dedup]


def test_polarity_compares_summed_probabilities(monkeypatch: pytest.MonkeyPatch) -> None:
    # The likeliest class is 4, but the two negative ones together outweigh the two positive ones.
    scores = torch.log(torch.tensor([0.29, 0.25, 0.1, 0.0601, 0.2999]))
    monkeypatch.setattr(type(MODEL), "forward", lambda self, forest, **_: scores.expand(len(forest.labels), 5))
    p = predict(MODEL, TREES[:1])
    assert set(p.classes) == {4}
    assert not p.positive.any()


def test_displays_are_short_and_have_all_metrics() -> None:
    predictions = predict(MODEL, TREES)
    assert repr(predictions) == f"Predictions(trees=23, nodes={len(predictions.labels)}, classes=5)"
    rows = [[cell.text for cell in row] for row in ElementTree.fromstring(predictions._repr_html_()).iter("tr")]
    assert rows[0] == ["metric", "value", "majority"]
    assert len(rows) == len(measure(predictions))  # without majority, with a heading
    assert METRICS["root"].value(measure(predictions)["root"]) in rows[1]
