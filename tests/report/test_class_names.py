"""Class names in reports on nominal classes: three, and twelve with numbers of two digits."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from toy import toy_treebank

from treebanks import Treebank
from treenn.experiment.compare import compare
from treenn.experiment.comparison_record import verify, write_record
from treenn.experiment.plan import Plan
from treenn.experiment.results import COMPARISON_SCHEMA, ComparisonResults
from treenn.models.settings import Settings
from treenn.report import write_report
from treenn.report.build import build
from treenn.report.markdown import as_markdown
from treenn.trees.palette import palette

THREE = ("sport", "politics", "<arts>")
TWELVE = tuple(f"topic {letter}" for letter in "abcdefghijkl")
SMALL = Settings(size=4, word_size=4, epochs=1)


def nominal(classes: tuple[str, ...]) -> Treebank:
    """The toy treebank with other classes; each class occurs at a root."""
    toy, count = toy_treebank(train=60, dev=12, test=24), len(classes)
    splits = {
        split: tuple(tree.with_labels([(label + at) % count for label in tree.labels]) for at, tree in enumerate(trees))  # type: ignore[operator]
        for split, trees in toy.splits.items()
    }
    return Treebank("topics", classes, splits, scale="nominal")


@pytest.fixture(params=[THREE, TWELVE], ids=["three", "twelve"])
def compared(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ComparisonResults:
    treebank = nominal(request.param)
    for module in ("treenn.experiment.gather", "treenn.report.example_sentences"):
        monkeypatch.setattr(f"{module}.reload", lambda summary: treebank)
    return compare(Plan.of(treebank, ["tree-lstm", "lstm"], 1, settings=SMALL), tmp_path / "comparison", jobs=1)


def test_nominal_classes_have_names_and_no_sides(compared: ComparisonResults, tmp_path: Path) -> None:
    write_report(compared, tmp_path / "report.html")
    page, text = (tmp_path / "report.html").read_text(), as_markdown(build(compared))
    classes = compared.tasks[0].treebank.classes
    for absent in ("binary", "neutral", "positive", "Class MAE", "Weighted"):
        assert absent not in text
    assert f"{len(classes)} nominal classes: " in text
    names = {name.replace("<", "&lt;").replace(">", "&gt;") for name in classes}
    titles = re.findall(r"<g><title>([^<]*)</title>", page)
    assert set(titles) <= names
    assert len(titles) > 100
    assert "Nodes have the name and the colour of their class; incorrect nodes are marked." in page
    assert all(f'fill="{colour}"' in page for colour in palette(3, "nominal"))


def test_results_of_many_classes_have_round_trips(compared: ComparisonResults, tmp_path: Path) -> None:
    written = json.loads(json.dumps(COMPARISON_SCHEMA.to_json(compared)))
    assert COMPARISON_SCHEMA.parse(written, "written") == compared
    task, classes = written["tasks"][0], compared.tasks[0].treebank.classes
    assert task["treebank"]["scale"] == "nominal"
    kind = str if len(classes) <= 10 else list
    assert isinstance(task["gold"]["test"]["root"], kind)
    assert max(compared.tasks[0].gold["test"].root or ()) == len(classes) - 1
    assert all(each.nodes is not None for found in compared.tasks[0].disagreements for each in found.models.values())
    assert "root_binary" not in task["runs"][0]["predictions"]["test"]
    write_record(compared, tmp_path / "record.json")
    verify(tmp_path / "record.json")
