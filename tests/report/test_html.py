import re
from itertools import combinations

import numpy as np
import pytest
from made_up_results import make_results, plan_of
from reading import Page

from treenn.report import render, write_report
from treenn.trees import InputError, palette

SECTIONS = [
    "Results",
    "Differences",
    "Setup",
    "Learning curves",
    "Slices",
    "Negation by minimal pairs",
    "Calibration",
    "Gradient flow",
    "Cost",
]
MAKING = ["Command", "Data", "Settings", "Code", "Versions and machine", "Metrics"]


def test_every_part_and_section_is_there_and_linked(page):
    assert page.texts("h1") == ["tree-lstm and lstm on sst"]
    assert page.texts("h2") == [
        "Criterion and caveats",
        "sst with every phrase labelled",
        "sst with whole sentences labelled alone",
        "Provenance",
    ]
    assert page.texts("h3") == [*SECTIONS, "Disagreements", *SECTIONS, *MAKING]
    ids = {attributes["id"] for _, attributes, _ in page.elements if "id" in attributes}
    links = [each["href"][1:] for each in page.attributes("a") if each["href"].startswith("#")]
    assert len(links) == 4 + len(page.texts("h3"))
    assert set(links) <= ids


def test_the_headline_stands_first(report, page):
    assert page.texts("p")[1 : 1 + len(report.headline)] == list(report.headline)  # the date is before it


def test_every_figure_says_what_it_shows(page):
    figures, svgs = page.texts("figure"), page.attributes("svg")
    assert (len(figures), len(svgs)) == (1 + 2 * 12, 2 + 2 * 12)  # the lead has one figure of two panels
    ids = {attributes["id"]: " ".join(text) for _, attributes, text in page.elements if "id" in attributes}
    for svg in svgs:
        assert svg["role"] == "img"
        title, words = (ids[name] for name in svg["aria-labelledby"].split())
        assert title
        assert len(words) > 50


def test_ids_are_unique_and_labels_point_to_them(page):
    ids = [attributes["id"] for _, attributes, _ in page.elements if "id" in attributes]
    labels = {name for _, attributes, _ in page.elements for name in attributes.get("aria-labelledby", "").split()}
    assert len(ids) == len(set(ids))
    assert labels <= set(ids)


def test_nothing_is_loaded_from_elsewhere(html, page):
    addresses = set(re.findall(r"https?://[^\s\"'<>)]+", html))
    assert addresses <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}  # names, never fetched
    assert {"img", "iframe", "object"}.isdisjoint(tag for tag, _, _ in page.elements)
    assert page.attributes("script") == [{}]
    assert [link["href"] for link in page.attributes("link")] == ["data:,"]
    assert "@import" not in html
    assert all(reference.startswith("#") for reference in re.findall(r"url\(([^)]*)\)", html))


def test_each_table_holds_its_csv(report, page):
    links = [each for each in page.attributes("a") if "download" in each]
    assert len(links) == len(page.texts("table")) == len(list(report.tables()))
    assert links[0]["download"] == "sst-nodes-results-test.csv"
    assert links[0]["href"].startswith("data:text/csv;charset=utf-8,model%2Cseeds%2Croot%20mean")


def test_names_are_escaped():
    name = '<script>alert("x")</script>'
    task = make_results({name: 0.5, "lstm": 0.4}, sentences=20, classes=("<b>no", "so", "yes"))
    task["command"] = "treenn compare --models '<i>'"
    task["treebank"]["name"] = "<u>sst"
    task["settings"] = {"<s>": "</main>"}
    found = Page(render(plan_of(task)))
    assert {"b", "i", "u", "s"}.isdisjoint(tag for tag, _, _ in found.elements)
    assert len(found.attributes("script")) == 1
    assert found.texts("h1") == [f"{name} and lstm on <u>sst"]


@pytest.fixture(scope="module")
def written(plan, tmp_path_factory):
    """A written report and the calls of its progress; read-only."""
    path = tmp_path_factory.mktemp("report") / "new folder" / "report.html"
    calls = []
    write_report(plan, path, lambda *call: calls.append(call))
    return path, calls


def test_report_is_written_reproducibly(written, html):
    path, _ = written
    assert path.read_bytes() == html.encode("utf-8")
    assert path.with_suffix(".md").exists()


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match=r"report\.html"):
        write_report(plan_of(make_results({"a": 0.5}, seeds=1, sentences=10)), tmp_path / "file" / "report.html")


def luminance(colour):
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a, b):
    """Contrast ratio of WCAG 2.2."""
    light, dark = sorted((luminance(a), luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_colours_stand_out_from_light_and_dark_paper(html):
    """At least 4.5 for text, 3 for marks."""
    blocks = [dict(re.findall(r"--([\w-]+): (#\w+);", block)) for block in re.findall(r":root \{(.*?)\}", html, re.S)]
    light, dark = blocks
    for theme in (light, dark):
        for name, least in [("ink", 4.5), ("soft", 4.5), *((f"series-{number}", 3) for number in range(6))]:
            assert contrast(theme[name], theme["paper"].replace("#fff", "#ffffff")) >= least, name
        assert contrast(theme["link"], theme["paper"].replace("#fff", "#ffffff")) >= 4.5


# Machado, Oliveira and Fernandes 2009, severity 1: no, protan, deutan and tritan colour blindness, on linear RGB.
SIGHT = [
    np.eye(3),
    [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
]
XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def lab(colour, sight):
    channels = np.array([int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)])
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    x, y, z = np.cbrt(XYZ @ np.clip(sight @ linear, 0.001, 1) / [0.9505, 1, 1.089])
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def distance(a, b, sights):
    """The smallest CIELAB distance over the kinds of sight; 2.3 is just noticeable."""
    return min(np.linalg.norm(lab(a, np.array(sight)) - lab(b, np.array(sight))) for sight in sights)


def test_series_colours_are_distinguishable_with_colour_blindness(html):
    for block in re.findall(r":root \{(.*?)\}", html, re.S):
        series = re.findall(r"--series-\d: (#\w+);", block)
        assert len(series) == 6
        assert min(distance(a, b, SIGHT) for a, b in combinations(series, 2)) > 20
        for end in (palette(5)[0], palette(5)[1], palette(5)[3], palette(5)[4]):
            assert min(distance(colour, end, SIGHT[:1]) for colour in series) > 25
    assert "--scale" not in html


def test_progress_counts_the_groups_of_pictures(written):
    _, calls = written
    done, total, titles = zip(*calls, strict=True)
    assert done == tuple(range(1, total[0] + 1))
    assert len(set(total)) == 1
    assert "Gradient norm in training" in titles
