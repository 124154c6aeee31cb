import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import WORDS

from treenn.trees import escape, unescape
from treenn.trees.ptb_escapes import escape_label, unescape_label


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("-LRB-", "("),
        ("-RRB-", ")"),
        ("-LSB-e.g.-RSB-", "[e.g.]"),
        ("-LCB--RCB-", "{}"),
        (r"either\/or", "either/or"),
        (r"\*\*", "**"),
        ("well-known", "well-known"),
        (r"back\slash", r"back\slash"),
        (":-BSOL-", ":\\"),
    ],
)
def test_escapes_both_ways(written: str, meant: str) -> None:
    assert unescape(written) == meant
    assert escape(meant) == written


def test_unescaped_slashes_and_stars_are_kept() -> None:
    assert unescape("1/2") == "1/2"
    assert unescape("*PRO*") == "*PRO*"


@given(WORDS)
def test_unescape_undoes_escape(word: str) -> None:
    assert unescape(escape(word)) == word
    assert not set(escape(word)) & set("()[]{}")


@given(st.lists(st.sampled_from([*"-\\()[]{}/*LRSCBHYP", "-LRB-", "-HYPH-", "LRB"]), min_size=1, max_size=8))
def test_words_that_hold_parts_of_escapes_come_back(parts: list[str]) -> None:
    word = "".join(parts)
    assert unescape(escape(word)) == word
    assert not set(escape(word)) & set("()[]{}")


@pytest.mark.parametrize(("label", "text"), [(None, "X"), ("X", r"\X"), (r"\X", r"\\X"), ("XP", "XP"), (3, "3")])
def test_labels_both_ways(label: str | int | None, text: str) -> None:
    assert escape_label(label) == text
    assert unescape_label(text) == (str(label) if label is not None else None)
    assert unescape_label("") is None
