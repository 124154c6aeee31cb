"""Validation of words, labels and node numbers.

Readers construct hundreds of thousands of trees, so the types of items are compared as sets; items are checked one by
one only if one has to be converted or refused.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import cache
from itertools import chain
from typing import Annotated, Any

from treenn.trees.annotation_types import options
from treenn.trees.arguments import Natural, Range, check, check_list
from treenn.trees.errors import InputError

Label = int | float | str | None


def check_words(words: Any) -> tuple[str, ...]:
    """Validate the words of a sentence. Returns a tuple.

    Raises:
        InputError: if there is no word, or one is empty or not text; the message gives its index.
    """
    texts: tuple[str, ...] = check_tuple("words", words, str)
    if not texts:
        raise InputError("words is empty; a tree must have at least one word")
    if "" in texts:
        raise InputError(f"word {texts.index('')} is empty; every word needs at least one character")
    return texts


def check_tuple(name: str, items: Any, hint: Any) -> tuple[Any, ...]:
    """Validate labels, relations or node numbers. Returns a tuple.

    Args:
        name: the name of the argument.
        items: the items.
        hint: the type of an item.

    Raises:
        InputError: if an item is of another type or not finite; the message gives its index.
    """
    items = items if type(items) is tuple else tuple(check_list(name, items, hint))
    types = _types(hint)
    if _are(items, types) and (float not in types or all(map(math.isfinite, filter(_is_float, items)))):
        return tuple(items)
    return tuple(check(f"{name}[{index}]", item, hint) for index, item in enumerate(items))


def _is_float(item: Any) -> bool:
    return type(item) is float


def check_rows(name: str, rows: Any) -> tuple[tuple[int, ...], ...]:
    """Validate the children of several nodes. Returns tuples of Python integers.

    Raises:
        InputError: if a row is not a list of whole numbers.
    """
    if type(rows) is tuple and {tuple}.issuperset(map(type, rows)) and _are(chain.from_iterable(rows), _types(int)):
        return rows
    rows = rows.tolist() if hasattr(rows, "tolist") else rows
    return tuple(check_tuple(f"{name}[{index}]", row, Natural) for index, row in enumerate(check_list(name, rows)))


def check_node(node: Any, size: int) -> int:
    """Validate the number of a node in a tree of `size` nodes.

    Raises:
        InputError: if there is no such node.
    """
    if type(node) is int and 0 <= node < size:
        return node
    return int(check("node", node, Annotated[int, Range(low=0, high=size - 1)]))


@cache
def _types(hint: Any) -> frozenset[type]:
    return frozenset(options(hint))


def _are(items: Iterable[Any], types: frozenset[type]) -> bool:
    return types.issuperset(map(type, items))
