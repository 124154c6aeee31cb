"""Sentences of a text, division of long ones, and trees over several sentences."""

from __future__ import annotations

from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import WORDS, trees

from treenn.parsers import divide, join_trees
from treenn.parsers.long_sentences import Sentence, divide_sentences, find_sentences
from treenn.trees import InputError, Tree, parse_tree

MARKED = st.sampled_from(["a", "b", ",", ";", ":", "--", ".", "!", "''", ")", "n't"]) | WORDS


@given(st.lists(MARKED, max_size=200), st.integers(1, 60))
def test_parts_partition_words_within_limit(words: list[str], limit: int) -> None:
    parts = divide(words, limit)
    assert [*chain.from_iterable(parts)] == words
    assert all(1 <= len(part) <= limit for part in parts)


@given(st.lists(MARKED, min_size=1, max_size=200), st.integers(1, 60))
def test_there_are_few_parts(words: list[str], limit: int) -> None:
    assert len(divide(words, limit)) <= 1 + 2 * len(words) // limit


@pytest.mark.parametrize(
    ("text", "limit", "parts"),
    [
        ("a b c", 3, ["a b c"]),
        ("a b c d", 3, ["a b c", "d"]),
        ("a b , c d e", 4, ["a b ,", "c d e"]),
        ("a , b ; c , d e f", 6, ["a , b ;", "c , d e f"]),  # a strong mark before a later comma
        ("; a b c d e", 5, ["; a b c d", "e"]),  # a mark in the first half does not make a short part
        ("a b : c d e f", 6, ["a b : c d e", "f"]),
        ("a b c -- d e", 5, ["a b c --", "d e"]),
        ("a b c . '' d e", 6, ["a b c . ''", "d e"]),  # a closing quote stays with its sentence
        ("a b c . '' d e", 4, ["a b c .", "'' d e"]),  # unless it does not fit
        ("! ! ! !", 1, ["!", "!", "!", "!"]),
    ],
)
def test_cuts_follow_punctuation(text: str, limit: int, parts: list[str]) -> None:
    assert [" ".join(part) for part in divide(text.split(), limit)] == parts


def test_a_limit_below_one_is_refused() -> None:
    with pytest.raises(InputError, match="max_words 0: must be 1 or more"):
        divide(["a"], 0)


def test_a_text_has_sentences_with_words() -> None:
    assert find_sentences("Dull. It isn't funny.\n") == [
        Sentence("Dull.", ("Dull", ".")),
        Sentence("It isn't funny.", ("It", "is", "n't", "funny", ".")),
    ]
    [whole] = find_sentences(" Dull! Boring!\n", split=False)
    assert whole == Sentence("Dull! Boring!", ("Dull", "!", "Boring", "!"))


@pytest.mark.parametrize("split", [True, False])
@pytest.mark.parametrize("text", ["", " \t\n", "\u200b", "\x07"])
def test_a_blank_text_has_no_sentence(text: str, split: bool) -> None:
    assert find_sentences(text, split=split) == []


def test_only_long_sentences_are_divided() -> None:
    sentences = find_sentences("Fine. It's long; far too long.")
    assert divide_sentences(sentences, None) == divide_sentences(sentences, 100) == sentences
    assert divide_sentences(sentences, 4) == [
        sentences[0],
        Sentence("It 's long ;", ("It", "'s", "long", ";")),
        Sentence("far too long .", ("far", "too", "long", ".")),
    ]


@given(st.lists(trees(), min_size=1, max_size=9))
def test_joined_trees_are_subtrees_under_a_balanced_spine(parts: list[Tree]) -> None:
    joined = join_trees(parts)
    assert joined.words == tuple(chain.from_iterable(tree.words for tree in parts))
    nodes = {span: node for node, span in enumerate(joined.spans)}
    start = 0
    for tree in parts:
        node = nodes[start, start + len(tree.words)]
        assert joined.subtree(node) == tree
        start += len(tree.words)
        depth = 0
        while (node := joined.parents[node]) >= 0:
            depth += 1
            assert joined.labels[node] is None
        assert depth <= (len(parts) - 1).bit_length()


def test_one_tree_is_itself_and_none_is_refused() -> None:
    tree = parse_tree("(1 (2 not) (3 good))")
    assert join_trees([tree]) == tree
    with pytest.raises(InputError, match="trees is empty"):
        join_trees([])
