"""The notebooks of the guide run, and the last expression of every cell has a display."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

GUIDE = Path(__file__).parents[1] / "treenn/guide"
NOTEBOOKS = sorted(GUIDE.glob("*.py"))
SLOW = ("notebook-comparison.py",)  # comparison.md has the same steps
RUNS = [pytest.param(path, marks=[pytest.mark.slow] * (path.name in SLOW), id=path.stem) for path in NOTEBOOKS]


def cells(path: Path) -> list[tuple[bool, str]]:
    """The cells of a script: whether it is text, and its source."""
    _, *parts = ("\n" + path.read_text(encoding="utf-8")).split("\n# %%")
    return [(part.startswith(" [markdown]\n"), part.removeprefix(" [markdown]")) for part in parts]


def run_cell(source: str, names: dict[str, Any]) -> list[Any]:
    """Run a cell, and return the value of its last statement in a list if that is an expression."""
    statements = ast.parse(source).body
    last = statements.pop() if isinstance(statements[-1], ast.Expr) else None
    exec(compile(ast.Module(statements, []), "cell", "exec"), names)
    return [] if last is None else [eval(compile(ast.Expression(last.value), "cell", "eval"), names)]


@pytest.mark.parametrize("path", RUNS)
def test_notebooks_run_and_display(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TREENN_LEDGER", str(tmp_path / "ledger.jsonl"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    names: dict[str, Any] = {"__name__": "__main__"}
    values = [value for is_text, source in cells(path) if not is_text for value in run_cell(source, names)]
    assert len(values) >= 4
    for value in values:
        assert len(repr(value)) < 1500
        if hasattr(value, "_repr_html_"):
            ElementTree.fromstring(f"<div>{value._repr_html_()}</div>")
    assert sum(hasattr(value, "_repr_html_") for value in values) >= 3


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebooks_have_text_and_titles(path: Path) -> None:
    texts = [source for is_text, source in cells(path) if is_text]
    assert texts[0].startswith("\n# # ")
    assert all(line.startswith("#") for text in texts for line in text.strip().split("\n"))


def test_every_notebook_is_linked() -> None:
    page = (GUIDE / "notebooks.md").read_text(encoding="utf-8")
    assert len(NOTEBOOKS) == 3
    assert [path.name for path in NOTEBOOKS if f"({path.name})" not in page] == []
