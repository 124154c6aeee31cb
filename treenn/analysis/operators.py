"""Slices of ListOps and of pairs of logical formulas, by operators."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from treenn.analysis.histogram import Slice, count, named, right_sentences
from treenn.analysis.slices import SliceFunction, by_number
from treenn.evaluation.predictions import Predictions
from treenn.trees import Tree

OPERATORS = ("[MAX", "[MIN", "[MED", "[SM")
"""The operators of ListOps (Nangia and Bowman 2018), as its expressions write them; `]` ends each."""

_TOKENS = "tokens of the expression: operators, digits and ]"
_ARGUMENTS = "maximum number of arguments of an operator"
_NESTING = "nesting depth of the operators"


def by_operator(trees: Sequence[Tree], predictions: Predictions) -> Slice:
    """By the operator at the root, the first word of an expression."""
    bins = named([tree.words[0] for tree in trees], OPERATORS, *right_sentences(predictions))
    return Slice("sentences", "the outermost operator of the expression", bins)


def arguments_and_nesting(words: Sequence[str]) -> tuple[int, int]:
    """The maximum number of arguments of an operator in a ListOps expression, and its nesting depth.

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


def by_group(groups: Sequence[int], labels: npt.ArrayLike, classes: npt.ArrayLike) -> Slice:
    """Accuracy on pairs of formulas by the number of operators of the longer one.

    Args:
        groups: that number, `Pair.group`, of each pair.
        labels: the gold class of each.
        classes: the predicted class of each.

    Returns:
        The slice, with a bin for each number that occurs.

    >>> by_group([1, 2, 2], [0, 3, 3], [0, 3, 1]).bins[-1]
    Bin(right=1, total=2, name=None, start=2, end=2, rule=None, right_side=None, sentences=None)
    """
    right, of_pair = np.asarray(labels) == np.asarray(classes), np.asarray(groups)
    bins = [count(of_pair == group, right, start=group, end=group) for group in np.unique(of_pair).tolist()]
    return Slice("pairs", "operators of the longer formula", tuple(bins))


by_tokens = by_number(_TOKENS, (1, *range(101, 1002, 100)), lambda tree: len(tree.words))
"""By the length of an expression."""

by_arguments = by_number(_ARGUMENTS, (0, 2, 3, 4, 5, 6, 11, 16), lambda tree: arguments_and_nesting(tree.words)[0])
"""By the maximum number of arguments of an operator."""

by_nesting = by_number(_NESTING, (*range(11), 15, 20), lambda tree: arguments_and_nesting(tree.words)[1])
"""By the nesting depth of operators."""

LISTOPS: Mapping[str, SliceFunction] = MappingProxyType(
    {"operator": by_operator, "length": by_tokens, "arguments": by_arguments, "nesting": by_nesting}
)
"""The slices of ListOps, for `treenn.analysis.slices.slices`."""
