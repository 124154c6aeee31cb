"""Relations between formulas of propositional logic: the task of Bowman, Potts and Manning (2015)."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

from treebanks.catalogue import entry, synthetic
from treebanks.pairs import Pair, PairTreebank
from treebanks.paths import data_home
from treebanks.plain_brackets import nested_tree
from treenn.trees import InputError, OnError, Tree
from treenn.trees.files import read_text, split_lines
from treenn.trees.skipping import read_each

RELATIONS = ("=", "<", ">", "^", "|", "v", "#")
"""What the classes mean: equivalent, entails, is entailed, contradicts, excludes, covers, none of these."""

_TRAINED, _LONGEST = 6, 12


def load_logic(*, on_error: OnError | None = None) -> PairTreebank:
    """The published task: train on pairs of at most 6 operators, test on 1 to 12.

    Of `train0` to `train6`, one after the other, every tenth pair is dev. `"7-operators"` is `test7`, and so on: the
    pairs whose longer formula has so many (the last holds up to 19). `Pair.group` is that number.

    Args:
        on_error: called with the error of each line that is skipped (default: the first error is raised).

    Raises:
        InputError: where a file is missing (and how to get it), or is not as it should be: with its line.
    """
    folder, tree = data_home() / entry("logic").folder, cache(nested_tree)
    pairs = [pair for n in range(_TRAINED + 1) for pair in _read(folder / f"train{n}", n, tree, on_error)]
    splits = {
        "train": tuple(pair for number, pair in enumerate(pairs) if number % 10 < 9),
        "dev": tuple(pairs[9::10]),
    }
    for n in range(1, _LONGEST + 1):
        splits[f"{n}-operators"] = tuple(_read(folder / f"test{n}", n, tree, on_error))
    return PairTreebank("logic", RELATIONS, splits, synthetic("logic"))


def _read(path: Path, operators: int, tree: Callable[[str], Tree], on_error: OnError | None) -> list[Pair]:
    """The pairs of a file: relation, TAB, formula, TAB, formula."""
    if not path.exists():
        raise InputError(
            f"logic is not here, this file is missing; {entry('logic').by_hand} under TREEBANKS_HOME", source=path
        )
    classes = {relation: number for number, relation in enumerate(RELATIONS)}

    def pair(line: tuple[int, str]) -> Pair:
        number, text = line
        fields = text.split("\t")
        if len(fields) != 3 or fields[0] not in classes:
            raise InputError(
                f"wanted is {' or '.join(RELATIONS)}, TAB, formula, TAB, formula", source=path, line=number
            )
        try:
            return Pair(tree(fields[1]), tree(fields[2]), classes[fields[0]], operators)
        except InputError as error:
            raise InputError(error.message, source=path, line=number) from None

    nothing = InputError("there is no pair here; a line is a relation, TAB, formula, TAB, formula", source=path)
    return read_each(enumerate(split_lines(read_text(path)), start=1), pair, on_error, nothing)
