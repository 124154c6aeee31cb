"""Signatures: from fine to coarse, the same for words that look alike."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treenn.parsers.pcfg.lexicon import UNKNOWN, signatures


@pytest.mark.parametrize(
    ("word", "finest"),
    [
        ("overacting", "<x ing>"),
        ("Tarantino", "<Xx ino>"),
        ("NASA", "<XX asa>"),
        ("1990s", "<x9 s>"),
        ("1990", "<.9 >"),
        ("co-written", "<x- ten>"),
        ("--", "<.- >"),
        ("it", "<x t>"),
        ("a", "<x >"),
        ("É", "<XX >"),
        ("😀", "<. >"),
    ],
)
def test_the_finest_signature(word, finest):
    assert signatures(word, first=False)[0] == finest


def test_a_capital_says_less_at_the_start():
    assert signatures("Funny", first=True) == ["<1 nny>", "<1 ny>", "<1 y>", "<1 >", UNKNOWN]
    assert signatures("funny", first=True) == signatures("funny", first=False)


@given(st.text(min_size=1), st.booleans())
def test_every_word_falls_back_to_unknown(word, first):
    found = signatures(word, first=first)
    assert found[-1] == UNKNOWN
    assert len(set(found)) == len(found)
    assert sorted(found[:-1], key=len, reverse=True) == found[:-1]


def test_a_long_word_is_no_trouble():
    assert len(signatures("x" * 1_000_000, first=False)[0]) < 20
