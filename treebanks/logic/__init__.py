"""Relations between formulas of propositional logic (Bowman, Potts and Manning 2015): published and fresh pairs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache

from treebanks.catalogue import synthetic
from treebanks.logic.formulas import RELATIONS
from treebanks.pairs import Pair, PairTreebank
from treebanks.paths import published_file
from treebanks.plain_brackets import nested_tree
from treenn.trees import InputError, OnError, Tree
from treenn.trees.lines import read_lines

__all__ = ["FRESH_SEED", "FRESH_SIZES", "RELATIONS", "load_fresh_logic", "load_logic", "with_fresh_tests"]

FRESH_SEED = 2026
"""The seed of the generated test sets of `load_fresh_logic`."""

FRESH_SIZES: Mapping[int, int] = {1: 200, **dict.fromkeys(range(2, 13), 1000)}
"""The number of pairs in each of them, by the number of operators. Few pairs of one operator are unpublished."""

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


def load_fresh_logic(*, on_error: OnError | None = None) -> PairTreebank:
    """Load the published train and dev with newly generated test sets, identical on every machine.

    The test sets have the names of the published ones, `"1-operators"` to `"12-operators"`, and the distribution of the
    published generator (`treebanks.logic.formula_sampling`). No pair of them is in train, dev or a published test set.

    Args:
        on_error: as in `load_logic`.

    Raises:
        InputError: as `load_logic`.
    """
    return with_fresh_tests(load_logic(on_error=on_error))


def with_fresh_tests(
    known: PairTreebank, sizes: Mapping[int, int] = FRESH_SIZES, seed: int = FRESH_SEED
) -> PairTreebank:
    """Replace the test sets of a treebank by generated ones without its pairs, as in `load_fresh_logic`.

    Args:
        known: the treebank.
        sizes: the number of pairs of each set, by the number of operators (default: `FRESH_SIZES`).
        seed: the random seed (default: `FRESH_SEED`).
    """
    from treebanks.logic.formula_sampling import draw_groups

    groups = draw_groups(sizes, seed, (pair for pairs in known.splits.values() for pair in pairs))
    splits = {"train": known.train, "dev": known.dev}
    splits |= {f"{n}-operators": pairs for n, pairs in groups.items()}
    return replace(known, name="logic-fresh", splits=splits)


def _read(file: str, operators: int, tree: Callable[[str], Tree], on_error: OnError | None) -> list[Pair]:
    """Read the pairs of a file whose lines are a relation, TAB, formula, TAB, formula."""

    def pair(line: str) -> Pair:
        fields = line.split("\t")
        if len(fields) != 3 or fields[0] not in RELATIONS:
            raise InputError(f"must be {' or '.join(RELATIONS)}, TAB, formula, TAB, formula")
        return Pair(tree(fields[1]), tree(fields[2]), RELATIONS.index(fields[0]), operators)

    nothing = "this file has no pair; a line is a relation, TAB, formula, TAB, formula"
    return read_lines(published_file("logic", file), pair, on_error, nothing)
