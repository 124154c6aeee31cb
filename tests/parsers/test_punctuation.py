"""Classification of punctuation."""

import string

from hypothesis import given
from hypothesis import strategies as st

from treenn.parsers.punctuation import is_punctuation


@given(st.text(string.punctuation + "–—…“”«»¿、。", min_size=1))
def test_signs_are_punctuation(word: str) -> None:
    assert is_punctuation(word)


@given(st.text(min_size=1), st.sampled_from(["a", "é", "7", "漢", "😀", "½"]))
def test_a_word_with_anything_else_is_not(word: str, letter: str) -> None:
    assert not is_punctuation(word + letter)
