"""`treenn explain`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

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
    assert "(12) → (6) ┬ (12) → (6) not ← x (8)\n           └ (12) → (6) bad ← x (8)\n" in out


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
    left, right = "(6) ┬ (6) ┬ (6) a ← x (8)", "(6) ┬ (6) a ← x (8)"
    assert left in explain("tree-gru", "--sentence", "a b c")[1]
    assert left not in explain("tree-gru", "--sentence", "a b c", "--parser", "right")[1]
    assert right in explain("tree-gru", "--sentence", "a b c", "--parser", "right")[1]


def test_fallback_to_right_branching(explain: Explain, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "SHIPPED", "nowhere")
    code, out, err = explain("tree-gru", "--sentence", "a b c")
    assert code == 0 and "(6) ┬ (6) a ← x (8)" in out
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


def test_a_width_below_1_is_refused(treenn: Explain) -> None:
    assert treenn("explain", "lstm", "--size", "0") == (2, "", "error: --size 0: must be 1 to 10000\n")
