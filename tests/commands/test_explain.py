"""`treenn explain`."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from saved_models import make_model

from treenn.models.names import ENCODERS
from treenn.parsers import Parser, loading
from treenn.parsers.shapes import Left, Right

Explain = Callable[..., tuple[int, str, str]]


@pytest.fixture
def explain(treenn: Explain, monkeypatch: pytest.MonkeyPatch) -> Explain:
    monkeypatch.setenv("COLUMNS", "90")
    return lambda *arguments: treenn("explain", *arguments, "--word-size", "8", "--size", "6")


def test_equations_and_the_tree_that_was_given(explain: Explain) -> None:
    code, out, _ = explain("tree-lstm", "--tree", "(3 (2 not) (1 bad))")
    assert code == 0
    assert "c   = i ⊙ u + f_l ⊙ c_l + f_r ⊙ c_r" in out
    assert "i f o u → c h ┬ i o u → c h not ← x (8)\n              └ i o u → c h bad ← x (8)\n" in out
    assert "gates and candidate → state; state (12) → output (6)." in out


def test_sequence_model_needs_no_parser(explain: Explain, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "SHIPPED", "nowhere")
    code, out, err = explain("lstm", "--sentence", "It isn't bad.")
    assert (code, err) == (0, "")
    assert out.endswith("\n\nsentence (6) ← LSTM at word 5\n")


def test_without_a_sentence_there_is_one(explain: Explain) -> None:
    assert explain("by-hand/elman")[1].count("(8)") == 6


def test_tree_by_shipped_or_named_parser(explain: Explain, monkeypatch: pytest.MonkeyPatch) -> None:
    load = loading.load_parser

    def shipped(name: str) -> Parser:
        return Left() if name == loading.SHIPPED else load(name)

    monkeypatch.setattr(loading, "load_parser", shipped)
    left, right = "h ┬ z r c → h ┬ z c → h a ← x (8)", "h ┬ z c → h a ← x (8)"
    assert left in explain("tree-gru", "--sentence", "a b c")[1]
    assert left not in explain("tree-gru", "--sentence", "a b c", "--parser", "right")[1]
    assert right in explain("tree-gru", "--sentence", "a b c", "--parser", "right")[1]


def test_fallback_to_right_branching(explain: Explain, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "SHIPPED", "nowhere")
    code, out, err = explain("tree-gru", "--sentence", "a b c")
    assert code == 0 and "h ┬ z c → h a ← x (8)" in out
    assert err == "the shipped parser is missing; the tree is right-branching (--parser selects another parser)\n"
    assert str(Right().parse(["a"])) == "(X a)"


def test_pictures_are_written_instead(explain: Explain, tmp_path: Path) -> None:
    code, out, err = explain("bilstm", "--tree", "(3 (2 not) (1 bad))", "--svg", "a.svg", "--png", "b.png")
    assert (code, out, err) == (0, "", "drawn: a.svg\ndrawn: b.png\n")
    assert (tmp_path / "a.svg").read_text(encoding="utf-8").startswith("<?xml")
    assert (tmp_path / "b.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["lstn"], "network lstn: must be one of tree-lstm, lstm, "),
        (["lstm", "--sentence", " "], "this text has no word; it must have at least one"),
        (["lstm", "--tree", ""], "<text>: there is no tree"),
        (["lstm", "--tree", "(3 (2 not) (1 bad)"], "<text>:1:1: this bracket is never closed"),
        (
            ["lstm", "--tree", "(3 a)", "--sentence", "b"],
            "--tree: cannot be combined with --sentence or --parser",
        ),
        (["lstm", "--tree", "(3 a)", "--parser", "left"], "--tree: cannot be combined with --sentence or --parser"),
        (["tree-gru", "--parser", "nobody"], "--parser nobody: must be the folder of a parser, or one of"),
        (["lstm", "--svg", "/proc/none/a.svg"], "/proc/none/a.svg: cannot write here"),
    ],
)
def test_a_mistake_is_one_line(explain: Explain, arguments: list[str], message: str) -> None:
    code, out, err = explain(*arguments)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith(f"error: {message}")


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        (["tree-lstm", "--tree", "(3 (2 not) (1 bad))"], ["tree-lstm", "lstm"]),
        (["gru", "--sentence", "not not bad"], ["gru"]),
        (["tree-gru", "--beside", "gru", "--beside", "elman", "--parser", "left"], ["tree-gru", "gru", "elman"]),
        (["--model", "tree"], ["tree", "tree, left to right"]),
        (["--model", "tree", "--model", "chain", "--sentence", "A film."], ["tree", "chain"]),
        (["--model", "chain", "--beside", "average"], ["chain", "average"]),
    ],
)
def test_page_has_these_networks(explain: Explain, tmp_path: Path, arguments: list[str], names: list[str]) -> None:
    make_model(tmp_path / "tree")
    make_model(tmp_path / "chain", kind="lstm")
    code, out, err = explain(*arguments, "--html", "a.html")
    assert (code, out, err) == (0, "", "page: a.html\n")
    page = (tmp_path / "a.html").read_text(encoding="utf-8")
    assert re.findall(r'<h2 id="name-\d">(.*?)</h2>', page) == names
    assert page.count("Untrained: ") == sum(name in ENCODERS for name in names)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "NAME is missing; must be a network of `treenn cells`, or --model DIR with --html FILE"),
        (["--model", "sentiment"], "--model, --beside: need --html FILE, the page to write"),
        (["lstm", "--html", "a.html", "--svg", "a.svg"], "--html: cannot be combined with --svg or --png"),
        (["--html", "a.html"], "NAME or --model DIR is missing; must name the network to explain"),
        (["lstn", "--html", "a.html"], "network lstn: must be one of tree-lstm, lstm, "),
        (["lstm", "--beside", "lstn", "--html", "a.html"], "network lstn: must be one of tree-lstm, lstm, "),
        (["by-hand/lstm", "--html", "a.html"], "network by-hand/lstm: must be one of tree-lstm, lstm, "),
        (["dependency-tree-lstm", "--html", "a.html"], "network dependency-tree-lstm: reads dependency trees; must be"),
        (["lstm", *["--beside", "gru"] * 4, "--html", "a.html"], "5 networks are selected; must be at most 4"),
        (["lstm", "--sentence", "a " * 61, "--html", "a.html"], "the sentence has 61 words; must have at most 60"),
        (["--model", "nowhere", "--html", "a.html"], "nowhere"),
        (["lstm", "--tree", "(3 a)", "--sentence", "b", "--html", "a.html"], "--tree: cannot be combined with --sent"),
        (["lstm", "--tree", "(3 a)", "--parser", "left", "--html", "a.html"], "--tree: cannot be combined with --sen"),
    ],
)
def test_a_mistake_writes_no_page(explain: Explain, tmp_path: Path, arguments: list[str], message: str) -> None:
    code, out, err = explain(*arguments)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith(f"error: {message}")
    assert not (tmp_path / "a.html").exists()


def test_a_width_below_1_is_refused(treenn: Explain) -> None:
    assert treenn("explain", "lstm", "--size", "0") == (2, "", "error: --size 0: must be 1 to 10000\n")


def test_a_page_of_others_is_not_replaced(explain: Explain, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text("<!doctype html><p>mine")
    arguments = ["tree-lstm", "--html", str(page), "--size", "4", "--word-size", "4"]
    code, _, err = explain(*arguments)
    assert code == 2
    assert "this file exists and is no explanation of treenn in HTML" in err
    assert page.read_text() == "<!doctype html><p>mine"
    page.unlink()
    assert [explain(*arguments)[0] for _ in range(2)] == [0, 0]
