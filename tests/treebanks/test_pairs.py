from __future__ import annotations

from dataclasses import replace

import pytest

import treebanks
from treebanks import Pair, PairTreebank
from treebanks.plain_brackets import nested_tree
from treenn.trees import DependencyTree, InputError

PAIR = Pair(nested_tree("( not a )"), nested_tree("b"), 2)


def test_trees_and_words_of_pairs() -> None:
    treebank = PairTreebank("made", ("no", "yes", "maybe"), {"train": (PAIR, PAIR), "dev": (PAIR,), "test": (PAIR,)})
    assert [tree.words for tree in treebank.trees("train")] == [("not", "a"), ("b",)] * 2
    assert treebank.words() == {"not", "a", "b"}
    assert (treebank.train, treebank.dev) == ((PAIR, PAIR), (PAIR,))


def test_pairs_that_differ_are_written_differently() -> None:
    both = DependencyTree(("not", "a"), (1, -1)), DependencyTree(("b",), (-1,))
    other = DependencyTree(("not", "a"), (-1, 0)), both[1]
    pairs = [PAIR, Pair(PAIR.right, PAIR.left, 2), replace(PAIR, target=1)]
    pairs += [replace(PAIR, dependencies=both), replace(PAIR, dependencies=other)]
    assert len({str(pair) for pair in pairs}) == len(pairs)
    assert str(replace(PAIR, dependencies=both)) == str(replace(PAIR, dependencies=both))


def test_what_reads_single_trees_refuses_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("treebanks.by_name.load", lambda name, **how: PairTreebank(name, None, {}))
    with pytest.raises(InputError, match="treebank logic: must be a treebank of single trees, not of pairs"):
        treebanks.load_trees("logic")


def test_what_reads_single_trees_gets_them() -> None:
    assert treebanks.load_trees("reviews").classes[0] == "very negative"
