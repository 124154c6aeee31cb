"""Slices, compared with counting per sentence or node and with known counts of SST's test trees."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import trees_in_any_order

import treebanks
from treenn.analysis.histogram import Bin
from treenn.analysis.slices import SLICES, by_unknown_words, depths, slices
from treenn.evaluation.predictions import Predictions
from treenn.trees import Tree, parse_trees


def said(trees: list[Tree], classes: list[int]) -> Predictions:
    """Predictions with the given classes for the nodes of the trees."""
    labels = np.array([-100 if label is None else label for tree in trees for label in tree.labels])
    sizes, answers = np.array([len(tree) for tree in trees]), np.array(classes)
    return Predictions(labels, answers, answers > 2, np.eye(5, dtype=np.float32)[answers], sizes, 5)


def total(bins: list[dict]) -> int:
    return sum(each.total for each in bins)


def counted(bins: list[dict], values: list[tuple[int, bool]]) -> None:
    """Check bins against the (value, right) pairs of all labelled nodes."""
    for each in bins:
        inside = [right for value, right in values if each.start <= value <= (10**9 if each.end is None else each.end)]
        assert (each.right, each.total) == (sum(inside), len(inside))
        assert each.total > 0
    assert total(bins) == len(values)


@given(st.lists(trees_in_any_order(), min_size=1, max_size=5), st.integers(0, 999))
def test_slices_equal_counting_one_at_a_time(trees: list[Tree], seed: int) -> None:
    classes = np.random.default_rng(seed).integers(5, size=sum(map(len, trees))).tolist()
    found = slices(trees, said(trees, classes))
    assert set(found) == set(SLICES)
    roots: dict[str, list[tuple[int, bool]]] = {"length": [], "height": []}
    nodes: dict[str, list[tuple[int, bool]]] = {"span_length": [], "depth": []}
    start = 0
    for tree in trees:
        for node, label in enumerate(tree.labels):
            if label is None:
                continue
            right = classes[start + node] == label
            above, steps = node, 0
            while tree.parents[above] >= 0:
                above, steps = tree.parents[above], steps + 1
            nodes["span_length"].append((tree.spans[node][1] - tree.spans[node][0], right))
            nodes["depth"].append((steps, right))
            if node == tree.root:
                roots["length"].append((len(tree.words), right))
                roots["height"].append((tree.heights[node], right))
        start += len(tree)
    for name, values in (roots | nodes).items():
        counted(found[name].bins, values)
        assert found[name].unit == ("sentences" if name in roots else "nodes")


def test_negation_slice_matches_words_in_any_case() -> None:
    trees = parse_trees("(3 (2 Nothing) (3 good))  (3 (2 nothingness) (3 rules))  (1 (2 was) (1 n't))", classes=5)
    found = slices(trees, said(trees, [2, 3, 3, 2, 3, 3, 2, 1, 4]))["negation"]
    assert found.bins == (
        Bin(1, 2, name="negated"),
        Bin(1, 1, name="not negated"),
    )
    assert "nothing" in found.rule
    assert "n't" in found.rule


def test_user_defined_slice_is_added_to_the_others() -> None:
    trees = parse_trees("(3 (2 a) (3 good))  (3 (2 odd) (3 rules))", classes=5)
    found = slices(trees, said(trees, [2, 3, 3, 2, 3, 1]), SLICES | {"unknown": by_unknown_words(trees[:1])})
    assert found["unknown"].bins == (
        Bin(1, 1, start=0, end=0),
        Bin(0, 1, start=2, end=2),
    )
    assert list(found)[:-1] == list(SLICES)


def test_depths_need_no_recursion() -> None:
    n = 100_000
    tree = Tree(("w",) * n, ((0, 1), *((n + k, k + 2) for k in range(n - 2))))
    assert depths(tree)[0] == n - 1
    assert max(depths(tree)) == n - 1


@pytest.fixture(scope="module")
def sst(sst_home: Path) -> tuple[Tree, ...]:
    return treebanks.load("sst").test


def test_slices_of_sst_test_have_the_counted_sizes(sst: tuple[Tree, ...]) -> None:
    """The counts are listed in the project's references."""
    found = slices(sst, said(list(sst), [2] * sum(map(len, sst))))
    assert [each.total for each in found["length"].bins] == [361, 836, 724, 247, 42]
    assert found["negation"].bins[0].total == 452
    assert found["depth"].bins[0] == Bin(389, 2210, start=0, end=0, sentences=2210)
    assert total(found["span_length"].bins) == total(found["depth"].bins) == 82_600
    assert {each.name: each.total for each in found["but"].bins} == {
        "strict": 37,
        "wide": 256,
        "wide, X and Y differ": 208,
    }
