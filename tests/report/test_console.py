import io

import pytest
from made_up_results import task_results
from rich.console import Console

from treenn.report.console import comparison_table


def printed(results):
    console = Console(width=80, file=io.StringIO())
    console.print(comparison_table(task_results(results)))
    return console.file.getvalue()


def test_rows_hold_mean_and_spread_and_the_majority(results):
    lines = printed(results).splitlines()
    root = results["summary"]["tree-lstm"]["test"]["root"]
    speed = results["summary"]["tree-lstm"]["trees_per_second"]["mean"]
    row = next(line for line in lines if line.startswith("tree-lstm"))
    assert "293,764" in row
    assert f"{100 * root['mean']:.1f} ± {100 * root['std']:.1f}" in row
    assert row.rstrip().endswith(f" {speed:,.0f}")
    assert [line.split()[1:5] for line in lines if line.startswith("majority")] == [["–", "28.6", "68.5", "50.1"]] * 2
    assert [line.strip() for line in lines if line.strip() in ("test", "deep")] == ["test", "deep"]


def test_majority_control_is_listed_once(make):
    lines = printed(make({"tree-lstm": 0.5, "majority": 0.3}, sentences=20)).splitlines()
    assert sum(line.startswith("majority") for line in lines) == sum(line.startswith("tree-lstm") for line in lines) > 0


def test_eighty_columns_hold_long_names_and_large_numbers(make):
    results = make({"tree-lstm-with-a-name": 0.5, "lstm": 0.4}, sentences=20)
    for summary in results["summary"].values():
        summary["trees_per_second"]["mean"] = 123_456.0
        summary["test"]["root"] = {"mean": 1.0, "std": 0.101, "min": 0.9, "median": 1.0, "max": 1.1}
    for run in results["runs"]:
        run["parameters"] = 12_345_678
    text = printed(results)
    assert max(map(len, text.splitlines())) <= 80
    for whole in ("12,345,678", "100.0 ± 10.1", "123,456", "macro-F1"):
        assert whole in text
    assert "…" not in text


@pytest.mark.parametrize("name", ["[bold]lstm", "[/]"])
def test_names_are_not_taken_for_markup(make, name):
    assert name in printed(make({name: 0.5}, seeds=1, sentences=10))


def test_two_classes_need_no_binary_column(make):
    assert "binary" not in printed(make({"a": 0.5}, sentences=10, classes=("no", "yes")))
