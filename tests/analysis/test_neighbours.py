"""Bins of too few sentences are merged with a neighbour, and nothing is lost."""

from hypothesis import given
from hypothesis import strategies as st

from treenn.analysis.histogram import Bin, Slice, merged
from treenn.analysis.neighbours import LEAST, merge_neighbours


@given(st.lists(st.integers(1, 60), min_size=1, max_size=12))
def test_merged_bins_are_consecutive_and_large(sizes):
    found = merge_neighbours([[size] for size in sizes], sum, list.__add__)
    assert [size for group in found for size in group] == sizes
    assert len(found) == 1 or all(sum(group) >= LEAST for group in found)


@given(st.lists(st.integers(LEAST, 60), max_size=12))
def test_large_bins_stay(sizes):
    assert merge_neighbours(sizes, float, int.__add__) == sizes


def ranges(*totals):
    return tuple(Bin(total // 2, total, start=10 * i, end=10 * i + 9) for i, total in enumerate(totals))


def test_ranges_are_merged_to_one_range():
    found = merged(Slice("sentences", "words", ranges(5, 30, 40, 3, 2)))
    assert [(each.label, each.right, each.total) for each in found.bins] == [("0–19", 17, 35), ("20–49", 22, 45)]


def test_too_few_sentences_in_all_leave_no_bin():
    assert merged(Slice("sentences", "words", ranges(5, 6))).bins == ()


def test_nodes_count_by_their_sentences():
    bins = (Bin(50, 100, start=0, end=4, sentences=90), Bin(20, 30, start=5, sentences=3))
    [found] = merged(Slice("nodes", "depth", bins)).bins
    assert (found.right, found.total, found.sentences, found.label) == (70, 130, 90, "0+")


def test_small_named_bins_are_grouped_or_omitted():
    operators = tuple(Bin(1, total, name) for name, total in (("MAX", 30), ("MIN", 12), ("MED", 25), ("SM", 9)))
    assert [each.label for each in merged(Slice("sentences", "operator", operators)).bins] == ["MAX", "MED", "other"]
    overlapping = (Bin(1, 5, "strict", rule="a"), Bin(1, 50, "wide", rule="b"))
    assert [each.label for each in merged(Slice("sentences", "but", overlapping)).bins] == ["wide"]
