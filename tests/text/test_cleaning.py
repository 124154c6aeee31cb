"""Cleaning: one form for what has many, and nothing lost that carries meaning."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treenn.text.cleaning import PARAGRAPH, clean


@given(st.text(max_size=60))
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@given(st.text(alphabet="abc é\u0301ü", max_size=40))
def test_letters_are_kept_in_normalization_form_c(text: str) -> None:
    assert clean(text).replace(" ", "") == unicodedata.normalize("NFC", " ".join(text.split())).replace(" ", "")


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("a\tb\r\nc\u00a0d\u3000e\u200bf\0g", "a b c d e f g"),
        ("a\n\n\nb", f"a{PARAGRAPH}b"),
        ("don\u2019t, don\u02bct", "don't, don't"),
        ("&lt;br&gt;a&lt;br&gt;b", f"a{PARAGRAPH}b"),
        ("R&B, AT&T; a < b > c, x &notanentity; &#x1F600;", "R&B, AT&T; a < b > c, x &notanentity; \U0001f600"),
        ("http://a.com?x=1&para=2", "http://a.com?x=1&para=2"),
        ("&#0; &#1114112; &#xD800;", "\ufffd \ufffd \ufffd"),
        ("\u202eevil\u202c \u2066x\u2069", "evil x"),
        ("\U0001f469\u200d\U0001f469", "\U0001f469\u200d\U0001f469"),
    ],
)
def test_forms_are_unified(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


def test_entities_that_were_escaped_often_are_resolved() -> None:
    assert clean("it isn&" + "amp;" * 1000 + "#39;t") == "it isn't"
