from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treenn.contextual.encoder import running_text


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("It 's n't bad , is it ?", "It'sn't bad, is it?"),
        ("a `` fun '' ride", 'a "fun" ride'),
        ("the Coens ' `` Fargo , '' -LRB- 1996 -RRB- ... wo n't do", 'the Coens\' "Fargo," (1996)... won\'t do'),
        ("` Tadpole ' costs $ 5 -- or 5 % , he 'LL say", "'Tadpole' costs $5 -- or 5%, he'LL say"),
        (r"either\/or [ sic ] ; no : yes !", "either/or [sic]; no: yes!"),
        (". first", ". first"),
        ("a", "a"),
    ],
)  # fmt: skip
def test_words_become_the_text_that_they_were(words: str, text: str) -> None:
    assert running_text(words.split())[0] == text


@given(st.lists(st.sampled_from(["a", "film", ".", "``", "''", "n't", "(", ")", "$", "'", "x-y"]), min_size=1))
def test_every_word_is_found_where_its_span_says(words: list[str]) -> None:
    text, spans = running_text(words)
    plain = {"``": '"', "''": '"'}
    assert [text[start:end] for start, end in spans] == [plain.get(word, word) for word in words]
    between = [text[end:start] for (_, end), (start, _) in pairwise(spans)]
    assert set(between) <= {"", " "}
    assert (spans[0][0], spans[-1][1]) == (0, len(text))
