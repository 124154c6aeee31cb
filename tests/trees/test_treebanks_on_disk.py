"""Counts of real treebanks, equal to those that papers report."""

from collections import Counter
from pathlib import Path
from statistics import mean

import pytest

from treenn.trees import InputError, Tree, binarize, parse_nary, read_nary, read_trees, unbinarize, write_trees

SST = {
    "train": ([1092, 2218, 1624, 2322, 1288], 318_582, 19.1, 52, 9.8, 29),
    "dev": ([139, 289, 229, 279, 165], 41_447, 19.3, 49, 9.9, 27),
    "test": ([279, 633, 389, 510, 399], 82_600, 19.2, 56, 9.9, 28),
}


@pytest.fixture(scope="module", params=SST)
def split(request: pytest.FixtureRequest, sst_home: Path) -> tuple[str, list[Tree]]:
    return request.param, read_trees(sst_home / f"{request.param}.txt", classes=5)


def test_sst_is_counted_right(split: tuple[str, list[Tree]]) -> None:
    name, trees = split
    roots, nodes, mean_length, longest, mean_height, highest = SST[name]
    lengths, heights = [len(tree.words) for tree in trees], [tree.heights[tree.root] for tree in trees]
    counts = Counter(tree.label for tree in trees)
    assert [counts[label] for label in range(5)] == roots
    assert len(trees) == sum(roots)
    assert sum(map(len, trees)) == nodes
    assert (round(mean(lengths), 1), max(lengths)) == (mean_length, longest)
    assert (round(mean(heights), 1), max(heights)) == (mean_height, highest)


def test_sst_is_written_as_it_was_read(split: tuple[str, list[Tree]], sst_home: Path, tmp_path: Path) -> None:
    name, trees = split
    write_trees(tmp_path / "copy.txt", trees)
    assert (tmp_path / "copy.txt").read_bytes() == (sst_home / f"{name}.txt").read_bytes()


def test_sst_has_leaves_with_a_no_break_space(sst_home: Path) -> None:
    words = [w for name in SST for tree in read_trees(sst_home / f"{name}.txt") for w in tree.words if "\u00a0" in w]
    assert len(words) == 3


def test_questionbank_has_six_trees_with_an_empty_node(parsing_home: Path) -> None:
    path = parsing_home / "4000qs.txt"
    with pytest.raises(InputError, match=r"4000qs.txt:496:27: this node is empty; a leaf looks like \(2 word\)"):
        read_nary(path)
    good, bad = [], []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            good += parse_nary(line)
        except InputError:
            bad.append(number)
    assert bad == [496, 571, 777, 928, 2560, 3568]
    assert len(good) == 3994
    for tree in good:
        assert unbinarize(binarize(tree)) == tree


@pytest.mark.slow
def test_craft_is_read_whole_and_binarized_without_loss(parsing_home: Path) -> None:
    files = sorted((parsing_home / "craft").glob("*.tree"))
    trees = [tree for path in files for tree in read_nary(path)]
    assert (len(files), len(trees)) == (97, 30_830)
    for tree in trees[::20]:
        for factor in ("left", "right"):
            assert unbinarize(binarize(tree, factor)) == tree
