"""Targets for the input of `treenn predict`: tables of texts, and the plans of comparisons."""

from __future__ import annotations

import csv
import json
from pathlib import Path

from fuzz.dataset_targets import CSV, JSON, TARGETS
from fuzz.targets import file, target

from treenn.commands.table_input import read_tables
from treenn.experiment.results import RESULTS, RUNS
from treenn.sentiment.named_models import find_models

__all__ = ["TARGETS"]

PLAN = json.dumps(
    {
        "schema": "treenn.comparison",
        "version": 2,
        "command": "",
        "created": "",
        "seeds": 2,
        "models": [{"name": "lstm", "model": "lstm", "trees": "gold", "shuffle": False, "settings": {}}],
        "tasks": [
            {
                "treebank": {"name": "toy", "classes": ["a", "b"], "sizes": {"train": 1}},
                "evaluated": ["dev"],
                "gold": {},
                "planned": [
                    {"model": "lstm", "seed": 0, "run": "lstm-0"},
                    {"model": "lstm", "seed": 1, "run": "lstm-1"},
                ],
            }
        ],
    }
)


def read_twice(data: bytes, folder: Path, name: str) -> None:
    """Read a table, write its records as CSV, and read them again."""
    path = file(folder, data, name)
    table = read_tables([str(path)], keep_all=True)
    lines = list(table.lines)
    again = folder / "again.csv"
    with again.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out, quoting=csv.QUOTE_ALL).writerows([table.columns, *(line.cells for line in lines)])
    column = table.columns[lines[0].cells.index(lines[0].text)] if lines else None
    written = read_tables([str(again)], column)
    assert written.columns == table.columns
    assert [line.cells for line in written.lines] == [line.cells for line in lines]


@target(CSV, CSV.replace("\n", "\r\n"), "review\na\n", pieces=('"', ",", "\n", "text"))
def texts_csv(data: bytes, folder: Path) -> None:
    read_twice(data, folder, "texts.csv")


@target(CSV.replace(",", "\t"), 'id\ttext\n1\t"x\ty\n', pieces=('"', "\t", "\n", "text"))
def texts_tsv(data: bytes, folder: Path) -> None:
    read_twice(data, folder, "texts.tsv")


@target(JSON, '{"text": "a", "x": [1, null]}\n\n{"x": 2.50, "text": "\\u00e9"}\n', pieces=('"', "{", "}", "[", "text"))
def texts_jsonl(data: bytes, folder: Path) -> None:
    read_twice(data, folder, "texts.jsonl")


@target(PLAN, pieces=('"', "{", "}", "[", "]", "..", "null", "1"))
def comparison_models(data: bytes, folder: Path) -> None:
    file(folder, data, "plan.json")
    for run in ("lstm-0", "lstm-1"):
        (folder / RUNS / run).mkdir(parents=True, exist_ok=True)
        (folder / RUNS / run / RESULTS).touch()
    for model in find_models([str(folder)], lambda message: None):
        if Path(model.folder).parent.resolve() != (folder / RUNS).resolve():
            raise AssertionError(model.folder)
