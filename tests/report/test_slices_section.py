"""Slices in the report: bins of 20 sentences or more, counts, intervals, axes from 0 to 100 %."""

import re

import pytest
from defusedxml import ElementTree
from made_up_results import enrich, make_results, plan_of

from treenn.analysis.intervals import wilson
from treenn.report.build import build
from treenn.report.document import Pictures, Table

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def task():
    return enrich(make_results({"tree-lstm": 0.6, "lstm": 0.5}, seeds=2, sentences=60))


def slices_of(task):
    [section] = [each for each in build(plan_of(task)).parts[1].sections if each.title == "Slices"]
    tables = {block.name: block for block in section.blocks if isinstance(block, Table)}
    charts = [chart for block in section.blocks if isinstance(block, Pictures) for chart in block.draw()]
    return tables, {chart.title: chart for chart in charts}


def set_bins(task, name, bins, unit="sentences"):
    for run in task["runs"]:
        run["slices"]["test"][name] |= {"bins": bins, "unit": unit}


def texts(chart):
    return [each.text for each in ElementTree.fromstring(chart.svg).iter(f"{SVG}text")]


def test_no_column_has_fewer_than_20_sentences(task):
    totals = (30, 12, 40, 3)
    set_bins(task, "length", [{"right": 2, "total": n, "from": 10 * i, "to": 10 * i + 9} for i, n in enumerate(totals)])
    tables, charts = slices_of(task)
    columns = list(tables["sst-nodes/by-length-test"].columns)
    assert columns == ["Model", "0–9 (30)", "10–39 (55)"]
    for table in tables.values():
        assert all(int(found) >= 20 for name in table.columns for found in re.findall(r"\((\d+)\)", name))
    assert {"0–9", "(30)", "10–39", "(55)"} <= set(texts(charts["Test by length"]))


def test_charts_have_intervals_and_whole_axes(task):
    set_bins(task, "length", [{"right": 9, "total": 30, "from": 0, "to": 9}, {"right": 40, "total": 50, "from": 10}])
    _, charts = slices_of(task)
    chart = charts["Test by length"]
    found = wilson(0.3, 30)
    assert f"tree-lstm 0–9 30.0 ({100 * found.low:.1f} to {100 * found.high:.1f})" in chart.alternative
    assert {"0", "20", "40", "60", "80", "100"} <= set(texts(chart))
    assert "95% intervals over examples" in chart.caption


@pytest.mark.parametrize(("sentences", "count"), [({"sentences": 25}, 25), ({}, 60)])
def test_nodes_of_a_sentence_count_once(task, sentences, count):
    """In older files at most as many sentences as the split has."""
    bins = [{"right": 400, "total": 800, "from": i, "to": i, **sentences} for i in range(2)]
    set_bins(task, "operators", bins, unit="nodes")
    found = wilson(0.5, count)
    _, charts = slices_of(task)
    alternative = charts["Test by number of operators"].alternative
    assert f"tree-lstm 0 50.0 ({100 * found.low:.1f} to {100 * found.high:.1f})" in alternative


def test_omitted_sentences_are_counted(task):
    bins = [{"name": name, "rule": name, "right": 1, "total": n} for name, n in (("strict", 7), ("wide", 30))]
    set_bins(task, "but", bins)
    tables, _ = slices_of(task)
    assert tables["sst-nodes/by-but-test"].note.endswith("Omitted: 7 sentences in bins of fewer than 20.")


def test_reliability_has_counts_and_no_small_bins(task):
    [section] = [each for each in build(plan_of(task)).parts[1].sections if each.title == "Calibration"]
    [chart] = [chart for block in section.blocks if isinstance(block, Pictures) for chart in block.draw()]
    counts = [int(found) for found in re.findall(r" of (\d+)", chart.alternative)]
    assert counts and min(counts) >= 20
    assert "Examples" in texts(chart)
    interval = section.blocks[0].columns["if calibrated (%), unscaled"]
    assert all(re.fullmatch(r"\d+\.\d to \d+\.\d", interval(record)) for record in section.blocks[0].records)
