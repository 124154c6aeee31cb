"""Tables and text for terminals of any width, and control sequences."""

from __future__ import annotations

import io

import pytest
from rich.cells import cell_len

from treenn.runtime.terminal import Grid, console

WIDTHS = (40, 60, 80, 120)


def printed(width: int, *shown: object) -> str:
    out = console()
    out.width, out.file = width, io.StringIO()
    for each in shown:
        out.print(each)
    return out.file.getvalue()


def example() -> Grid:
    grid = Grid("name", "what", "root / binary", title="percent of test", prose=("what",))
    grid.add_section("published")
    grid.add_row("tai2015_constituency_random", "Constituency Tree-LSTM, random vectors", "43.9 † / 82.0 †")
    grid.add_row("own", "Tree-LSTM, tuned here", "52.3 / 89.4")
    grid.add_section("here")
    grid.add_row("own_lstm", "LSTM on every phrase", style="dim")
    return grid


def test_a_wide_terminal_has_a_table() -> None:
    lines = printed(120, example()).splitlines()
    assert [line.split() for line in lines[:2]] == [["percent", "of", "test"], ["name", "what", "root", "/", "binary"]]
    assert [line.strip() for line in lines if line.strip() in ("published", "here")] == ["published", "here"]
    [row] = [line for line in lines if line.startswith("own ")]
    assert row.rstrip().endswith(" 52.3 / 89.4")


def test_narrow_terminals_have_blocks() -> None:
    assert [line.rstrip() for line in printed(40, example()).splitlines()] == [
        "percent of test",
        "published",
        "tai2015_constituency_random",
        "  what: Constituency Tree-LSTM, random",
        "  vectors",
        "  root / binary: 43.9 † / 82.0 †",
        "own",
        "  what: Tree-LSTM, tuned here",
        "  root / binary: 52.3 / 89.4",
        "here",
        "own_lstm",
        "  what: LSTM on every phrase",
    ]


@pytest.mark.parametrize("width", [*WIDTHS, 30])
def test_every_width_holds_whole_words_and_numbers(width: int) -> None:
    text = printed(width, example())
    assert max(map(len, text.splitlines())) <= width
    for whole in ("tai2015_constituency_random", "Constituency", "43.9 † / 82.0 †", "52.3 / 89.4", "phrase"):
        assert whole in text


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", ["漢字の名前", "👩\u200d🔬 model", "é́e\u0301", "❤️"])
def test_wide_and_combining_characters_keep_columns_aligned(name: str, width: int) -> None:
    grid = Grid("name", "number")
    grid.add_row(name, "1.0")
    grid.add_row("lstm", "2.0")
    lines = printed(width, grid).splitlines()
    assert {cell_len(line) for line in lines[2:]} == {cell_len(lines[0])}


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(
    ("hostile", "seen"),
    [
        ("\x1b[31mred", r"\x1b[31mred"),
        ("\x9b31mred", r"\x9b31mred"),
        ("a\x07b", r"a\x07b"),
        ("a\rb", r"a\rb"),
        ("a\u202eb", r"a\u202eb"),
        ("a\u2066b", r"a\u2066b"),
        ("a\u2028b", r"a\u2028b"),
        ("\udcff", r"\udcff"),
        ("[red]x", "[red]x"),
        ("[/]", "[/]"),
        ("[link=http://x]y", "[link=http://x]y"),
        (":smile:", ":smile:"),
    ],
)
def test_text_is_shown_and_never_obeyed(hostile: str, seen: str, width: int) -> None:
    grid = Grid(f"{hostile}1", f"{hostile}2", f"{hostile}3", title=f"{hostile}4", prose=(f"{hostile}3",))
    grid.add_section(f"{hostile}5")
    grid.add_row(f"{hostile}6", f"{hostile}7", f"{hostile}8")
    text = printed(width, grid, f"{hostile}9")
    heads = {f"{seen}{number}" for number in range(1, 10)} - {f"{seen}1"}  # blocks have no head for their names
    assert all(each in text for each in heads)
    assert text.replace("\n", "").isprintable()


def test_a_table_is_safe_on_any_console() -> None:
    from rich.console import Console

    grid = Grid("name")
    grid.add_row("[bold]x\x1b[31m")
    out = Console(file=io.StringIO(), width=80)
    out.print(grid)
    assert r"[bold]x\x1b[31m" in out.file.getvalue()
