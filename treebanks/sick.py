"""SICK (Marelli et al. 2014): how related two sentences are, and whether the first entails the second."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

from treebanks.catalogue import entry
from treebanks.pairs import Pair, PairTreebank
from treebanks.paths import data_home
from treenn.trees import InputError, OnError
from treenn.trees.files import read_text, split_lines
from treenn.trees.sick_files import constituents_by_line, dependencies_by_line
from treenn.trees.skipping import read_each

Target = Callable[[str, str], float | int]
"""What makes a pair's target of its score and judgment."""

JUDGMENTS = ("NEUTRAL", "ENTAILMENT", "CONTRADICTION")
"""What the classes of entailment mean."""

_FILES = {"train": "SICK_train.txt", "dev": "SICK_trial.txt", "test": "SICK_test_annotated.txt"}
_SCORE = re.compile(r"[1-4](\.[0-9]+)?|5(\.0+)?")
_COLUMNS = ("pair_ID", "relatedness_score", "entailment_judgment")


def load_relatedness(*, on_error: OnError | None = None) -> PairTreebank:
    """Pairs and how related they are, 1 to 5: `Pair.target`.

    Both sentences are there as binary constituency trees and as dependency trees, which the network
    `"dependency-tree-lstm"` reads.

    Args:
        on_error: called with the error of each line and pair that is skipped (default: the first error is raised).

    Raises:
        InputError: where a file is missing (and how to get it), or is not as it should be.
    """
    return PairTreebank("sick-relatedness", None, _splits(lambda score, judgment: float(score), on_error))


def load_entailment(*, on_error: OnError | None = None) -> PairTreebank:
    """The same pairs, and whether the first sentence entails the second, contradicts it, or neither.

    Args:
        on_error: as of `load_relatedness`.

    Raises:
        InputError: as for `load_relatedness`.
    """
    splits = _splits(lambda score, judgment: JUDGMENTS.index(judgment), on_error)
    return PairTreebank("sick-entailment", JUDGMENTS, splits)


def _splits(target: Target, on_error: OnError | None) -> Mapping[str, tuple[Pair, ...]]:
    folder = data_home() / entry("sick").folder
    for file in entry("sick").files:
        if not (path := folder / file.path).exists():
            raise InputError(
                f"sick is not here, this file is missing; {entry('sick').by_hand} under TREEBANKS_HOME", source=path
            )
    return {split: tuple(_pairs(folder, split, target, on_error)) for split in _FILES}


def _pairs(folder: Path, split: str, target: Target, on_error: OnError | None) -> list[Pair]:
    path = folder / split / "id.txt"
    numbers = read_text(path).split()
    judged = _judgments(folder / _FILES[split], on_error)
    trees = [constituents_by_line(folder / split / side) for side in "ab"]
    dependencies = [dependencies_by_line(folder / split / side) for side in "ab"]
    if {*map(len, trees), *map(len, dependencies)} != {len(numbers)}:
        raise InputError(
            f"this file names {len(numbers)} pairs; a.toks and b.toks beside it must have as many lines", source=path
        )

    def pair(index: int) -> Pair:
        if (number := numbers[index]) not in judged:
            raise InputError(f"pair {number} is not in {_FILES[split]}", source=path, line=index + 1)
        left, right = (read[index]() for read in trees)
        both = dependencies[0][index](), dependencies[1][index]()
        return Pair(left, right, target(*judged[number]), dependencies=both)

    return read_each(range(len(numbers)), pair, on_error, InputError("this file names no pair", source=path))


def _judgments(path: Path, on_error: OnError | None) -> dict[str, tuple[str, str]]:
    """Score and judgment by the pair's number."""
    lines = [line.split("\t") for line in split_lines(read_text(path))]
    header = lines[0] if lines else []
    if missing := [name for name in _COLUMNS if name not in header]:
        raise InputError(f"there is no column {missing[0]}; the first line names the columns", source=path, line=1)
    number, score, judgment = (header.index(name) for name in _COLUMNS)
    judged: dict[str, tuple[str, str]] = {}

    def add(line: int) -> None:
        row = lines[line - 1]
        if len(row) != len(header) or row[judgment] not in JUDGMENTS or not _SCORE.fullmatch(row[score]):
            wanted = f"{len(header)} columns, a score from 1 to 5, and {', '.join(JUDGMENTS[:-1])} or {JUDGMENTS[-1]}"
            raise InputError(f"wanted are {wanted}", source=path, line=line)
        if judged.setdefault(row[number], (row[score], row[judgment])) != (row[score], row[judgment]):
            raise InputError(f"pair {row[number]} has another score or judgment above", source=path, line=line)

    nothing = InputError("there is no pair here, only the names of the columns", source=path)
    read_each(range(2, len(lines) + 1), add, on_error, nothing)
    return judged
