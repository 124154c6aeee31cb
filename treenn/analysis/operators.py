"""Slices of the tasks that are made of operators: ListOps, and pairs of logical formulas."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from treenn.analysis.histogram import named, numbered, right_sentences
from treenn.evaluation.predictions import Predictions
from treenn.trees import Tree

OPERATORS = ("[MAX", "[MIN", "[MED", "[SM")
"""The operators of ListOps (Nangia and Bowman 2018), as they stand in its expressions; `]` ends each."""

_HUNDREDS = (1, *range(101, 1002, 100))


def by_operator(trees: Sequence[Tree], predictions: Predictions) -> dict[str, Any]:
    """By the operator at the root, the first word of an expression."""
    bins = named([tree.words[0] for tree in trees], OPERATORS, *right_sentences(predictions))
    return {"unit": "sentences", "rule": "the outermost operator of the expression", "bins": bins}


def by_tokens(trees: Sequence[Tree], predictions: Predictions) -> dict[str, Any]:
    """By the length of an expression."""
    bins = numbered([len(tree.words) for tree in trees], _HUNDREDS, *right_sentences(predictions))
    return {"unit": "sentences", "rule": "tokens of the expression: operators, digits and ]", "bins": bins}


def by_arguments(trees: Sequence[Tree], predictions: Predictions) -> dict[str, Any]:
    """By the most arguments that an operator has."""
    most = [arguments_and_nesting(tree.words)[0] for tree in trees]
    bins = numbered(most, (0, 2, 3, 4, 5, 6, 11, 16), *right_sentences(predictions))
    return {"unit": "sentences", "rule": "the most arguments that any operator of the expression has", "bins": bins}


def by_nesting(trees: Sequence[Tree], predictions: Predictions) -> dict[str, Any]:
    """By how deep operators are nested."""
    deepest = [arguments_and_nesting(tree.words)[1] for tree in trees]
    bins = numbered(deepest, (*range(11), 15, 20), *right_sentences(predictions))
    return {"unit": "sentences", "rule": "the most operators that are open at once", "bins": bins}


def arguments_and_nesting(words: Sequence[str]) -> tuple[int, int]:
    """The most arguments that an operator of a ListOps expression has, and the most operators open at once.

    >>> arguments_and_nesting("[MAX 2 [MIN 4 7 ] 0 1 ]".split())
    (4, 2)
    """
    most, deepest = 0, 0
    arguments = [0]  # of the whole, then of each operator that is open
    for word in words:
        if word == "]":
            most = max(most, arguments.pop())
            continue
        arguments[-1] += 1
        if word.startswith("["):
            arguments.append(0)
            deepest = max(deepest, len(arguments) - 1)
    return most, deepest


def by_group(groups: Sequence[int], labels: npt.ArrayLike, classes: npt.ArrayLike) -> dict[str, Any]:
    """Accuracy on pairs of formulas by how many operators the longer one has.

    Args:
        groups: that number, `Pair.group`, of each pair.
        labels: the gold class of each.
        classes: the model's class of each.

    Returns:
        as a slice of `treenn.analysis.slices`, its unit `"pairs"`, one bin a number that occurs.

    >>> by_group([1, 2, 2], [0, 3, 3], [0, 3, 1])["bins"][-1]
    {'from': 2, 'to': 2, 'right': 1, 'total': 2}
    """
    right, of_pair, bins = np.asarray(labels) == np.asarray(classes), np.asarray(groups), []
    for group in np.unique(of_pair).tolist():
        here = right[of_pair == group]
        bins.append({"from": group, "to": group, "right": int(here.sum()), "total": len(here)})
    return {"unit": "pairs", "rule": "operators of the longer formula", "bins": bins}


LISTOPS = MappingProxyType(
    {"operator": by_operator, "length": by_tokens, "arguments": by_arguments, "nesting": by_nesting}
)
"""The slices of ListOps, for `treenn.analysis.slices.slices`."""
