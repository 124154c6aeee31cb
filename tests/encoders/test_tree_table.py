"""Batches of a `TreeTable` equal those of its trees."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from strategies import left_chain, trees_in_any_order

from treenn.encoders import TreeTable, pack
from treenn.encoders.tree_table import Columns
from treenn.models.vocabulary import Vocabulary
from treenn.trees import InputError, Tree, parse_trees

TREES = parse_trees("(3 (2 not) (1 bad)) (4 (4 good) (2 (2 not) (2 Bad))) (1 soup)", classes=5)


def assert_equal(forest: Any, expected: Any) -> None:
    for name, value in vars(expected).items():
        ours = getattr(forest, name)
        if isinstance(value, torch.Tensor):
            torch.testing.assert_close(ours, value, rtol=0, atol=0)
            assert ours.is_contiguous()
        else:
            assert ours == value, name


@given(st.lists(trees_in_any_order(), min_size=1, max_size=6), st.data(), st.booleans())
def test_batches_equal_those_of_trees(trees: list[Tree], data: st.DataObject, dedup: bool) -> None:
    indices = data.draw(st.lists(st.integers(0, len(trees) - 1), min_size=1, max_size=8))
    forest = pack(TreeTable(trees).batch(indices), dedup=dedup)
    assert_equal(forest, pack([trees[index] for index in indices], dedup=dedup))


@pytest.mark.parametrize("labelled", [True, False])
def test_columns_by_a_kernel_equal_those_by_python(labelled: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("numba")
    trees = [*TREES, *map(left_chain, (1, 5))] if labelled else [tree.unlabelled for tree in TREES]
    compiled = Columns.of(trees)
    monkeypatch.setenv("TREENN_KERNELS", "torch")
    for ours, theirs in zip(compiled, Columns.of(trees), strict=True):
        assert ours.dtype == theirs.dtype
        np.testing.assert_array_equal(ours, theirs)


def test_heights_beyond_16_bits() -> None:
    words = 66_000
    merges = [(0, 1), *((words + k - 1, k + 1) for k in range(1, words - 1))]
    trees = [Tree(("a",) * words, tuple(merges)), TREES[0]]
    assert_equal(pack(TreeTable(trees)[:]), pack(trees))


def test_a_table_and_its_slices_are_trees() -> None:
    table = TreeTable(TREES)
    assert list(table) == list(TREES) and list(table[1:]) == list(TREES[1:]) and table.batch([2])[0] == TREES[2]
    assert_equal(pack(table), pack(TREES))
    assert_equal(pack(pickle.loads(pickle.dumps(table))[:2]), pack(TREES[:2]))


@pytest.mark.parametrize("dedup", [True, False])
def test_vocabularies_are_looked_up_once(dedup: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    table, seen, encode = TreeTable(TREES), list[str](), Vocabulary._encoded
    monkeypatch.setattr(Vocabulary, "_encoded", lambda self, words: seen.extend(words) or encode(self, words))
    vocabularies = [Vocabulary(["good", "bad"]), Vocabulary(["soup", "not"])]
    for _ in range(2):
        for vocabulary in vocabularies:
            words = pack(table[:2], dedup=dedup).words
            assert vocabulary.encode(words).tolist() == encode(vocabulary, list(words))
    assert sorted(seen) == sorted(2 * ["not", "bad", "good", "Bad", "soup"])


def test_words_read_like_a_tuple() -> None:
    words = pack(TreeTable(TREES)).words
    assert words == ("not", "bad", "good", "not", "Bad", "soup") and hash(words) == hash(tuple(words))
    assert (words[1], words[2:4], repr(words), len(words)) == ("bad", ("good", "not"), repr(tuple(words)), 6)
    assert words != ("not",)


def test_labels_that_are_no_classes_are_refused() -> None:
    with pytest.raises(InputError, match="label 'NP' of node 0 is not a class number"):
        pack(TreeTable([Tree(("a",), (), ("NP",))])[:])
    with pytest.raises(InputError, match=r"trees\[0\] 'a'"):
        TreeTable(["a"])  # type: ignore[list-item]
    with pytest.raises(InputError, match="the list of trees is empty"):
        pack(TreeTable([]))
