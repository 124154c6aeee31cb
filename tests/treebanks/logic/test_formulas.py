"""Truth tables and relations of formulas, compared with sets of assignments in which a formula holds."""

from __future__ import annotations

from itertools import product
from random import Random

import pytest

from treebanks.logic.formula_sampling import draw_pair
from treebanks.logic.formulas import EVERY_ROW, RELATIONS, VARIABLES, count_operators, relation, truth_table
from treebanks.plain_brackets import nested_tree
from treenn.trees import InputError

PAIRS = [draw_pair(Random(seed)) for seed in range(300)]
FORMULAS = [formula for pair in PAIRS for formula in pair]


def holds(formula: str, assignment: dict[str, bool]) -> bool:
    """The value of a formula by Python: `( a ( and b ) )` reads `(a and b)` without the inner brackets."""
    tokens, expression, depths = formula.split(), "", [False]
    for token, following in zip(tokens, [*tokens[1:], ""], strict=True):
        if token == "(":
            depths.append(following in ("and", "or"))
        closing = depths.pop() if token == ")" else depths[-1]
        is_inner = token in ("(", ")") and closing
        expression += "" if is_inner else f" {token}"
    return bool(eval(expression, {}, assignment))


def satisfying(formula: str) -> frozenset[int]:
    """The rows in which a formula holds; variable i is bit i of a row."""
    rows = range(2 ** len(VARIABLES))
    return frozenset(row for row in rows if holds(formula, {v: bool(row >> i & 1) for i, v in enumerate(VARIABLES)}))


def relation_of_sets(left: frozenset[int], right: frozenset[int]) -> str:
    """MacCartney's seven relations: the first that holds."""
    apart, covering = not left & right, len(left | right) == 2 ** len(VARIABLES)
    found = {
        "=": left == right, "<": left < right, ">": left > right, "^": apart and covering, "|": apart, "v": covering
    }  # fmt: skip
    return next((name for name, true in found.items() if true), "#")


@pytest.mark.parametrize("formula", FORMULAS[:80])
def test_truth_tables_are_the_satisfying_rows(formula: str) -> None:
    assert truth_table(nested_tree(formula)) == sum(1 << row for row in satisfying(formula))


def test_relations_of_drawn_pairs() -> None:
    seen = set()
    for left, right in PAIRS:
        tables = [truth_table(nested_tree(formula)) for formula in (left, right)]
        if not {0, EVERY_ROW} & set(tables):
            seen.add(relation(*tables))
            assert relation(*tables) == relation_of_sets(satisfying(left), satisfying(right)), (left, right)
    assert seen == set(RELATIONS)


def test_relations_of_sets_of_two_rows() -> None:
    kinds = [frozenset(range(0, 64, 2)), frozenset(range(1, 64, 2)), frozenset({0}), frozenset(range(1, 64))]
    for left, right in product(kinds, kinds):
        tables = [sum(1 << row for row in rows) for rows in (left, right)]
        assert relation(*tables) == relation_of_sets(left, right)


def test_operators_are_counted_by_tokens() -> None:
    for formula in FORMULAS:
        assert count_operators(formula) == sum(token in ("and", "or", "not") for token in formula.split())


@pytest.mark.parametrize("text", ["x", "not", "( a b )", "( and a )", "( a ( not b ) )", "( ( and a ) b )"])
def test_what_is_no_formula_is_refused(text: str) -> None:
    with pytest.raises(InputError, match=r"must be a formula, such as \( a \( and \( not b \) \) \)"):
        truth_table(nested_tree(text))
