"""The chart search, compared with nltk's `ViterbiParser`."""

import math
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nltk import PCFG, Nonterminal, ViterbiParser
from nltk.grammar import ProbabilisticProduction

from treenn.parsers.pcfg.rules import compiled
from treenn.parsers.pcfg.viterbi import search
from treenn.trees import InputError, nary_from_nltk, to_nltk, unbinarize

TELESCOPE = """
    S -> NP VP [1.0]
    NP -> DT NN [0.5] | NP PP [0.25] | 'John' [0.1] | 'I' [0.15]
    VP -> VBD NP [0.7] | VP PP [0.3]
    PP -> IN NP [1.0]
    DT -> 'the' [0.8] | 'my' [0.2]
    NN -> 'man' [0.5] | 'telescope' [0.5]
    VBD -> 'ate' [0.35] | 'saw' [0.65]
    IN -> 'with' [0.61] | 'under' [0.39]
"""


@st.composite
def grammars(draw):
    """Grammars of three symbols and two words: any binary and unary rules, circles among them, and some words."""
    symbols = [Nonterminal(name) for name in "SAB"]
    below = [*((x,) for x in "ab"), *((x,) for x in symbols), *product(symbols, repeat=2)]
    productions = []
    for symbol in symbols:
        chosen = draw(st.lists(st.sampled_from(below), min_size=1, max_size=6, unique=True))
        weights = [draw(st.integers(1, 99)) for _ in chosen]
        productions += [
            ProbabilisticProduction(symbol, children, prob=weight / sum(weights))
            for children, weight in zip(chosen, weights, strict=True)
        ]
    return PCFG(symbols[0], productions)


def theirs(grammar, sentence):
    try:
        return next(ViterbiParser(grammar).parse(sentence), None)
    except ValueError:  # the grammar does not have one of the words
        return None


def log_probability(grammar, parse):
    """The log probability of a tree, from the rules of the grammar."""
    rules = {(production.lhs(), production.rhs()): production.prob() for production in grammar.productions()}
    tree = to_nltk(unbinarize(parse.tree))
    return sum(math.log(rules[production.lhs(), production.rhs()]) for production in tree.productions())


@settings(max_examples=150)
@given(grammars(), st.integers(1, 4))
def test_the_probability_is_nltks(grammar, length):
    sentences = [*product("ab", repeat=length)]
    for sentence, parse in zip(sentences, search(compiled(grammar), sentences), strict=True):
        expected = theirs(grammar, sentence)
        assert (parse is None) == (expected is None)
        if parse is not None:
            assert parse.tree.words == sentence
            assert parse.tree.label.split("+")[0] == "S"
            assert parse.log_probability == pytest.approx(math.log(expected.prob()), rel=1e-5, abs=1e-5)
            assert log_probability(grammar, parse) == pytest.approx(parse.log_probability, rel=1e-5, abs=1e-5)


@pytest.mark.parametrize(
    "sentence", ["I saw the man with my telescope", "the man with the telescope under my man saw John", "John ate I"]
)
def test_the_tree_is_nltks(sentence):
    grammar, words = PCFG.fromstring(TELESCOPE), sentence.split()
    [parse] = search(compiled(grammar), [words])
    expected = theirs(grammar, words)
    assert to_nltk(unbinarize(parse.tree)) == to_nltk(nary_from_nltk(_tagged(expected)))
    assert math.exp(parse.log_probability) == pytest.approx(expected.prob(), rel=1e-5)


def _tagged(tree):
    """`ViterbiParser`'s tree as a plain one, each word under a node of its own, as it is by this grammar."""
    import nltk

    return nltk.Tree.fromstring(str(tree).rsplit("(p=", 1)[0])


def test_chains_are_the_best_of_all_ways():
    grammar = PCFG.fromstring("""
        S -> A [0.5] | B [0.25] | 'w' [0.25]
        A -> B [0.5] | S [0.5]
        B -> A [0.1] | C [0.9]
        C -> 'c' [1.0]
    """)
    [parse] = search(compiled(grammar), [["c"]])
    assert parse.tree.label in ("S+A+B+C", "S+B+C")
    assert math.exp(parse.log_probability) == pytest.approx(0.225)


@pytest.mark.parametrize("sentence", [["the", "unheard-of"], ["the", "the"], ["saw"]])
def test_no_tree(sentence):
    assert search(compiled(PCFG.fromstring(TELESCOPE)), [sentence]) == [None]


def test_a_rule_of_three_is_refused():
    with pytest.raises(InputError, match=r"rule S -> A B A.* is not binary"):
        compiled(PCFG.fromstring("S -> A B A [1.0]\nA -> 'a' [1.0]\nB -> 'b' [1.0]"))


def test_long_sentences_do_not_vanish():
    """The probability underflows; its logarithm does not."""
    grammar = PCFG.fromstring("S -> S S [0.5] | 'a' [0.5]")
    [parse] = search(compiled(grammar), [["a"] * 60])
    assert parse.log_probability == pytest.approx(119 * math.log(0.5), rel=1e-5)
