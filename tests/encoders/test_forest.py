import pickle
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from strategies import trees_in_any_order

from treenn.encoders import NO_LABEL, pack
from treenn.trees import InputError, Tree, parse_tree, read_trees

FORESTS = st.lists(trees_in_any_order(), min_size=1, max_size=6)


@given(FORESTS)
def test_every_row_is_what_its_tree_says(forest_trees: list[Tree]) -> None:
    forest = pack(forest_trees)
    row_of, words_before, nodes_before = {}, 0, 0
    first_word = {}
    for number, tree in enumerate(forest_trees):
        for node in range(len(tree)):
            row_of[number, node] = int(forest.unsorted_indices[nodes_before + node])
        first_word[number] = words_before
        words_before += len(tree.words)
        nodes_before += len(tree)
    assert sorted(row_of.values()) == list(range(nodes_before))
    bounds = np.cumsum(forest.level_sizes)
    for (number, node), row in row_of.items():
        tree = forest_trees[number]
        assert np.searchsorted(bounds, row, side="right") == tree.heights[node]
        label = tree.labels[node]
        assert forest.labels[row] == (NO_LABEL if label is None else label)
        start, end = tree.spans[node]
        assert forest.starts[row] == first_word[number] + start
        assert forest.ends[row] == first_word[number] + end
        children = tree.children(node)
        if children is None:
            assert forest.words[row] == tree.words[node]
        else:
            assert forest.children[row - words_before, 0] == row_of[number, children[0]]
            assert forest.children[row - words_before, 1] == row_of[number, children[1]]
    assert forest.roots.tolist() == [row_of[number, tree.root] for number, tree in enumerate(forest_trees)]


@given(FORESTS)
def test_unpack_gives_each_tree_its_own_numbering(forest_trees: list[Tree]) -> None:
    forest = pack(forest_trees)
    for tree, labels in zip(forest_trees, forest.unpack(forest.labels), strict=True):
        assert labels.tolist() == [NO_LABEL if label is None else label for label in tree.labels]


def test_packing_is_repeatable_and_survives_pickling() -> None:
    tree = parse_tree("(3 (2 not) (3 (2 very) (1 bad)))", classes=5)
    first, second, third = pack([tree]), pack([tree, tree]), pack([pickle.loads(pickle.dumps(tree))])
    assert first.labels.tolist() == third.labels.tolist() == [2, 2, 1, 3, 3]
    assert second.unpack(second.labels)[1].tolist() == first.unpack(first.labels)[0].tolist()


def test_to_moves_every_tensor() -> None:
    forest = pack([parse_tree("(3 (2 not) (1 bad))", classes=5)]).to("meta")
    assert {value.device.type for value in vars(forest).values() if isinstance(value, torch.Tensor)} == {"meta"}
    assert forest.words == ("not", "bad")


def test_nothing_to_pack_is_refused() -> None:
    with pytest.raises(InputError, match="the list of trees is empty"):
        pack([])


def test_labels_that_are_no_class_numbers_are_refused() -> None:
    with pytest.raises(InputError, match=r"label 'NP' of node 2 is not a class number; .*map_labels"):
        pack([parse_tree("(NP (0 a) (1 b))", classes=None).map_labels(lambda label: label if label == "NP" else 0)])
    with pytest.raises(InputError, match="label -1 of node 0"):
        pack([Tree(("a",), (), (-1,))])


def test_sst_repeats_half_of_its_subtrees(sst_home: Path) -> None:
    forest = pack(read_trees(sst_home / "train.txt", classes=5), dedup=True)
    assert (len(forest.labels), sum(forest.level_sizes)) == (318_582, 159_295)
