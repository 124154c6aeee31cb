"""Shortened texts: at most a number of columns, at a letter or at a word."""

from __future__ import annotations

import textwrap

import pytest
from rich.cells import cell_len

from treenn.trees.text_width import shortened

TEXTS = ["not a very good film", "extraordinary " * 6, "漢字 漢字漢字 漢字", "a" * 30, "漢" * 20, "a " + "漢" * 20]


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("at_word", [False, True])
def test_shortened_texts_fit(text: str, at_word: bool) -> None:
    for columns in range(2, 40):
        short = shortened(text, columns, at_word=at_word)
        assert cell_len(short) <= columns
        assert short == text if cell_len(text) <= columns else text.startswith(short[:-1].rstrip())


@pytest.mark.parametrize("columns", range(5, 40))
def test_texts_end_at_words_as_textwrap_does(columns: int) -> None:
    text = "not a very good film but a long one"
    assert shortened(text, columns, at_word=True) == textwrap.shorten(text, columns, placeholder=" …")


def test_a_long_first_word_ends_at_a_letter() -> None:
    assert shortened("extraordinary films", 8, at_word=True) == "extraor…"
    assert shortened("漢字漢字漢字", 8, at_word=True) == "漢字漢…"
