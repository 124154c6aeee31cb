import re

import matplotlib as mpl
import pytest
from defusedxml import ElementTree
from made_up_results import enrich, make_results, plan_json, plan_of, task_results

from treenn.experiment.results import COMPARISON_SCHEMA
from treenn.report.build import build
from treenn.report.charts import drawn, look, places
from treenn.report.document import Pictures

SVG = "{http://www.w3.org/2000/svg}"


def charts_of(report):
    found = [
        chart
        for part in report.parts
        for section in part.sections
        for block in section.blocks
        if isinstance(block, Pictures)
        for chart in block.draw()
    ]
    return {chart.title: chart for chart in found}


@pytest.fixture(scope="module")
def task():
    return enrich(make_results({"tree-lstm": 0.6, "lstm": 0.5}, sentences=120))


@pytest.fixture(scope="module")
def charts(task):
    return charts_of(build(plan_of(task)))


def texts(chart):
    return ["".join(each.itertext()) for each in ElementTree.fromstring(chart.svg).iter(f"{SVG}text")]


def test_every_picture_is_there(charts):
    assert list(charts) == [
        "Accuracy on test",
        "Differences with intervals on test",
        "Learning curves: whole sentences of dev",
        "Learning curves: all nodes of dev",
        "Test by length",
        "Test by negation",
        "Test by number of operators",
        "Effect of negation",
        "Reliability on test",
        "Gradient norm by words to the end of the sentence",
        "Gradient norm by edges to the root",
        "Gradient norm in training",
    ]


def test_text_alternatives_hold_the_numbers(task, charts):
    root = task["summary"]["lstm"]["test"]["root"]
    assert f"lstm {100 * root['mean']:.1f} ± {100 * root['std']:.1f}" in charts["Accuracy on test"].alternative
    assert "majority 28.6" in charts["Accuracy on test"].alternative
    difference = next(each for each in task["differences"] if each["metric"] == "root")
    words = f"Root, tree-lstm minus lstm {100 * difference['difference']:.1f} points"
    assert words in charts["Differences with intervals on test"].alternative
    assert (
        "lstm before training 0.1 at 0, 4.9e-05 at 11"
        in charts["Gradient norm by words to the end of the sentence"].alternative
    )
    assert "clipped at 5" in charts["Gradient norm in training"].alternative
    for chart in charts.values():
        root = ElementTree.fromstring(chart.svg)
        assert root.find(f"{SVG}title").text == chart.title
        assert root.find(f"{SVG}desc").text == f"{chart.alternative}."


def test_chart_has_seed_marks_and_majority_line(charts):
    svg = ElementTree.fromstring(charts["Accuracy on test"].svg)
    panel = svg.find(f".//{SVG}g[@id='sst-nodes-accuracy-on-test-axes_1']")
    marks = [use.get("style") for use in panel.iter(f"{SVG}use")]
    assert [sum(f"fill: var(--series-{model})" in mark for mark in marks) for model in (0, 1, 2)] == [3, 3, 0]
    assert sum("stroke-dasharray" in path.get("style", "") for path in panel.iter(f"{SVG}path")) == 1


def test_colours_are_the_pages(charts):
    drawn = {colour for chart in charts.values() for colour in re.findall(r"(?:fill|stroke): ([^;\"]+)", chart.svg)}
    assert drawn <= {"none", "currentColor", "var(--grid)", "var(--paper)", *(f"var(--series-{n})" for n in range(6))}


def test_numbers_of_a_logarithmic_scale_are_plain(charts):
    for name in ("Gradient norm by edges to the root", "Gradient norm in training"):
        assert not any("$" in text for text in texts(charts[name]))
    assert "0.01" in texts(charts["Gradient norm by edges to the root"])


