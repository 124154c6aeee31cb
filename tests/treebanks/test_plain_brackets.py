from __future__ import annotations

import pytest
from strategies import DEPTHS

from treebanks.plain_brackets import nested_tree
from treenn.trees import InputError, Tree


def test_merges_are_in_closing_order() -> None:
    assert nested_tree("( a ( and ( not b ) ) )") == Tree(("a", "and", "not", "b"), ((2, 3), (1, 4), (0, 5)))


def test_a_word_alone_is_a_tree() -> None:
    assert nested_tree("d") == Tree(("d",), ())


@pytest.mark.parametrize("text", ["( a b", "a b )", "a b", "( a )", "( a b c )", "()", "( )", ""])
def test_what_is_not_one_binary_tree_is_refused(text: str) -> None:
    if text == "()":  # without spaces, a word
        assert nested_tree(text).words == ("()",)
        return
    with pytest.raises(InputError, match=r"these brackets are not one tree|a pair of brackets must have two parts"):
        nested_tree(text)


@pytest.mark.parametrize("n", DEPTHS)
def test_deep_trees_are_read(n: int) -> None:
    tree = nested_tree("( not " * n + "a" + " )" * n)
    assert tree.heights[tree.root] == n
