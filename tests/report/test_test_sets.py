"""Many test sets share one table and one chart; few do not."""

import csv
import io

import pytest
from made_up_results import enrich, make_results, plan_of, task_results

from treenn.report import tables
from treenn.report.build import build
from treenn.report.multi_test import MANY
from treenn.report.test_sets import all_test_sets

SPLITS = [f"{number}-words" for number in range(1, MANY + 1)]


def task_of(splits):
    return enrich(make_results({"tree-lstm": 0.6, "lstm": 0.5}, splits=("dev", *splits), sentences=60))


@pytest.fixture(scope="module")
def many():
    return task_of(SPLITS)


def section_of(task):
    return build(plan_of(task)).parts[1].sections[0]


def test_table_has_row_per_split_and_model_columns(many):
    rows = list(csv.DictReader(io.StringIO(tables(plan_of(many))["sst-nodes/all-root"])))
    assert [row["split"] for row in rows] == SPLITS
    for row in rows:
        for model in ("tree-lstm", "lstm"):
            assert float(row[model]) == many["summary"][model][row["split"]]["root"]["mean"]


def test_the_picture_says_the_same_in_words(many):
    chart = section_of(many).blocks[-1].draw()[0]
    assert chart.title == "Root on every test set"
    means = [many["summary"]["lstm"][split]["root"]["mean"] for split in SPLITS]
    told = ", ".join(f"{split} {100 * mean:.1f}" for split, mean in zip(SPLITS, means, strict=True))
    assert f"lstm {told}" in chart.alternative
    assert "majority 1-words" in chart.alternative


def test_missing_metric_leaves_a_gap_in_the_table(many):
    summary = {**many["summary"], "lstm": {**many["summary"]["lstm"], SPLITS[1]: {}}}
    found = all_test_sets(task_results({**many, "summary": summary}))
    first, second, *_ = found.blocks[0].rows()
    assert "\N{EN DASH}" not in first
    assert second[2] == "\N{EN DASH}"
    assert f"lstm {SPLITS[0]} {first[2]}, {SPLITS[2]}" in found.blocks[-1].draw()[0].alternative


def test_the_tables_of_each_are_folded(many):
    report = build(plan_of(many))
    assert all(table.folded for table in report.tables() if "/results-" in table.name)


def test_few_test_sets_have_no_such_section():
    few = task_of(SPLITS[:-1])
    assert section_of(few).title == "Results"
    assert not any(table.folded for table in build(plan_of(few)).tables() if "/results-" in table.name)
