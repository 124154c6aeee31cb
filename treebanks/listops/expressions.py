"""ListOps expressions such as `[MAX 2 9 [MIN 4 7 ] 0 ]`, as tuples of tokens: value, depth and labelled tree."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from statistics import median

from treenn.trees import InputError, Tree

OPERATORS: Mapping[str, Callable[[Sequence[int]], int]] = {
    "[MIN": min,
    "[MAX": max,
    "[MED": lambda values: int(median(values)),  # the mean of two middle values, rounded down
    "[SM": lambda values: sum(values) % 10,
}
"""The function of each operator."""

END = "]"


_DIGITS = frozenset("0123456789")


def value(expression: Sequence[str]) -> int:
    """The value of an expression, 0 to 9.

    Raises:
        InputError: if the tokens are not one expression.

    >>> value("[MAX 2 9 [MED 4 7 ] 0 ]".split())
    9
    """
    waiting: list[tuple[str, list[int]]] = [("", [])]  # open operators with their arguments, below the result
    for token in expression:
        if token in OPERATORS:
            waiting.append((token, []))
        elif token == END:
            operator, arguments = waiting.pop()
            if not waiting:
                raise InputError(f"{END} must follow an operator and its arguments")
            if not arguments:
                raise InputError(f"{operator} has no argument")
            waiting[-1][1].append(OPERATORS[operator](arguments))
        elif token in _DIGITS:
            waiting[-1][1].append(int(token))
        else:
            raise InputError(f"{token!r} is no digit, no {END}, and none of {', '.join(OPERATORS)}")
    operator, whole = waiting[-1]
    if operator:
        raise InputError(f"{operator} has no {END}")
    if len(whole) != 1:
        raise InputError(f"these are {len(whole)} expressions; there must be exactly one")
    return whole[0]


def depth(expression: Sequence[str]) -> int:
    """The maximum number of nested operators.

    >>> depth("[MAX 2 9 [MED 4 7 ] 0 ]".split())
    2
    """
    deepest = now = 0
    for token in expression:
        now += (token in OPERATORS) - (token == END)
        deepest = max(deepest, now)
    return deepest


def labelled_tree(expression: Sequence[str]) -> Tree:
    """The binary tree of an expression as in the published file, labelled at the root with the value.

    An operator is merged with its arguments from left to right, and with its end last: `( ( ( [MAX 2 ) 9 ) ] )`.

    Raises:
        InputError: if the tokens are not one expression.

    >>> print(labelled_tree("[MAX 2 9 ]".split()))
    (9 (X (X (X -LSB-MAX) (X 2)) (X 9)) (X -RSB-))
    """
    n, label, merges = len(expression), value(expression), list[tuple[int, int]]()
    open_nodes: list[int] = []  # for each open operator, the node of it and its arguments so far
    for word, token in enumerate(expression):
        node = word
        if token == END:
            merges.append((open_nodes.pop(), word))
            node = n + len(merges) - 1
        if token in OPERATORS or not open_nodes:
            open_nodes.append(node)
        else:
            merges.append((open_nodes[-1], node))
            open_nodes[-1] = n + len(merges) - 1
    return Tree(tuple(expression), tuple(merges), (*[None] * (2 * n - 2), label))
