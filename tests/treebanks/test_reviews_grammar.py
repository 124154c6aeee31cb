"""The grammar and lexicon of `reviews`: no undefined, unreachable, ambiguous or non-binary rules."""

import re
from random import Random

import pytest

from treebanks.reviews.sentence_sampling import Choice, choices, draw, expansions
from treebanks.reviews.word_senses import DOMAINS, PHRASES, SAID_ONCE, SENSES, SPELLED_OUT, WORDS

SYMBOL = re.compile(r"[A-Z_0]{2,}[-+±∓]?|S[-+±∓0]")
EXPANDED = [phrase for _, _, phrase in expansions()]


def test_every_phrase_is_binary():
    for phrase in EXPANDED:
        before, left = None, phrase
        while left != before:
            before, left = left, re.sub(r"\([^() ]+ [^() ]+\)", "X", left)
        assert re.fullmatch(r"[^() ]+", left), phrase


def used(table):
    return {token for choice in table.values() for way in choice.ways for token in way if SYMBOL.fullmatch(token)}


@pytest.mark.parametrize("domain", DOMAINS)
def test_every_symbol_that_is_used_is_there(domain):
    table = choices(domain, nesting=1)
    assert used(table) <= set(table)


def test_every_symbol_that_is_there_is_used():
    tables = [choices(domain, nesting=1) for domain in DOMAINS]
    assert set().union(*tables) == {"REVIEW"}.union(*map(used, tables))


def test_no_word_means_two_things():
    meant = {}
    listed = [*SPELLED_OUT, *((sense, words) for _, sense, words in WORDS)]
    for sense, words in listed:
        for word in words.lower().split():
            assert meant.setdefault(word, sense) == sense, word
    for _, sense, phrases in PHRASES:
        for phrase in phrases.split(" | "):
            assert SENSES[re.sub("[()]", "", phrase)] == sense, phrase


def test_spelled_out_words_are_in_the_grammar():
    tokens = {token.lower() for phrase in EXPANDED for token in re.findall("[^() ]+", phrase)}
    tokens |= {word for _, _, words in WORDS for word in words.split()} | {"an"}
    assert {word for _, words in SPELLED_OUT for word in words.split()} <= tokens


def test_what_is_said_once_is_content():
    assert {"good", "queue", "sister", "plot"} <= SAID_ONCE
    assert not {"the", "not", "very", "long", "hotel"} & SAID_ONCE


def test_a_star_multiplies_a_weight():
    plain, nested = (choices("film", nesting)["CLAUSE+"].totals for nesting in (1, 3))
    assert plain == (9, 12, 15)
    assert nested == (9, 18, 27)


def test_choices_are_drawn_by_weight():
    table = {"REVIEW": Choice((1, 4), (("dull",), ("good",)))}
    random = Random(0)
    drawn = [draw(table, random).words for _ in range(4000)]
    assert 0.72 < drawn.count(("Good",)) / 4000 < 0.78


def test_too_long_sentences_are_rejected():
    endless = {"REVIEW": Choice((1,), ((")", "REVIEW", "dull"),))}
    assert draw(endless, Random(0)) is None
    assert draw({"REVIEW": Choice((1,), ((")", "book", "dull"),))}, Random(0), longest=1) is None


def test_a_sentence_is_about_one_thing():
    table = choices("hotel", nesting=1)
    table["REVIEW"] = Choice((1,), ((")", "THING", "THING"),))
    random = Random(1)
    pairs = [draw(table, random).words for _ in range(50)]
    assert all(first.lower() == second for first, second in pairs)
    assert len(set(pairs)) > 3


def test_articles_agree_and_sentences_are_capitalized():
    table = {"REVIEW": Choice((1,), ((")", ")", "pool", "a", ")", "inn", "a"),))}
    assert draw(table, Random(0)).words == ("An", "inn", "a", "pool")
