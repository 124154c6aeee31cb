"""Minimal pairs: their selection, their trees and their number in SST."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import assume, given
from strategies import trees_in_any_order

import treebanks
from treenn.analysis.minimal_pairs import MinimalPair, minimal_pairs, with_word, without_word
from treenn.trees import Tree, parse_trees


def pairs(text: str) -> list[MinimalPair]:
    return minimal_pairs(parse_trees(text, classes=5))


def words(pair: MinimalPair) -> tuple[str, str]:
    return " ".join(pair.plain.words), " ".join(pair.negated.words)


def test_a_negation_is_put_after_the_copula() -> None:
    (pair,) = pairs("(3 (2 it) (3 (2 Is) (4 (2 very) (3 good))))")
    assert words(pair) == ("Is very good", "Is not very good")
    assert (pair.polarity, pair.made) == ("positive", "inserted")
    assert pair.negated.merges == ((0, 1), (2, 3), (4, 5))
    assert str(pair.plain) == "(3 (2 Is) (4 (2 very) (3 good)))"


def test_a_negation_is_taken_out() -> None:
    (pair,) = pairs("(2 (2 (2 is) (2 n't)) (0 (2 so) (1 bad)))")
    assert words(pair) == ("is so bad", "is n't so bad")
    assert (pair.polarity, pair.made) == ("negative", "removed")
    assert pair.plain.merges == ((1, 2), (0, 3))


@pytest.mark.parametrize(
    "text",
    [
        "(2 (2 is) (2 odd))",  # neutral
        "(2 (2 is) (3 good))",  # the whole is not what its part is
        "(1 (2 is) (3 good))",
        "(3 (2 has) (3 fun))",  # no auxiliary
        "(3 (3 good) (3 is))",  # the other way around
        "(3 (2 is) (3 (2 no) (3 fun)))",  # negated already
        "(3 (2 is) (3 (2 just) (3 fun)))",  # "not just fun" is fun
        "(1 (2 (2 is) (2 not)) (3 (3 good) (2 enough)))",
        "(1 (2 (2 does) (2 n't)) (3 work))",  # "does work" is not what anybody says
    ],
)
def test_other_phrases_give_no_pair(text: str) -> None:
    assert pairs(text) == []


def test_a_phrase_that_stands_twice_gives_one_pair() -> None:
    assert len(pairs("(3 (2 is) (3 good))  (4 (2 Is) (4 good))  (1 (2 (2 is) (2 not)) (3 good))")) == 1


def test_two_classes_have_no_middle() -> None:
    trees = parse_trees("(1 (0 is) (1 good))  (0 (0 is) (0 bad))", classes=2)
    assert [pair.polarity for pair in minimal_pairs(trees, classes=2)] == ["positive", "negative"]


@given(trees_in_any_order())
def test_removing_an_inserted_word_restores_the_tree(tree: Tree) -> None:
    negated = with_word(tree, "not")
    assert negated.words == (tree.words[0], "not", *tree.words[1:])
    assert negated.children(negated.parents[1]) == (0, 1)
    assert without_word(negated) == tree.with_labels([None] * len(tree))


@given(trees_in_any_order())
def test_all_other_phrases_stay(tree: Tree) -> None:
    assume(len(tree.words) > 1)
    negated = with_word(tree, "not")
    kept = {" ".join(tree.words[start:end]) for start, end in tree.spans if start > 0}
    assert kept <= {" ".join(negated.words[start:end]) for start, end in negated.spans}


def test_a_tree_may_be_deep() -> None:
    n = 100_000
    deep = Tree(("w",) * n, ((n - 2, n - 1), *((n - 3 - k, n + k) for k in range(n - 2))))
    assert without_word(with_word(deep, "not")).merges == deep.merges


def test_sst_test_trees_give_515_minimal_pairs(sst_home: Path) -> None:
    found = minimal_pairs(treebanks.load("sst").test)
    assert len(found) == 515
    assert Counter(pair.polarity for pair in found) == {"positive": 304, "negative": 211}
    assert len({pair.negated.words for pair in found}) == 515
    for pair in found:
        extra = set(pair.negated.words) - set(pair.plain.words)
        assert extra <= {"not", "n't"}
        assert len(pair.negated.words) == len(pair.plain.words) + 1


def test_the_treebank_that_ships_has_some_too() -> None:
    found = Counter(pair.polarity for pair in minimal_pairs(treebanks.load("reviews").test))
    assert min(found["positive"], found["negative"]) > 100
