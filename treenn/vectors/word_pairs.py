"""Word pairs with human scores: SimLex-999 and WordSim-353, split into similarity and relatedness."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

from treebanks.paths import data_home
from treenn.trees.errors import InputError
from treenn.trees.files import read_text, split_lines

FOLDER = "sts"
"""The folder of the files in `TREEBANKS_HOME`."""

WORD_SETS: Mapping[str, tuple[str, ...]] = {
    "WordSim similarity": ("wordsim-similarity.tsv",),
    "WordSim relatedness": ("wordsim-relatedness.tsv",),
    "WordSim": ("wordsim-similarity.tsv", "wordsim-relatedness.tsv"),
    "SimLex": ("simlex.tsv",),
}
"""The sets of pairs and their files. The two files of WordSim have pairs in common, which count once in `WordSim`
(Agirre et al. 2009, "A study on similarity and relatedness using distributional and WordNet-based approaches")."""


class ScoredPair(NamedTuple):
    """A pair of words and its mean human score."""

    score: float
    left: str
    right: str


Half = Literal["even", "odd"]
"""Half of the lines of each file, by their numbers from 1: one half may choose settings, the other is then unseen."""


def load_word_sets(folder: Path | None = None, half: Half | None = None) -> dict[str, list[ScoredPair]]:
    """Read all sets of `WORD_SETS`.

    Args:
        folder: the folder of the files (default: None, `sts` in `TREEBANKS_HOME`).
        half: the lines that are read (default: None, all).

    Raises:
        InputError: if a file is missing or malformed.
    """
    folder = data_home() / FOLDER if folder is None else folder
    lines = {None: slice(None), "odd": slice(0, None, 2), "even": slice(1, None, 2)}[half]
    files = {name: read_word_pairs(folder / name)[lines] for names in WORD_SETS.values() for name in names}
    return {title: _united([files[name] for name in names]) for title, names in WORD_SETS.items()}


def _united(files: Sequence[Sequence[ScoredPair]]) -> list[ScoredPair]:
    """The pairs of several files, each once, with the score of the first file that has it."""
    united: dict[tuple[str, str], ScoredPair] = {}
    for pair in (pair for pairs in files for pair in pairs):
        united.setdefault((pair.left, pair.right), pair)
    return list(united.values())


def read_word_pairs(path: Path) -> list[ScoredPair]:
    """Read pairs of words, one per line: score, tab, word, tab, word.

    Raises:
        InputError: if the file cannot be read, is empty, or a line is malformed.
    """
    if not path.exists():
        raise InputError(
            "these word pairs are missing; put simlex.tsv, wordsim-similarity.tsv and wordsim-relatedness.tsv (score, "
            f"tab, word, tab, word) into the folder {FOLDER} under TREEBANKS_HOME",
            source=path,
        )
    pairs = [_pair(line, path, number) for number, line in enumerate(split_lines(read_text(path)), start=1)]
    if not pairs:
        raise InputError("this file has no pair; a line must be score, tab, word, tab, word", source=path)
    return pairs


def _pair(line: str, path: Path, number: int) -> ScoredPair:
    score, *words = line.split("\t")
    try:
        left, right = words
        return ScoredPair(float(score), left, right)
    except ValueError:
        raise InputError("this line must be score, tab, word, tab, word", source=path, line=number) from None
