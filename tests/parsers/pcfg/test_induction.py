"""Grammar induction: relative frequencies of rules and words, and smoothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nltk.grammar import Nonterminal
from strategies import nary_trees

from treenn.parsers.pcfg import PCFGParser, PCFGSettings
from treenn.parsers.pcfg.induction import FRAGMENT, START, induced
from treenn.parsers.pcfg.lexicon import UNKNOWN, lexicon, terminal
from treenn.trees import NaryTree, parse_nary, unbinarize

TREES = parse_nary("""
    (S (NP (NN dogs)) (VP (VBP bark)))
    (S (NP (NN cats)) (VP (VBP see) (NP (NN dogs))))
    (NP (NN dogs))
""")
PLAIN = PCFGSettings(vertical=1, rare=0, retag=0)


def probability(grammar, parent, *children):
    [found] = [
        production.prob()
        for production in grammar.productions(lhs=Nonterminal(parent))
        if tuple(map(str, production.rhs())) == children
    ]
    return found


def test_rules_have_their_relative_frequency():
    grammar = induced(TREES, PLAIN)
    assert probability(grammar, "S", "NP", "VP") == 1
    assert probability(grammar, "VP", "VBP") == 0.5
    assert probability(grammar, "NP", "NN") == 1
    assert probability(grammar, "VBP", "see") == pytest.approx(1 / (2 + 2 / 4))  # an unknown word: 2 of 4 pairs


def test_root_prior_prefers_training_roots():
    grammar = induced(TREES, PLAIN)
    assert probability(grammar, FRAGMENT, "S") == pytest.approx((2 + 2 / 14) / 4)
    assert probability(grammar, FRAGMENT, "VP") == pytest.approx((2 / 14) / 4)
    assert probability(grammar, START, FRAGMENT, START) == pytest.approx(1e-6)


@given(st.lists(nary_trees(labels=st.sampled_from(["S", "NP", "VP"])), min_size=1, max_size=4))
def test_probabilities_sum_to_one(trees):
    sums = {}
    for production in induced(trees, PCFGSettings(rare=1, common=1)).productions():
        sums[production.lhs()] = sums.get(production.lhs(), 0) + production.prob()
    assert [*sums.values()] == pytest.approx([1] * len(sums))


@given(nary_trees(), st.sampled_from(["head", "left", "right"]), st.integers(0, 2), st.integers(1, 3))
def test_grammar_of_one_tree_reproduces_it(tree, factor, horizontal, vertical):
    words = tuple(f"w{number}" for number in range(len(tree.words)))
    tree = NaryTree(words, tree.children, tuple(f"N{number}" for number in range(len(tree.labels))))
    settings = PCFGSettings(factor=factor, horizontal=horizontal, vertical=vertical, retag=0)
    parser = PCFGParser(induced([tree], settings), settings)
    assert unbinarize(parser.parse(words)) == tree


def test_rare_words_are_unknown_words_too():
    counts = lexicon(TREES, PCFGSettings(rare=1, common=2, retag=0))
    assert counts["NN", "dogs"] == 3
    assert counts["VBP", "<x >"] == 2  # bark and see are alike in nothing else; so is the cat that stands first
    assert counts["NN", "<x >"] == 1
    assert counts["NN", UNKNOWN] == counts["VBP", UNKNOWN] == 0.5


def test_words_may_have_the_tags_of_their_signature():
    counts = lexicon(TREES, PCFGSettings(rare=1, common=2, retag=3))
    assert counts["VBP", "dogs"] == pytest.approx(3 * 2 / 3)
    assert counts["NN", "dogs"] == pytest.approx(3 + 3 * 1 / 3)


@pytest.mark.parametrize(
    ("word", "first", "expected"),
    [
        ("Bark", False, "Bark"),
        ("Dogs", True, "dogs"),
        ("Dogs", False, "<Xx >"),
        ("Frogs", True, UNKNOWN),
        ("frogs", True, "<x ogs>"),
        ("running", False, UNKNOWN),
    ],
)
def test_what_stands_for_a_word(word, first, expected):
    assert terminal(word, first=first, known={"dogs", "Bark", "<x ogs>", "<Xx >", UNKNOWN}) == expected
