"""Relations between formulas of propositional logic (Bowman, Potts and Manning 2015)."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from treebanks.catalogue import synthetic
from treebanks.pairs import Pair, PairTreebank
from treebanks.paths import published_file
from treebanks.plain_brackets import nested_tree
from treenn.trees import InputError, OnError, Tree
from treenn.trees.lines import read_lines

RELATIONS = ("=", "<", ">", "^", "|", "v", "#")
"""The classes: equivalence, entailment, reverse entailment, negation, alternation, cover, independence."""

_TRAINED, _LONGEST = 6, 12  # the maximum number of operators in training and in test pairs


def load_logic(*, on_error: OnError | None = None) -> PairTreebank:
    """Load the published task: training pairs of at most 6 operators, test pairs of 1 to 12.

    Every tenth pair of the concatenation of `train0` to `train6` belongs to dev. The test set `"7-operators"` is the
    file `test7`, named after the number of operators of the longer formula (up to 19 in the last file). This number is
    also `Pair.group`.

    Args:
        on_error: called with the error of each skipped line (default: None, the first error is raised).

    Raises:
        InputError: if a file is missing (the message describes how to get it), or a line is malformed.
    """
    tree = cache(nested_tree)
    pairs = [pair for n in range(_TRAINED + 1) for pair in _read(f"train{n}", n, tree, on_error)]
    splits = {
        "train": tuple(pair for index, pair in enumerate(pairs) if index % 10 < 9),
        "dev": tuple(pairs[9::10]),
    }
    for n in range(1, _LONGEST + 1):
        splits[f"{n}-operators"] = tuple(_read(f"test{n}", n, tree, on_error))
    return PairTreebank("logic", RELATIONS, splits, synthetic("logic"))


def _read(file: str, operators: int, tree: Callable[[str], Tree], on_error: OnError | None) -> list[Pair]:
    """Read the pairs of a file whose lines are a relation, TAB, formula, TAB, formula."""

    def pair(line: str) -> Pair:
        fields = line.split("\t")
        if len(fields) != 3 or fields[0] not in RELATIONS:
            raise InputError(f"must be {' or '.join(RELATIONS)}, TAB, formula, TAB, formula")
        return Pair(tree(fields[1]), tree(fields[2]), RELATIONS.index(fields[0]), operators)

    nothing = "this file has no pair; a line is a relation, TAB, formula, TAB, formula"
    return read_lines(published_file("logic", file), pair, on_error, nothing)
