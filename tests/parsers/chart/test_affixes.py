from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from treenn.parsers.chart.affixes import BUCKETS, COUNT, _shape, affixes


def test_numbers_are_those_of_every_machine():
    assert affixes("Films") == affixes("Films") == (2855, 1567, 6237, 3406, 4800, 7665, 7518, 387)


def test_words_share_the_numbers_of_what_they_share():
    playing, walking, capital = affixes("playing"), affixes("walking"), affixes("Playing")
    assert playing[3:6] == walking[3:6] and playing[:3] != walking[:3]
    assert playing[:-1] == capital[:-1] and playing[-1] != capital[-1]


@given(st.text(min_size=1))
def test_any_string_has_numbers(word):
    found = affixes(word)
    assert len(found) == COUNT
    assert all(0 <= number < BUCKETS for number in found)


def test_lone_surrogates_and_long_words_have_numbers():
    assert len(affixes("\ud800")) == len(affixes("x" * 100_000)) == COUNT


@given(st.text(st.characters(max_codepoint=127)))
def test_shapes_of_ascii_words_equal_those_of_others(word):
    assert _shape(word) + "\u00b7" == _shape(word + "\u00b7")
