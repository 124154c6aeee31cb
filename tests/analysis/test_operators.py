"""Slices of ListOps, compared with a recursive reader of expressions, and slices of pairs of formulas."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

from treenn.analysis.histogram import Bin
from treenn.analysis.operators import LISTOPS, OPERATORS, arguments_and_nesting, by_group
from treenn.analysis.slices import slices
from treenn.evaluation.predictions import Predictions
from treenn.trees import Tree


def expression(draw: random.Random, depth: int) -> tuple[list[str], int, int]:
    """A random expression, its largest number of arguments and its nesting depth."""
    if depth == 0 or draw.random() < 0.3:
        return [str(draw.randrange(10))], 0, 0
    parts = [expression(draw, depth - 1) for _ in range(draw.randint(1, 6))]
    tokens = [draw.choice(OPERATORS), *(token for part in parts for token in part[0]), "]"]
    return tokens, max(len(parts), *(part[1] for part in parts)), 1 + max(part[2] for part in parts)


def chain(words: list[str]) -> Tree:
    """Any tree over the words: the slices ignore its shape."""
    n = len(words)
    merges = ((0 if k == 0 else n + k - 1, k + 1) for k in range(n - 1))
    return Tree(tuple(words), tuple(merges), (*(None,) * (2 * n - 2), 2))


@pytest.mark.parametrize("seed", range(20))
def test_arguments_and_nesting_are_those_of_construction(seed: int) -> None:
    tokens, most, deepest = expression(random.Random(seed), 5)
    assert arguments_and_nesting(tokens) == (most, deepest)


def test_nesting_has_no_limit() -> None:
    assert arguments_and_nesting(["[MAX"] * 100_000 + ["1"] + ["]"] * 100_000) == (1, 100_000)


def test_listops_slices_by_operator_length_arguments_and_nesting() -> None:
    written = ["[MAX 2 3 ]", "[MED [SM 1 2 3 4 5 6 ] 7 ]", "[MAX 1 2 ]", f"[MIN {' 1' * 99} ]"]
    trees = [chain(text.split()) for text in written]
    sizes = np.array([len(tree) for tree in trees])
    labels = np.array([-100 if label is None else label for tree in trees for label in tree.labels])
    classes = np.full(len(labels), 2)
    classes[sizes[0] - 1] = 9  # the first expression is wrong
    said = Predictions(labels, classes, classes > 5, np.zeros((len(labels), 10), dtype=np.float32), sizes, 10)
    found = {name: each.bins for name, each in slices(trees, said, LISTOPS).items()}
    assert found["operator"] == (
        Bin(1, 2, name="[MAX"),
        Bin(1, 1, name="[MIN"),
        Bin(1, 1, name="[MED"),
    )
    assert [(each.start, each.end, each.total) for each in found["length"]] == [(1, 100, 3), (101, 200, 1)]
    assert [(each.start, each.total) for each in found["arguments"]] == [(2, 2), (6, 1), (16, 1)]
    assert [(each.start, each.right, each.total) for each in found["nesting"]] == [(1, 2, 3), (2, 1, 1)]


def test_pairs_are_counted_by_group() -> None:
    found = by_group([12, 3, 12, 3, 12], [0, 1, 2, 3, 4], [0, 1, 0, 0, 4])
    assert found.unit == "pairs"
    assert found.bins == (
        Bin(1, 2, start=3, end=3),
        Bin(2, 3, start=12, end=12),
    )


def test_published_listops_lengths_and_nesting(treebanks_home: Path) -> None:
    file = treebanks_home / "listops" / "test_d20s.tsv"
    if not file.exists():
        pytest.skip(f"needs {file}, which is not there")
    lines = [line.split("\t")[1] for line in file.read_text(encoding="utf-8").splitlines()]
    expressions = [[token for token in line.split() if token not in "()"] for line in lines]
    assert len(expressions) == 10_000
    assert sum(len(each) <= 100 for each in expressions) == 8933
    read = [arguments_and_nesting(each) for each in expressions]
    assert max(deepest for _, deepest in read) == 19
    assert max(most for most, _ in read) == 5
