"""Cleaning: normalization without loss of meaning."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treenn.text.cleaning import PARAGRAPH, clean

SIGNS = ["a", "<", ">", "<br", "/>", "<b>", "&", "amp;", "lt;", "#38;", ";", "\u00ad", "\u200b", "\x1c", " ", "\n"]
SIGNS += [
    "'",
    "\u00b4",
    "\u1ffd",
    "\u0374",
    "\u037e",
    "\u0338",
    "\u0301",
    "\ufb00",
    "\u00e2",
    "\u20ac",
    "\u2122",
    "\u2018",
]
SIGNS += ["\ufe0f", "\u200d", "\u2764", "\\"]


@given(st.text(max_size=60) | st.lists(st.sampled_from(SIGNS), max_size=12).map("".join))
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
        ("it\u1ffds, it\u0374s, a<br\x1c/>b", f"it's, it's, a{PARAGRAPH}b"),
        ("&am\u00adp;lt; a<\u200bb>c", "< a< b>c"),
        ("\u00e2\u20ac\u02dca\u00e2\u20ac\u2122\u00c2\u00a0b", "\u2018a' b"),
        ("\U0001f469\u200d\U0001f469", "\U0001f469\u200d\U0001f469"),
    ],
)
def test_forms_are_unified(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


def test_entities_that_were_escaped_often_are_resolved() -> None:
    assert clean("it isn&" + "amp;" * 1000 + "#39;t") == "it isn't"
    assert clean("it isn&" + "#38;#x26;" * 1000 + "#39;t") == "it isn't"
