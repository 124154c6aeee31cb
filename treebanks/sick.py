"""SICK (Marelli et al. 2014): relatedness of two sentences, and entailment of the second by the first."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

from treebanks.catalogue import entry
from treebanks.pairs import Pair, PairTreebank
from treebanks.paths import data_home, published_file
from treenn.trees import InputError, OnError
from treenn.trees.files import read_text, split_lines
from treenn.trees.sick_files import constituents_by_line, dependencies_by_line
from treenn.trees.skipping import read_each

Target = Callable[[str, str], float | int]
"""A function from the score and the judgment of a pair to its target."""

JUDGMENTS = ("NEUTRAL", "ENTAILMENT", "CONTRADICTION")
"""The classes of entailment."""

_FILES = {"train": "SICK_train.txt", "dev": "SICK_trial.txt", "test": "SICK_test_annotated.txt"}
_SCORE = re.compile(r"[1-4](\.[0-9]+)?|5(\.0+)?")
_COLUMNS = ("pair_ID", "relatedness_score", "entailment_judgment")


def load_relatedness(*, on_error: OnError | None = None) -> PairTreebank:
    """Load the pairs with their relatedness, from 1 to 5, as `Pair.target`.

    A pair contains the binary constituency trees and the dependency trees of both sentences. Only
    `"dependency-tree-lstm"` reads the latter.

    Args:
        on_error: called with the error of each skipped line and pair (default: None, the first error is raised).

    Raises:
        InputError: if a file is missing (the message describes how to get it) or malformed.
    """
    return PairTreebank("sick-relatedness", None, _splits(lambda score, judgment: float(score), on_error))


def load_entailment(*, on_error: OnError | None = None) -> PairTreebank:
    """Load the pairs with their class of entailment: neutral, entailment or contradiction.

    Args:
        on_error: called with the error of each skipped line and pair (default: None, the first error is raised).

    Raises:
        InputError: if a file is missing (the message describes how to get it) or malformed.
    """
    splits = _splits(lambda score, judgment: JUDGMENTS.index(judgment), on_error)
    return PairTreebank("sick-entailment", JUDGMENTS, splits)


def _splits(target: Target, on_error: OnError | None) -> Mapping[str, tuple[Pair, ...]]:
    folder = data_home() / entry("sick").folder
    for file in entry("sick").files:
        published_file("sick", file.path)
    return {split: tuple(_pairs(folder, split, target, on_error)) for split in _FILES}


def _pairs(folder: Path, split: str, target: Target, on_error: OnError | None) -> list[Pair]:
    path = folder / split / "id.txt"
    pair_ids = read_text(path).split()
    judgments = _judgments(folder / _FILES[split], on_error)
    trees = [constituents_by_line(folder / split / side) for side in "ab"]
    dependencies = [dependencies_by_line(folder / split / side) for side in "ab"]
    if {*map(len, trees), *map(len, dependencies)} != {len(pair_ids)}:
        raise InputError(
            f"this file has {len(pair_ids)} pairs; a.toks and b.toks in its folder must have as many lines", source=path
        )

    def pair(index: int) -> Pair:
        if (pair_id := pair_ids[index]) not in judgments:
            raise InputError(f"pair {pair_id} is not in {_FILES[split]}", source=path, line=index + 1)
        left, right = (read[index]() for read in trees)
        both = dependencies[0][index](), dependencies[1][index]()
        return Pair(left, right, target(*judgments[pair_id]), dependencies=both)

    return read_each(range(len(pair_ids)), pair, on_error, InputError("this file has no pair", source=path))


def _judgments(path: Path, on_error: OnError | None) -> dict[str, tuple[str, str]]:
    """The scores and judgments by pair ID."""
    lines = [line.split("\t") for line in split_lines(read_text(path))]
    header = lines[0] if lines else []
    if missing := [name for name in _COLUMNS if name not in header]:
        raise InputError(f"the column {missing[0]} is missing in the header, the first line", source=path, line=1)
    pair_id, score, judgment = (header.index(name) for name in _COLUMNS)
    judgments: dict[str, tuple[str, str]] = {}

    def add(line: int) -> None:
        row = lines[line - 1]
        if len(row) != len(header) or row[judgment] not in JUDGMENTS or not _SCORE.fullmatch(row[score]):
            classes = f"{', '.join(JUDGMENTS[:-1])} or {JUDGMENTS[-1]}"
            raise InputError(
                f"this line must have {len(header)} columns with a score from 1 to 5, and {classes}",
                source=path,
                line=line,
            )
        if judgments.setdefault(row[pair_id], (row[score], row[judgment])) != (row[score], row[judgment]):
            raise InputError(f"pair {row[pair_id]} differs from an earlier line", source=path, line=line)

    nothing = InputError("this file has no pair, only a header", source=path)
    read_each(range(2, len(lines) + 1), add, on_error, nothing)
    return judgments