def test_hollow_where_nothing_is_shown():
    task = make_results({"a": 0.5, "b": 0.5}, seeds=1, sentences=30)
    hollow = [each | {"p_holm": 0.5} for each in task["differences"]]
    filled = [each | {"p_holm": 0.01} for each in task["differences"]]
    for differences, there in ((hollow, True), (filled, False)):
        plan = plan_json(task)
        plan["tasks"][0]["differences"] = differences
        results = COMPARISON_SCHEMA.parse(plan, "made up")
        assert ("var(--paper)" in charts_of(build(results))["Differences with intervals on test"].svg) is there


def test_names_are_neither_mathematics_nor_markup():
    name = "$x_1$ <b>&amp;"
    for title, chart in charts_of(build(plan_of(make_results({name: 0.5, "lstm": 0.4}, sentences=30)))).items():
        assert any(name in text for text in texts(chart)), title
        assert name in ElementTree.fromstring(chart.svg).find(f"{SVG}desc").text


def test_learning_curve_ends_with_the_shortest_run():
    task = make_results({"a": 0.5, "b": 0.4}, sentences=30)
    task["runs"][0]["history"] = task["runs"][0]["history"][:1]
    first = [100 * run["history"][0]["dev"]["root"] for run in task["runs"] if run["model"] == "a"]
    mean = sum(first) / len(first)
    chart = charts_of(build(plan_of(task)))["Learning curves: whole sentences of dev"]
    assert f"a from {mean:.1f} after epoch 1 to {mean:.1f} at best" in chart.alternative


def test_a_single_epoch_has_a_whole_number():
    task = make_results({"a": 0.5, "b": 0.4}, seeds=1, sentences=30)
    for run in task["runs"]:
        run["history"] = run["history"][:1]
    found = texts(charts_of(build(plan_of(task)))["Learning curves: whole sentences of dev"])
    epochs = found[: found.index("Epoch")]
    assert epochs == ["1"]


def test_models_over_other_trees_have_no_node_curve():
    task = make_results({"a": 0.5, "b": 0.4}, seeds=1, sentences=30)
    task["summary"]["b"]["test"]["all_nodes"] = None
    task["differences"] = [each for each in task["differences"] if each["metric"] != "all_nodes"]
    found = charts_of(build(plan_of(task)))
    assert "b from" in found["Learning curves: whole sentences of dev"].alternative
    assert "b from" not in found["Learning curves: all nodes of dev"].alternative


def test_lines_are_drawn_of_the_first_six_networks():
    task = make_results({"majority": 0.2, **dict.fromkeys("abcdefg", 0.5)}, seeds=1, sentences=10)
    task["runs"][0]["history"] = []
    assert drawn(task_results(task)) == {name: number for number, name in enumerate("abcdef")}


def test_model_has_one_look_in_all_charts():
    names = dict.fromkeys("abcdefghijkl", 0.5)
    task = make_results({"majority": 0.2, **names}, seeds=1, sentences=10)
    numbers = places(task_results(task))
    assert numbers == {name: number for number, name in enumerate([*names, "majority"])}
    looks = {name: look(number) for name, number in numbers.items()}
    assert len({(each["color"], each["marker"]) for each in looks.values()}) == len(looks)
    assert len({str(looks[name]["linestyle"]) for name in "abcd"}) == 4
    runs = [run for run in task["runs"] if run["model"] in "lb"]
    other = places(task_results({**task, "runs": runs}))  # a task that runs two of the models
    assert [look(other[name]) for name in "lb"] == [looks["l"], looks["b"]]


def test_differences_have_the_other_models_colour(charts):
    svg = charts["Differences with intervals on test"].svg
    assert "var(--series-1)" in svg
    assert "var(--series-0)" not in svg


def test_charts_ignore_user_matplotlib_settings(task, charts):
    [results, *_] = build(plan_of(task)).parts[1].sections
    with mpl.rc_context({"font.size": 20, "axes.facecolor": "red", "svg.fonttype": "path"}):
        assert results.blocks[-1].draw()[0] == charts["Accuracy on test"]
        assert mpl.rcParams["font.size"] == 20
