"""Sentence boundaries; splitting changes no token."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treenn.text import split_sentences, tokenize
from treenn.trees import InputError, read_trees


@pytest.mark.parametrize(
    "sentences",
    [
        ["Dull.", "Boring.", "Flat."],
        ["it was awful.", "never again."],
        ["It was good!", "It was bad?", "No."],
        ["wow!", "what a film!", "i loved it"],
        ['He called it "a masterpiece."', "She left."],
        ["(It was dull.)", "So I left."],
        ["It is dull.😴", "Avoid."],
        ["Nice. 😍", "Next."],
        ["It was bad...", "The acting was worse."],
        ["Mr. Smith vs. Mrs. Jones, e.g. in vol. II."],
        ["C. Aubrey Smith and P. T. Barnum are in it."],
        ["It was so bad.<3Nothing"],
        ["J. K. Rowling and E. B. White wrote it."],
        ["I left at 5 p.m. on Monday.", "He stayed."],
        ["He lives in the U.S.", "She does not."],
        ["It has cats, dogs, etc.", "Nothing new."],
        ["Yahoo! is a portal."],
        ['"Wow!" he said.', "It was over."],
        ['"It is dull." he said.'],
        ["Jones ... makes a great film."],
        ["1. The first item.", "2. The second."],
        ["See http://example.com/a.b?c.", "Or not."],
        ["It cost $3.50.", "Cheap!"],
        ["我喜欢它。", "很好！", "真的"],
        ['" Dull . "', "See for yourself."],
        ['" Dull . "', '" Great ! "', "See for yourself."],
        ['He said " dull . "', "See for yourself.", '" No ! "', "Fine."],
        ['" Dull .', 'Very dull . "', "See for yourself."],
        ["« Dull . »", "See for yourself."],
        ["' Dull . '", "See for yourself."],
        ["He left .", '" See it " is bad .', "Fine."],
        ['It is a 7" disc .', '" Dull . "', "See for yourself."],
        ['It is a 7 " disc .', '" Dull . "', "See for yourself."],
        ['" It is a 7 " disc . "', "See for yourself."],
        ["The boys ' film .", "' Dull . '", "See for yourself."],
        ["\" A ' dull ' film . \"", "See for yourself."],
        ["\" He said : ' Dull . ' \"", "See for yourself."],
        ["It is dull ?!", "Yes!!!", "It is."],
        ["..."],
        ["?! ... !"],
    ],
)
def test_sentences_are_found(sentences: list[str]) -> None:
    assert split_sentences(" ".join(sentences)) == sentences


@pytest.mark.parametrize("end", ["\n\n", "\r\n\r\n", "<br />", "<br><br/>", "</p><p>", "\u2029", " \n \n "])
def test_a_paragraph_ends_a_sentence(end: str) -> None:
    assert split_sentences(f"A headline{end}and a text") == ["A headline", "and a text"]


def test_a_paragraph_ends_the_balance_of_quotes() -> None:
    assert split_sentences('" Dull .\n\nFine . " See it . "') == ['" Dull .', "Fine .", '" See it . "']


def test_a_line_break_alone_ends_no_sentence() -> None:
    assert split_sentences("a line\nand another\r\none") == ["a line and another one"]


@pytest.mark.parametrize("text", ["", " \n\n\t", "\u200b\ufeff", "<br />", "&nbsp;"])
def test_a_blank_text_has_no_sentences(text: str) -> None:
    assert split_sentences(text) == []


def test_each_sentence_has_a_letter_or_digit() -> None:
    assert split_sentences('? Dull. - "Boring." 😴 Flat . . .') == ["? Dull.", '- "Boring." 😴', "Flat . . ."]


PIECES = ["Dull", "etc.", "Mr.", "He", "U.S.", "J.", "no. 5", "it", "isn't", '"so', 'so"']
PIECES += [
    "(a",
    "b)",
    "...",
    "😀",
    "2010",
    "<3",
    "xD",
    ":-(",
    "’",
    "»",
    "\u1ffd",
    "example.com",
    "#tag",
    "C.",
    "<br\x1c/>",
]
ENDS = ["", " ", ".", ". ", "! ", "? ", "؟", ", ", ".\n\n"]


@given(st.lists(st.tuples(st.sampled_from(PIECES), st.sampled_from(ENDS)), max_size=12))
def test_sentences_have_all_tokens_of_the_text(pieces: list[tuple[str, str]]) -> None:
    text = "".join(map("".join, pieces))
    try:
        words = tokenize(text)
    except InputError:
        words = []
    assert [word for sentence in split_sentences(text) for word in tokenize(sentence)] == words


def test_sst_sentences_that_are_joined_come_apart_again(sst_home: Path) -> None:
    sentences = [tree.words for tree in read_trees(sst_home / "dev.txt")]
    ended = [" ".join(words) for words in sentences if words[-1] in ".!?"]
    again = split_sentences("\n".join(ended))
    assert sum(sentence in again for sentence in ended) / len(ended) > 0.95
