"""Formulas of propositional logic as trees: truth tables, operators, and the relation between two formulas."""

from __future__ import annotations

from collections.abc import Mapping

from treenn.trees import InputError, Tree

VARIABLES = "abcdef"
"""The propositional variables."""

OPERATORS = ("and", "or", "not")
"""The operators; a binary one is merged with its right argument first: `( a ( or b ) )`."""

RELATIONS = ("=", "<", ">", "^", "|", "v", "#")
"""The classes: equivalence, entailment, reverse entailment, negation, alternation, cover, independence."""

_ROWS = 2 ** len(VARIABLES)

EVERY_ROW = 2**_ROWS - 1
"""The truth table of a tautology; that of a contradiction is 0."""

_TABLES: Mapping[str, int] = {
    name: sum(1 << row for row in range(_ROWS) if row >> index & 1) for index, name in enumerate(VARIABLES)
}


def truth_table(formula: Tree) -> int:
    """The truth table of a formula over all six variables: bit r is its value in row r.

    Raises:
        InputError: if the tree is not a formula.

    >>> from treebanks.plain_brackets import nested_tree
    >>> truth_table(nested_tree("( a ( or ( not a ) ) )")) == EVERY_ROW
    True
    """
    # An operator and its right argument are a node without a truth table.
    tables: list[int | None] = [_TABLES.get(word) for word in formula.words]
    partial: dict[int, tuple[str, int]] = {}
    for left, right in formula.merges:
        operator, argument = formula.words[left] if left < len(formula.words) else "", tables[right]
        first, table = tables[left], None
        if operator == "not" and argument is not None:
            table = EVERY_ROW ^ argument
        elif operator in OPERATORS and argument is not None:
            partial[len(tables)] = operator, argument
        elif first is not None and right in partial:
            operator, argument = partial[right]
            table = first & argument if operator == "and" else first | argument
        else:
            raise InputError(f"{formula}: must be a formula, such as ( a ( and ( not b ) ) )")
        tables.append(table)
    if tables[-1] is None:
        raise InputError(f"{formula}: must be a formula, such as ( a ( and ( not b ) ) )")
    return tables[-1]


def relation(left: int, right: int) -> str:
    """The relation between two truth tables, neither of a tautology nor of a contradiction.

    >>> from treebanks.plain_brackets import nested_tree
    >>> relation(truth_table(nested_tree("a")), truth_table(nested_tree("( a ( or b ) )")))
    '<'
    """
    both, covered = left & right, left | right == EVERY_ROW
    if left == right:
        return "="
    if both in (left, right):
        return "<" if both == left else ">"
    if not both:
        return "^" if covered else "|"
    return "v" if covered else "#"


def count_operators(formula: str) -> int:
    """The number of operators of a formula in brackets.

    >>> count_operators("( a ( or ( not b ) ) )")
    2
    """
    return sum(map(formula.count, OPERATORS))
