"""Export as brackets, CSV, TSV and JSON Lines, read again by the csv and json modules and by `read_trees`."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest

from treenn.labelling.annotations import Annotations
from treenn.labelling.entry import Entry
from treenn.labelling.export import export_annotations
from treenn.trees import InputError, parse_tree, read_trees

TREE = parse_tree("(2 (0 not) (X bad))", classes=3)
TEXTS = ['He said "no", twice', "a\tb", "春眠"]


def annotations(classes: tuple[str, ...] = ("neg", "neu", "pos"), *more: Entry) -> Annotations:
    entries = [Entry.labelled(text, TREE.with_labels((0, None, label))) for label, text in enumerate(TEXTS)]
    entries += [Entry("open", TREE, frozenset([(0, 1)])), Entry("skipped", TREE, skipped=True), *more]
    return Annotations(Path("in.txt"), classes, tuple(entries))


def test_tables_of_sentences(tmp_path: Path) -> None:
    rows = [["text", "label"], *([text, name] for text, name in zip(TEXTS, ("neg", "neu", "pos"), strict=True))]
    for name, delimiter in (("out.csv", ","), ("out.TSV", "\t")):
        assert export_annotations(annotations(), tmp_path / name) == (3, 0)
        with (tmp_path / name).open(encoding="utf-8", newline="") as file:
            assert list(csv.reader(file, delimiter=delimiter)) == rows
    export_annotations(annotations(), tmp_path / "out.jsonl")
    lines = (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line) for line in lines] == [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


def test_brackets_with_numbers_or_names(tmp_path: Path) -> None:
    path = tmp_path / "out.txt"
    export_annotations(annotations(), path)
    assert path.read_text().splitlines()[:2] == ["# exported by treenn label", "# labels: 0 neg, 1 neu, 2 pos"]
    assert read_trees(path, classes=3) == [TREE.with_labels((0, None, label)) for label in range(3)]
    export_annotations(annotations(), path, names=True)
    assert [tree.labels for tree in read_trees(path)] == [("neg", None, name) for name in ("neg", "neu", "pos")]


def test_sentences_without_a_label_are_omitted(tmp_path: Path) -> None:
    bare = Entry.labelled("no label", TREE.with_labels((0, None, None)))
    assert export_annotations(annotations(("a", "b", "c"), bare), tmp_path / "x.csv") == (3, 1)
    assert export_annotations(annotations(("a", "b", "c"), bare), tmp_path / "x.txt") == (4, 0)


@pytest.mark.parametrize("name", ["very good", "X", "a(b", ""])
def test_names_that_brackets_cannot_have(tmp_path: Path, name: str) -> None:
    with pytest.raises(
        InputError, match=f"names=True: class {re.escape(repr(name))} must have no spaces or brackets, and must not"
    ):
        export_annotations(annotations(("a", "b", name)), tmp_path / "x.txt", names=True)
    assert not (tmp_path / "x.txt").exists()
    export_annotations(annotations(("a", "b", name)), tmp_path / "x.csv", names=True)


def test_only_earlier_exports_are_replaced(tmp_path: Path) -> None:
    for name in ("x.csv", "x.tsv", "x.jsonl", "x.txt"):
        (tmp_path / name).touch()
        for _ in range(2):
            export_annotations(annotations(), tmp_path / name)
        (tmp_path / name).write_text("# labels: 0 neg, 1 neu, 2 pos\n")
        with pytest.raises(InputError, match="this file exists and is not an export of treenn label"):
            export_annotations(annotations(), tmp_path / name)


def test_nothing_to_export(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"in.txt: no sentence is labelled; must have one or more"):
        export_annotations(Annotations(Path("in.txt"), ("a", "b"), (Entry("x", skipped=True),)), tmp_path / "x.csv")
