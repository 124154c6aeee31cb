"""One forest plot over several comparisons."""

import re

import pytest
from defusedxml import ElementTree
from made_up_results import make_results, plan_of

from treenn.report.overview import as_svg, overview
from treenn.trees import InputError

SMALL = {"seeds": 2, "sentences": 60}
MANY = tuple(f"{words}-words" for words in range(1, 13))


@pytest.fixture(scope="module")
def comparisons():
    first = make_results({"tree-lstm": 0.6, "lstm": 0.5, "gru": 0.4}, **SMALL)
    second = make_results({"gru": 0.4, "lstm": 0.6}, splits=("dev", *MANY), **SMALL)
    return [plan_of(first), plan_of(second | {"supervision": "roots"})]


def main_difference(comparison, model, split="test"):
    [found] = [
        each
        for each in comparison.tasks[0].differences
        if each.metric == "root" and each.models[1] == model and each.split == split
    ]
    return f"{model}{f', {split}' if split in MANY else ''} {100 * found.difference:.1f} points"


def words(chart):
    return chart.alternative.replace("−", "-")


def test_all_networks_have_their_differences(comparisons):
    chart, (first, second) = overview(comparisons), comparisons
    for part in (main_difference(first, "lstm"), main_difference(first, "gru")):
        assert part in words(chart)
    assert main_difference(second, "lstm", MANY[0]) in words(chart)
    assert MANY[1] not in chart.svg
    assert "sst with every phrase labelled: points at whole sentences, tree-lstm minus" in chart.svg


def test_models_and_test_sets_are_chosen(comparisons):
    chart = overview(comparisons, ["lstm"], MANY[-2:])
    assert ">gru<" not in chart.svg
    assert all(main_difference(comparisons[1], "lstm", split) in words(chart) for split in MANY[-2:])
    assert MANY[4] not in chart.svg


def test_a_model_has_one_colour_everywhere(comparisons):
    lines = [set(re.findall(r"--series-\d", overview([each], ["lstm"]).svg)) for each in comparisons]
    assert set(re.findall(r"--series-\d", overview(comparisons, ["lstm"]).svg)) == lines[0] == lines[1]
    assert len(set(re.findall(r"--series-\d", overview(comparisons).svg))) == 2


def test_the_file_has_colours_for_light_and_dark(comparisons):
    svg = as_svg(overview(comparisons, ["lstm"]))
    root = ElementTree.fromstring(svg)
    style = root[0]
    assert "prefers-color-scheme: dark" in style.text and "--series-0" in style.text
    assert set(re.findall(r"var\((--[\w-]+)\)", svg)) <= set(re.findall(r"(--[\w-]+):", style.text))


def test_nothing_to_draw_is_an_error(comparisons):
    with pytest.raises(InputError, match="no difference from transformer or rnn in these comparisons"):
        overview(comparisons, ["transformer", "rnn"])
