import numpy as np
import pytest
import torch
from dependencies import chain, dependency_trees, star
from hypothesis import given
from hypothesis import strategies as st

from treenn.encoders import NO_LABEL, PackedDependencies, pack_dependencies
from treenn.trees import DependencyTree, InputError

FORESTS = st.lists(dependency_trees(), min_size=1, max_size=6)


def row_numbers(trees: list[DependencyTree], forest: PackedDependencies) -> dict[tuple[int, int], int]:
    """The row of each (tree, word)."""
    words = [(number, word) for number, tree in enumerate(trees) for word in range(len(tree))]
    return dict(zip(words, forest.unsorted_indices.tolist(), strict=True))


@given(FORESTS)
def test_every_row_is_what_its_tree_says(trees: list[DependencyTree]) -> None:
    forest = pack_dependencies(trees)
    rows = row_numbers(trees, forest)
    assert sorted(rows.values()) == list(range(len(rows)))
    level_ends = np.cumsum(forest.level_sizes)
    for (number, word), row in rows.items():
        tree, label = trees[number], trees[number].labels[word]
        assert forest.words[row] == tree.words[word]
        assert forest.labels[row] == (NO_LABEL if label is None else label)
        assert np.searchsorted(level_ends, row, side="right") == tree.heights[word]
        edge = int(forest.edges[row])
        if tree.heads[word] < 0:
            assert edge == len(forest.heads)
        else:
            assert forest.dependents[edge] == row
            assert forest.heads[edge] == rows[number, tree.heads[word]]
    assert forest.roots.tolist() == [rows[number, tree.root] for number, tree in enumerate(trees)]


@given(FORESTS)
def test_edges_of_a_row_are_contiguous_within_levels(trees: list[DependencyTree]) -> None:
    forest = pack_dependencies(trees)
    assert len(forest.heads) == sum(forest.edge_sizes) == len(forest.words) - len(trees)
    assert forest.edge_sizes[0] == 0
    row, edge, n_lowest = forest.level_sizes[0], 0, forest.level_sizes[0]
    for n_rows, n_edges in zip(forest.level_sizes[1:], forest.edge_sizes[1:], strict=True):
        starts = [edge + start for start in forest.offsets[row - n_lowest :][:n_rows].tolist()]
        for k, (start, end) in enumerate(zip(starts, [*starts[1:], edge + n_edges], strict=True)):
            assert set(forest.heads[start:end].tolist()) == {row + k}
        row, edge = row + n_rows, edge + n_edges
    assert (row, edge) == (len(forest.words), len(forest.heads))


@given(FORESTS)
def test_unpack_restores_word_order_per_tree(trees: list[DependencyTree]) -> None:
    forest = pack_dependencies(trees)
    for tree, labels in zip(trees, forest.unpack(forest.labels), strict=True):
        assert labels.tolist() == [NO_LABEL if label is None else label for label in tree.labels]


@pytest.mark.parametrize("make", [chain, star])
@pytest.mark.parametrize("n", [3_000, pytest.param(100_000, marks=pytest.mark.slow)])
def test_deep_and_wide_trees_pack(make: type, n: int) -> None:
    forest = pack_dependencies([make(n)])
    assert len(forest.level_sizes) == (n if make is chain else 2)
    assert forest.heads.tolist() == (list(range(1, n)) if make is chain else [n - 1] * (n - 1))


def test_to_moves_every_tensor() -> None:
    forest = pack_dependencies([star(3)]).to("meta")
    assert {value.device.type for value in vars(forest).values() if isinstance(value, torch.Tensor)} == {"meta"}
    assert forest.words == ("word",) * 3


def test_what_cannot_be_packed_is_refused() -> None:
    with pytest.raises(InputError, match="the list of trees is empty"):
        pack_dependencies([])
    with pytest.raises(InputError, match=r"label 'NN' of node 1 is not a class number; .*map_labels"):
        pack_dependencies([DependencyTree(("a", "b"), (1, -1), labels=(0, "NN"))])
    with pytest.raises(InputError, match="label -1 of node 0"):
        pack_dependencies([DependencyTree(("a",), (-1,), labels=(-1,))])
