"""Validation of words, labels and node numbers.

Readers construct hundreds of thousands of trees, so the types of items are compared as sets; items are checked one by
one only if one has to be converted or refused.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from typing import Annotated, Any

from treenn.trees.arguments import Natural, Range, check, check_list
from treenn.trees.errors import InputError

Label = int | str | None


def check_words(words: Any) -> tuple[str, ...]:
    """The words of a sentence as a tuple.

    Raises:
        InputError: if there is no word, or one is empty or not text; gives its index.
    """
    words = _tuple("words", words, {str}, str)
    if not words:
        raise InputError("a tree needs at least one word, words is empty")
    if "" in words:
        raise InputError(f"word {words.index('')} is empty; every word needs at least one character")
    return tuple(words)


def check_labels(labels: Any) -> tuple[Label, ...]:
    """Labels as a tuple.

    Raises:
        InputError: if one is neither a whole number nor text nor None; gives its index.
    """
    return _tuple("labels", labels, {int, str, type(None)}, Label)


def check_relations(relations: Any) -> tuple[str | None, ...]:
    """Dependency relations as a tuple.

    Raises:
        InputError: if one is neither text nor None; gives its index.
    """
    return _tuple("relations", relations, {str, type(None)}, str | None)


def check_numbers(name: str, numbers: Any, hint: Any = Natural) -> tuple[int, ...]:
    """Node numbers as a tuple of Python integers.

    Args:
        name: the name of the argument.
        numbers: the node numbers.
        hint: the type of a number (default: `Natural`).

    Raises:
        InputError: if one is not a whole number.
    """
    return _tuple(name, numbers, {int}, hint)


def check_rows(name: str, rows: Any) -> tuple[tuple[int, ...], ...]:
    """The children of several nodes as tuples of Python integers.

    Raises:
        InputError: if a row is not a list of whole numbers.
    """
    if type(rows) is tuple and {tuple}.issuperset(map(type, rows)) and _are(chain.from_iterable(rows), {int}):
        return rows
    rows = rows.tolist() if hasattr(rows, "tolist") else rows
    return tuple(check_numbers(f"{name}[{index}]", row) for index, row in enumerate(check_list(name, rows)))


def check_node(node: Any, size: int) -> int:
    """Validate the number of a node of a tree of `size` nodes.

    Raises:
        InputError: if there is no such node.
    """
    if type(node) is int and 0 <= node < size:
        return node
    return int(check("node", node, Annotated[int, Range(low=0, high=size - 1)]))


def _tuple(name: str, items: Any, types: set[type], hint: Any) -> tuple[Any, ...]:
    items = items if type(items) is tuple else tuple(check_list(name, items, hint))
    if _are(items, types):
        return tuple(items)
    return tuple(check(f"{name}[{index}]", item, hint) for index, item in enumerate(items))


def _are(items: Iterable[Any], types: set[type]) -> bool:
    return types.issuperset(map(type, items))
