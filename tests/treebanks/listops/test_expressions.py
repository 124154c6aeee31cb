"""Values, depths and trees of expressions, compared with recursion and with the published file."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest

from treebanks.listops.expression_sampling import Lengths, draw, draw_nested
from treebanks.listops.expressions import OPERATORS, depth, labelled_tree, value
from treebanks.plain_brackets import nested_tree

_LENGTHS = Lengths(600)
EXAMPLES = [
    *(draw(Random(seed), longest=200) for seed in range(60)),
    *(_LENGTHS.draw(Random(seed), 200, 600) for seed in range(20)),
    *(draw_nested(Random(seed), 30) for seed in range(10)),
]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("[MIN 3 1 2 ]", 1),
        ("[MAX 3 1 2 ]", 3),
        ("[MED 9 1 2 ]", 2),
        ("[MED 1 2 ]", 1),
        ("[MED 0 9 4 3 ]", 3),
        ("[SM 9 9 9 ]", 7),
        ("[SM [MAX 4 8 ] [MIN 3 5 ] ]", 1),
        ("7", 7),
    ],
)
def test_values(text: str, wanted: int) -> None:
    assert value(text.split()) == wanted


def recursive(tokens: list[str]) -> tuple[int, int]:
    """Value and depth by recursion, with NumPy's median as in the published generator."""
    head = tokens.pop(0)
    if head not in OPERATORS:
        return int(head), 0
    arguments = []
    while tokens[0] != "]":
        arguments.append(recursive(tokens))
    tokens.pop(0)
    values = [each for each, _ in arguments]
    made = {"[MIN": min, "[MAX": max, "[MED": lambda v: int(np.median(v)), "[SM": lambda v: sum(v) % 10}[head](values)
    return made, 1 + max(each for _, each in arguments)


@pytest.mark.parametrize("expression", EXAMPLES)
def test_value_and_depth_agree_with_plain_recursion(expression: tuple[str, ...]) -> None:
    assert (value(expression), depth(expression)) == recursive(list(expression))
    assert labelled_tree(expression).label == recursive(list(expression))[0]


def test_trees_are_those_of_the_published_brackets() -> None:
    brackets = "( ( ( [SM 7 ) ( ( ( [MAX 1 ) 2 ) ] ) ) ] )"
    tree, published = labelled_tree(["[SM", "7", "[MAX", "1", "2", "]", "]"]), nested_tree(brackets)
    assert (tree.words, tree.spans[tree.root]) == (published.words, (0, 7))
    assert sorted(tree.spans) == sorted(published.spans)
    assert tree.labels == (None,) * 12 + (9,)


def test_depth_has_no_limit() -> None:
    n = 20_000
    expression = ["[MAX", "1"] * n + ["0"] + ["]"] * n
    tree = labelled_tree(expression)
    assert (depth(expression), tree.label, len(tree.words)) == (n, 1, 3 * n + 1)
