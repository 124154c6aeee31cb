from __future__ import annotations

from xml.etree import ElementTree

import pytest

from treenn.analysis.histogram import Bin, Slice
from treenn.analysis.search_curves import SearchCurves, SearchPoint
from treenn.analysis.search_errors import SearchErrors
from treenn.report.html import as_html
from treenn.report.markdown import as_markdown
from treenn.report.overview import as_svg
from treenn.report.search_page import build_search_report, search_chart


def curves(search: int = 30) -> SearchCurves:
    bins = (Bin(10, 100, start=1, end=11), Bin(search - 10, 400, start=12))
    errors = SearchErrors(600, 100, search, Slice("sentences", "words of the source", bins))
    widths, alphas = (1, 2, 5, 10, 20), (0.0, 0.6, 1.0)
    points = [
        SearchPoint(width, alpha, 0.3 + 0.01 * alpha - 0.001 * abs(width - 5), 0.6, 2.0 * width, 12.5, errors)
        for width in widths
        for alpha in alphas
    ]
    return SearchCurves("bilstm", "multi30k", "dev", tuple(points), {"bleu": "nrefs:1|tok:13a"})


def test_tables_have_all_settings_and_lengths():
    report = build_search_report(curves())
    widths, errors = report.tables()
    assert [row[:3] for row in widths.rows()][:6] == [
        ["0", "1", "29.6"],
        ["0", "2", "29.7"],
        ["0", "5", "30.0"],
        ["0", "10", "29.5"],
        ["0", "20", "28.5"],
        ["0.6", "1", "30.2"],
    ]
    assert widths.rows()[0][4:] == ["300", "12.5", "6.0", "4.2 to 8.4"]
    assert errors.rows() == [
        ["1–11", "100", "10", "90", "10.0", "5.5 to 17.4"],
        ["12+", "400", "20", "380", "5.0", "3.3 to 7.6"],
    ]
    assert "width 5 with α = 1" in report.headline[0]
    assert "30 are search errors (6.0% of them)" in report.headline[0]
    assert "nrefs:1|tok:13a" in widths.note


def test_chart_has_a_line_for_each_alpha():
    chart = search_chart(curves())
    assert chart.alternative.startswith("By width: BLEU, α = 0: 1 29.6, 2 29.7")
    root = ElementTree.fromstring(as_svg(chart))
    texts = "".join(root.itertext())
    for label in ("α = 0.6", "Search errors (%)", "Sentences a second", "BLEU", "20"):
        assert label in texts


@pytest.mark.parametrize("write", [as_html, as_markdown])
def test_report_is_written(write):
    text = write(build_search_report(curves()))
    assert "Search and model errors" in text
    assert "An evaluation made by treenn" in text


def test_search_without_errors_has_no_share():
    errors = SearchErrors(2, 2, 0, Slice("sentences", "words of the source", ()))
    found = SearchCurves("m", "t", "dev", (SearchPoint(1, 0.0, 1.0, 1.0, 0.1, 3.0, errors),))
    widths, by_length = build_search_report(found).tables()
    assert widths.rows()[0][-2:] == ["–", "–"]
    assert by_length.rows() == []
    assert "Search errors, α = 0: " in search_chart(found).alternative
