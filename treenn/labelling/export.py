"""Export of annotations: brackets with class numbers or names, and labels of sentences as CSV, TSV or JSON Lines."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from treenn.labelling.annotations import Annotations
from treenn.labelling.entry import Entry
from treenn.trees import InputError, Tree
from treenn.trees.atomic_writing import write_text
from treenn.trees.brackets import format_tree
from treenn.trees.class_comment import class_comment
from treenn.trees.errors import argument

_DELIMITERS = {".csv": ",", ".tsv": "\t"}
_JSON_LINES = (".jsonl", ".ndjson")
_TITLE = "# exported by treenn label"
_COLUMNS = ("text", "label")
_START = re.compile(r'text[,\t]label\r?\n|\{"text": "|# exported by treenn label')


class Exported(NamedTuple):
    """The number of exported sentences, and of omitted ones, whose roots have no label."""

    sentences: int
    omitted: int


def export_annotations(annotations: Annotations, path: Path, *, names: bool = False) -> Exported:
    """Write the labelled sentences to another file, in the format of its suffix.

    `.csv` and `.tsv` have the columns `text` and `label`, `.jsonl` the same keys; the label is the name of the
    sentence's class. Other suffixes are bracketed trees.

    Args:
        annotations: the annotations.
        path: the file.
        names: whether the labels in brackets are class names (default: False, class numbers).

    Raises:
        InputError: if nothing is labelled, a class name is not permitted in brackets, or the file exists and is not an
            earlier export.
    """
    labelled = [entry for entry in annotations.entries if entry.state == "labelled"]
    if not labelled:
        raise InputError("no sentence is labelled; must have one or more", source=annotations.path)
    if path.suffix.lower() not in (*_DELIMITERS, *_JSON_LINES):
        _write(path, _brackets(annotations, labelled, names))
        return Exported(len(labelled), 0)
    rows = [(entry.text, annotations.classes[label]) for entry in labelled if isinstance(label := _root(entry), int)]
    _write(path, _table(rows, path.suffix.lower()))
    return Exported(len(rows), len(labelled) - len(rows))


def _root(entry: Entry) -> object:
    return None if entry.tree is None else entry.tree.label


def _table(rows: Sequence[tuple[str, str]], suffix: str) -> str:
    if suffix in _JSON_LINES:
        objects = (dict(zip(_COLUMNS, row, strict=True)) for row in rows)
        return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in objects)
    file = io.StringIO()
    csv.writer(file, delimiter=_DELIMITERS[suffix], lineterminator="\n").writerows([_COLUMNS, *rows])
    return file.getvalue()


def _brackets(annotations: Annotations, entries: Sequence[Entry], names: bool) -> str:
    classes = annotations.classes if names else tuple(map(str, range(len(annotations.classes))))
    for name in classes:
        if not re.fullmatch(r"[^\s()]+", name) or name == "X":
            problem = "must have no spaces or brackets, and must not be X, the mark of unlabelled nodes"
            raise InputError(f"{argument('names', True)}: class {name!r} {problem}")
    trees = (_renamed(entry.tree, classes) for entry in entries if entry.tree is not None)
    comments = [_TITLE] if names else [_TITLE, class_comment(annotations.classes)]
    return "".join(f"{line}\n" for line in (*comments, *map(format_tree, trees)))


def _renamed(tree: Tree, classes: Sequence[str]) -> Tree:
    return tree.map_labels(lambda label: classes[label] if isinstance(label, int) else None)


def _write(path: Path, text: str) -> None:
    """Write a file that does not exist, or replace an earlier export."""
    if path.is_file():
        with path.open(encoding="utf-8", errors="replace") as file:
            start = file.read(200)
        if start and not _START.match(start):
            raise InputError("this file exists and is not an export of treenn label; name another", source=path)
    write_text(path, text)
