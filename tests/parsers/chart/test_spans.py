from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import trees

from treenn.parsers.brackets import crossing
from treenn.parsers.chart.spans import row, row_table, rows_of_width, span_count, starts_and_ends


@pytest.mark.parametrize("length", [1, 2, 7])
def test_rows_count_all_spans_by_width_and_start(length):
    spans = [(start, start + width) for width in range(1, length + 1) for start in range(length - width + 1)]
    starts, ends = starts_and_ends(length)
    assert list(zip(starts.tolist(), ends.tolist(), strict=True)) == spans
    assert [row(length, *span) for span in spans] == list(range(span_count(length)))
    assert [row_table(length)[span] for span in spans] == list(range(span_count(length)))
    assert [spans[r] for r in range(*rows_of_width(length, 2).indices(len(spans)))] == [
        (start, start + 2) for start in range(length - 1)
    ]


@given(trees(), st.data())
def test_crossing_is_overlap_without_nesting(tree, data):
    n = len(tree.words)
    brackets = data.draw(st.lists(st.sampled_from(tree.spans)))
    starts, ends = starts_and_ends(n)
    expected = [any(a < s < b < e or s < a < e < b for a, b in brackets) for s, e in zip(starts, ends, strict=True)]
    assert crossing(n, brackets)[starts, ends].tolist() == expected


@given(trees())
def test_only_own_spans_do_not_cross(tree):
    n = len(tree.words)
    allowed = (~crossing(n, tree.spans)[starts_and_ends(n)]).nonzero()[0].tolist()
    assert allowed == sorted(row(n, *span) for span in tree.spans)
