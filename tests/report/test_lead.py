"""The lead: one paragraph of figures and one chart, for any number of tasks and models."""

import re

import pytest
from made_up_results import make_results, plan_of
from reading import Page

from treenn.report import render
from treenn.report.build import build
from treenn.report.lead import lead
from treenn.report.markdown import as_markdown

SMALL = {"seeds": 2, "sentences": 120}
REGIMES = ("nodes", "roots", "spans", "published")


def tasks_of(skills, number=1, **options):
    return [make_results(skills, **SMALL, **options) | {"supervision": regime} for regime in REGIMES[:number]]


def decided(task, p):
    task["differences"] = [each | {"p": p, "p_holm": p} for each in task["differences"]]
    return task


def test_two_models_have_their_difference_in_full():
    [task] = tasks_of({"tree-lstm": 0.4, "lstm": 0.6})
    results = plan_of(task)
    [root] = [each for each in results.tasks[0].differences if each.metric == "root"]
    low, high = (f"{-100 * end:.1f}" for end in (root.interval.high, root.interval.low))
    text = lead(results.sections)
    assert text.startswith("tree-lstm was compared with lstm, matched in parameters, with 2 seeds each. At whole")
    assert f"lstm is {-100 * root.difference:.1f} points above tree-lstm on sst with every phrase labelled" in text
    assert re.search(rf"\(95% interval {low} to {high}; (undecided|lstm is better, with the reservation)", text)


@pytest.mark.parametrize(
    ("p", "says"), [(1e-9, "tree-lstm is better, with the reservation that"), (0.9, "undecided"), (None, "not tested")]
)
def test_decision_is_that_of_the_test(p, says):
    [task] = tasks_of({"tree-lstm": 0.6, "lstm": 0.5})
    if p is None:
        names = ("models", "split", "metric", "difference", "low", "high")
        task["differences"] = [{name: each[name] for name in names} for each in task["differences"]]
    results = plan_of(task) if p is None else plan_of(decided(task, p))
    assert says in lead(results.sections)


def test_decisions_about_networks_are_counted():
    skills = {"tree-lstm": 0.7, "lstm": 0.3, "rnn": 0.3, "gru": 0.3, "bilstm": 0.3, "majority": 0.1}
    [task] = tasks_of(skills)
    for run in task["runs"]:
        if run["model"] == "majority":
            run["history"] = []
    text = lead(plan_of(decided(task, 1e-9)).sections)
    assert "compared with lstm, rnn and 3 other models" in text
    assert text.endswith("Of tree-lstm's 4 tested differences from networks, the test decides 4: all for tree-lstm.")


@pytest.mark.parametrize(("models", "number"), [(2, 1), (3, 4), (12, 2)])
def test_lead_has_a_panel_for_each_task(models, number):
    skills = dict(zip(("tree-lstm", "lstm", *"abcdefghij"), [0.6] + [0.5] * 11, strict=True))
    tasks = tasks_of(dict(list(skills.items())[:models]), number)
    results = plan_of(*tasks)
    report = build(results)
    assert len(report.headline) == 1
    assert len(report.headline[0].split()) <= 110
    charts = report.chart.draw()
    assert len(charts) == number
    assert all(chart.alternative.count(" to ") == models - 1 for chart in charts)
    assert report.headline[0] in " ".join(as_markdown(report).split())


def test_many_test_sets_are_rows_of_one_panel():
    splits = ("dev", *(f"{number}-words" for number in range(1, 6)))
    results = plan_of(make_results({"tree": 0.7, "lstm": 0.3}, splits=splits, **SMALL))
    sentence = r"tree is [\d.]+ to [\d.]+ points above lstm on sst .*, over 5 test sets \(95% intervals within"
    assert re.search(sentence, lead(results.sections))
    [chart] = build(results).chart.draw()
    assert all(f"{number}-words" in chart.alternative for number in range(1, 6))


def test_single_model_has_its_results():
    report = build(plan_of(*tasks_of({"tree-lstm": 0.6})))
    assert "There is no second model" in report.headline[0]
    [chart] = report.chart.draw()
    assert "Root: tree-lstm" in chart.alternative


def test_chart_of_single_seeds_names_its_intervals():
    results = plan_of(make_results({"tree-lstm": 0.6, "lstm": 0.5}, seeds=1, sentences=60))
    [chart] = build(results).chart.draw()
    assert "95% intervals over sentences only" in chart.caption
    assert re.search(r"; (of single runs, not tested over seeds|undecided)\)", lead(results.sections))


def test_lead_and_heading_name_equal_time():
    first, second = tasks_of({"tree-lstm": 0.6, "lstm": 0.5})[0], tasks_of({"tree-lstm": 0.6, "lstm": 0.5})[0]
    results = plan_of(first, second | {"match": "time"})
    assert "matched in parameters and matched in training time" in lead(results.sections)
    assert "sst with every phrase labelled, at equal training time" in Page(render(results)).texts("h2")


def test_baselines_are_not_in_the_chart_of_networks():
    [task] = tasks_of({"tree-lstm": 0.6, "lstm": 0.5, "majority": 0.2})
    for run in task["runs"]:
        if run["model"] == "majority":
            run["history"] = []
    [chart] = build(plan_of(task)).chart.draw()
    assert "lstm" in chart.alternative and "majority" not in chart.alternative
    assert chart.caption.endswith("Baselines are in the tables.")
