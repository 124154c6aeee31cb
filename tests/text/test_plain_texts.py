"""The fast path of the tokenizer for plain texts has the results of the slow one."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from treenn.parsers.long_sentences import find_sentences
from treenn.text import cleaning, split_sentences, tokenize, tokenizer
from treenn.text.cleaning import clean
from treenn.text.tokenizer import tokens_of

TEXTS = st.text("ab T.,'\"`-&;<>\\\n1é!?", max_size=40) | st.text(max_size=20)


@settings(max_examples=40)
@given(TEXTS)
def test_plain_texts_are_cleaned_as_others(text: str) -> None:
    fast = clean(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cleaning, "_is_plain", lambda text: False)
        assert clean(text) == fast


CLITICS = st.sampled_from(["can", "not", "NOT", "d", "'", "nt", "N'T", "do", "y", "ou", "'ve", "all", "wo", "is", "é"])


@settings(max_examples=60)
@given(TEXTS | st.lists(CLITICS, max_size=4).map("".join))
def test_words_without_apostrophe_have_no_other_clitics(text: str) -> None:
    fast = list(tokens_of(clean(text)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tokenizer, "_may_have_clitic", lambda form: True)
        assert list(tokens_of(clean(text))) == fast


@settings(max_examples=40)
@given(TEXTS)
def test_sentences_are_those_of_both_steps(text: str) -> None:
    expected = []
    for sentence in split_sentences(text):
        try:
            expected.append((sentence, tuple(tokenize(sentence))))
        except ValueError:
            continue
    assert find_sentences(text) == expected
