"""The labels of `reviews`: rules on hand-labelled phrases, and agreement with the grammar's intent."""

import re
from random import Random

import pytest

from treebanks.reviews import label, senses
from treebanks.reviews.composition import CHANGES, Kind, Sense, compose
from treebanks.reviews.sentence_sampling import choices, draw
from treebanks.reviews.word_senses import DOMAINS
from treenn.trees import Tree, parse_tree


def tree(bracketed):
    """An unlabelled tree from brackets and words."""
    return parse_tree(re.sub(r"\((?=\()", "(X ", re.sub(r"[^() ]+", r"(X \g<0>)", bracketed)))


@pytest.mark.parametrize(
    ("phrase", "expected"),
    [
        # words
        ("good", 3),
        ("dreadful", 0),
        ("the", 2),
        ("Monday", 2),
        ("unheard-of", 2),
        # content adds up
        ("(funny (and moving))", 4),
        ("((a (tasty meal)) (with lumps))", 2),
        ("(a (dreadful film))", 0),
        # negation is mild, and needs something to act on
        ("(was n't)", 2),
        ("((was n't) good)", 1),
        ("(not brilliant)", 1),
        ("(not (very bad))", 3),
        ("(less dull)", 3),
        ("(a (film (without flaws)))", 3),
        ("(I (doubt (that (nobody (liked it)))))", 3),
        ("((whoever (called (it great))) (was wrong))", 1),
        # denial
        ("(nobody (liked it))", 0),
        ("(nobody (loved it))", 1),
        ("(never (bored me))", 4),
        ("(never (appalled me))", 3),
        # intensifiers and diminishers
        ("(very good)", 4),
        ("(terribly good)", 4),
        ("(rather awful)", 1),
        ("(slightly dull)", 1),
        ("(very large)", 2),
        # cancellers
        ("(barely good)", 2),
        ("(I (expected (a (great film))))", 2),
        ("((I wonder) (whether (it (was awful))))", 2),
        # concession
        ("(((although (it (was dull))) ,) (I (loved it)))", 4),
        ("((I (loved it)) (despite (the (dull plot))))", 4),
        ("(better (than (the (brilliant original))))", 3),
        ("(worse (than (the (awful original))))", 1),
        ("((nobody (who (loved (the book)))) (liked it))", 0),
        ("(((my sister) (, ((who (hates everything)) ,))) (loved it))", 4),
        # contrast
        ("(but good)", 3),
        ("(slow (but gripping))", 3),
        ("(gripping (but slow))", 1),
        ("(((it (was superb)) ,) (but (I (hated it))))", 0),
        ("((not good) (but tasty))", 3),
        # scales and measures
        ("((the queue) (was long))", 1),
        ("((the queue) (was (not long)))", 3),
        ("((the (battery life)) (was long))", 3),
        ("((the (battery life)) (was endless))", 4),
        ("((the prices) fell)", 3),
        ("((the quality) fell)", 1),
        ("((the discount) (was tiny))", 0),
        ("(a (long film))", 2),
        ("((the queue) (was awful))", 0),
        # fixed phrases mean what their parts do not
        ("(over (the moon))", 4),
        ("(good (for nothing))", 0),
        ("(a (fine mess))", 1),
        ("(not (half bad))", 3),
        ("(not (a (waste (of time))))", 3),
        ("((anything but) good)", 0),
        ("((could (have been)) better)", 1),
        ("(((could not) (have been)) better)", 4),
        ("(((could n't) (have been)) worse)", 0),
    ],
)
def test_phrases_are_labelled_as_the_rules_say(phrase, expected):
    assert label(tree(phrase)).label == expected


def test_case_does_not_change_a_label():
    assert label(tree("(Over (The moon))")).label == 4
    assert label(tree("(NOT Good)")).labels == (2, 3, 1)


def test_every_node_is_labelled():
    found = label(tree("(it (was (not (very good))))"))
    assert found.labels == (2, 2, 2, 2, 3, 4, 1, 1, 1)


def test_a_tree_of_any_depth_is_labelled():
    n = 3_000
    chain = Tree(("not",) * (n - 1) + ("good",), tuple((n - 2 - i, n - 1 + i) for i in range(n - 1)))
    assert label(chain).labels[-2:] == (3, 1)


@pytest.mark.parametrize("kind", CHANGES)
@pytest.mark.parametrize("value", range(-2, 3))
def test_operators_act_from_both_sides_within_scale(kind, value):
    content = Sense(Kind.CONTENT, value)
    result = compose(Sense(kind), content)
    assert result == compose(content, Sense(kind))
    assert -2 <= result.value <= 2
    assert compose(Sense(kind), Sense(Kind.CONTENT)) == Sense(Kind.CONTENT)


@pytest.mark.parametrize("kind", CHANGES)
def test_an_operator_treats_praise_and_blame_alike(kind):
    assert CHANGES[kind] == tuple(-value for value in reversed(CHANGES[kind]))


@pytest.mark.parametrize("kind", list(Kind)[1:])
def test_a_function_word_changes_nothing(kind):
    sense = Sense(kind, 1)
    assert compose(Sense(Kind.FUNCTION), sense) == sense == compose(sense, Sense(Kind.FUNCTION))


@pytest.mark.parametrize("domain", DOMAINS)
@pytest.mark.parametrize(("start", "signs"), [("S+", {3, 4}), ("S-", {0, 1}), ("S0", {2})])
def test_the_rules_find_what_the_grammar_meant(domain, start, signs):
    random, table = Random(7), choices(domain, nesting=3)
    for drawn in filter(None, (draw(table, random, start=start) for _ in range(300))):
        assert label(drawn).label in signs, drawn.words


@pytest.mark.parametrize("domain", DOMAINS)
def test_no_sentence_ends_as_something_that_waits(domain):
    random, table = Random(8), choices(domain, nesting=1)
    for drawn in filter(None, (draw(table, random) for _ in range(300))):
        assert senses(drawn)[-1].kind is Kind.CONTENT, drawn.words
