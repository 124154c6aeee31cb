from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from strategies import CATEGORIES, DEPTHS, nary_trees, right_chain, trees_in_any_order

from treebanks.grammar_treebank import category_name
from treenn.lm.grammar.derivation import END, MOST_OPEN, OPEN, REDUCE, SHIFT
from treenn.lm.grammar.packing import pack_derivations
from treenn.lm.grammar.transitions import BottomUp, TopDown
from treenn.trees import InputError, NaryTree


@settings(max_examples=15)
@given(nary_trees(CATEGORIES))
def test_labelled_trees_have_a_round_trip(tree):
    if not tree.children:
        return
    grammar = TopDown(sorted({category_name(label) for label in tree.labels[len(tree.words) :]}))
    rebuilt = grammar.tree(tree.words, grammar.derivation(tree).actions.tolist())
    n = len(tree.words)
    expected = TopDown.tree(grammar, tree.words, grammar.derivation(rebuilt).actions.tolist())
    assert (rebuilt.words, rebuilt) == (tree.words, expected)
    assert sorted(map(category_name, rebuilt.labels[n:])) == sorted(map(category_name, tree.labels[n:]))


@settings(max_examples=15)
@given(trees_in_any_order())
def test_binary_trees_have_a_round_trip(tree):
    actions = BottomUp().derivation(tree).actions.tolist()
    assert sorted(BottomUp().tree(tree.words, actions).spans) == sorted(tree.spans)
    assert (actions[-1], actions.count(SHIFT), actions.count(REDUCE)) == (END, len(tree.words), len(tree.words) - 1)


@pytest.mark.parametrize("kind", ["labelled", "binary"])
def test_every_action_is_permitted(kind):
    tree = NaryTree(("a", "b"), ((0,), (2, 1)), (None, None, "NP", "S"))
    grammar = TopDown(("S", "NP")) if kind == "labelled" else BottomUp()
    derivation = grammar.derivation(tree if kind == "labelled" else right_chain(5))
    bits = np.where(derivation.actions >= OPEN, 8, 1 << derivation.actions)
    assert (derivation.permitted & bits).all()


@pytest.mark.parametrize("words", DEPTHS)
def test_deep_trees_are_packed(words):
    batch = pack_derivations([right_chain(words)], BottomUp())
    assert len(batch.depth_sizes) == words and len(batch.heights) == words - 1


def test_too_many_open_nodes_are_refused():
    children = ((0,), *((node,) for node in range(1, MOST_OPEN + 1)))
    tree = NaryTree(("a",), children, (None,) * (MOST_OPEN + 2))
    with pytest.raises(InputError, match=r"more than 100 open nodes; must have at most that many"):
        TopDown(("",)).derivation(tree)


def test_an_unknown_category_is_refused():
    with pytest.raises(InputError, match="label 'NP' of node 1: the grammar has no such category"):
        TopDown(("S",)).derivation(NaryTree(("a",), ((0,),), (None, "NP")))


def test_a_tree_of_another_class_is_refused():
    with pytest.raises(InputError, match="a tree is a Tree; must be a NaryTree for this grammar"):
        TopDown(("S",)).derivation(right_chain(2))
