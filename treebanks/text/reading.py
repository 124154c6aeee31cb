"""Readers of plain text: a folder with `train.txt`, `dev.txt` and `test.txt`, or one file that is split."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path

from treebanks.catalogue import entry
from treebanks.own_data.spec import DatasetSpec, Origin
from treebanks.own_data.splitting import stratified_split
from treebanks.paths import data_home, published_file
from treebanks.text.corpus import Sentence, TextCorpus, Unit
from treebanks.text.verse import form_symbol
from treenn.trees.errors import InputError, argument
from treenn.trees.files import read_text, split_lines

SPLITS = ("train", "dev", "test")

CORPORA: Mapping[str, Unit] = {"corpus": "word", "corpus-characters": "character", "poems": "character"}
"""The corpora of the catalogue by name, and their units."""


def load_corpus(
    name: str, splits: Collection[str] = SPLITS, *, on_error: Callable[[InputError], object] | None = None
) -> TextCorpus:
    """Load a corpus of the catalogue.

    - `"corpus"` and `"corpus-characters"` have English sentences, as words and as characters.
    - `"poems"` has Chinese poems as characters; the form of a poem is its first token.

    Args:
        name: the name.
        splits: the splits that are read (default: all).
        on_error: not used: no line of text is malformed (default: None).

    Raises:
        InputError: if a file is missing (the message describes how to get it).
    """
    of = name.removesuffix("-characters")
    files = {split: published_file(of, f"{split}.txt") for split in SPLITS if split in splits}
    return TextCorpus(name, CORPORA[name], _read_splits(files, CORPORA[name], forms=name == "poems"))


def read_corpus(
    path: Path,
    unit: Unit,
    *,
    forms: bool = False,
    split: str = "90/5/5",
    seed: int = 0,
    splits: Collection[str] = SPLITS,
) -> TextCorpus:
    """Read a folder with `train.txt`, `dev.txt` and optionally `test.txt`, or split the lines of one file.

    Args:
        path: the folder or the file: UTF-8, one sentence per line; words are separated by spaces.
        unit: the tokens.
        forms: whether the first token of a poem is its form (`treebanks.text.verse`; default: False).
        split: for a file, percentages of train, dev and test (default: 90/5/5). Equal lines are in one split.
        seed: the seed of the split (default: 0).
        splits: the splits that are read (default: all).

    Raises:
        InputError: if there is no such file, or train or dev has no sentence.
    """
    spec = DatasetSpec(split=None if path.is_dir() else split, split_seed=seed)
    if path.is_dir():
        files = {name: path / f"{name}.txt" for name in SPLITS if name in splits}
        present = {name: file for name, file in files.items() if name != "test" or file.exists()}
        read = _read_splits(present, unit, forms=forms)
    else:
        sentences = read_sentences(path, unit, forms=forms)
        parts = stratified_split([each.text for each in sentences], [None] * len(sentences), spec.shares, seed)
        every = {name: tuple(sentences[index] for index in part) for name, part in zip(SPLITS, parts, strict=False)}
        read = {name: part for name, part in every.items() if name in splits}
    for name in ("train", "dev"):
        if name in splits and not read[name]:
            raise InputError(f"split {name!r} has no sentence; must have one or more", source=path)
    return TextCorpus(path.resolve().stem, unit, read, origin=Origin(str(path), spec))


def _read_splits(files: Mapping[str, Path], unit: Unit, *, forms: bool) -> dict[str, Sequence[Sentence]]:
    return {split: read_sentences(file, unit, forms=forms) for split, file in files.items()}


def read_sentences(path: Path, unit: Unit, *, forms: bool = False) -> tuple[Sentence, ...]:
    """Read a file with one sentence per line; empty lines are skipped, and runs of spaces are one space.

    Args:
        path: the file.
        unit: the tokens.
        forms: as in `read_corpus` (default: False).

    Raises:
        InputError: as `read_lines`.
    """
    texts = (" ".join(line.split()) for line in read_lines(path))
    return tuple(Sentence(text, unit, form_symbol(text) if forms else "") for text in texts)


def read_lines(path: str | Path) -> list[str]:
    """Read the lines of a text, one sentence each, without empty lines.

    Args:
        path: a UTF-8 file, gzipped if its name ends in `.gz`.

    Raises:
        InputError: if the file cannot be read, has a zero byte, or has no sentence.
    """
    text = read_text(path)
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise InputError("this line has a zero byte; must be text, one sentence per line", source=path, line=line)
    lines = [line for line in split_lines(text) if line.strip()]
    if not lines:
        raise InputError("this file has no sentence; must have one per line", source=path)
    return lines


def corpus_home(name: str) -> Path:
    """The folder of a corpus of the catalogue."""
    return data_home() / entry(name.removesuffix("-characters")).folder


def check_unit(unit: str) -> Unit:
    """Validate the argument `unit`; `char` is short for `character`."""
    match unit:
        case "word":
            return "word"
        case "char" | "character":
            return "character"
    raise InputError(f"{argument('unit')} {unit}: must be word or char")
