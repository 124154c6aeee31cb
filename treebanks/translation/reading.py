"""Readers of parallel text: a folder with `train.en` and `train.de`, or one file of tab-separated pairs."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

from treebanks.own_data.spec import DatasetSpec
from treebanks.own_data.splitting import stratified_split
from treebanks.paths import published_file
from treebanks.translation.corpus import ParallelCorpus, Translation
from treenn.trees.errors import InputError, argument
from treenn.trees.files import read_text
from treenn.trees.skipping import OnError

SPLITS = ("train", "dev", "test")

PARALLEL: Mapping[str, tuple[str, str]] = {
    "multi30k": ("en", "de"),
    "multi30k-5000": ("en", "de"),
    "tatoeba": ("en", "zh"),
}
"""The parallel corpora of the catalogue by name, and their languages."""

MOST_WORDS, MOST_CHARACTERS = 500, 5000
"""The maximum numbers of words and of characters of a line."""

_TATOEBA_SHARES = "90/5/5"


def load_parallel(name: str, splits: Collection[str] = SPLITS, *, on_error: OnError | None = None) -> ParallelCorpus:
    """Load a parallel corpus of the catalogue.

    - `"multi30k"` has captions of images in English and German; train of `"multi30k-5000"` has 5,000 of them
      (`ParallelCorpus.subset`).
    - `"tatoeba"` has sentences in English and Mandarin, divided 90/5/5. Translations of the same English sentence are
      in one split.

    Args:
        name: the name.
        splits: the splits that are read (default: all).
        on_error: called with the error of each skipped pair (default: None, the first error is raised).

    Raises:
        InputError: if a file is missing (the message describes how to get it) or malformed.
    """
    languages = PARALLEL[name]
    if name == "tatoeba":
        read = _divided(read_pairs(published_file(name, "cmn.txt"), on_error=on_error), _TATOEBA_SHARES, 0)
        return ParallelCorpus(name, languages, {split: read[split] for split in SPLITS if split in splits})
    of, _, pairs = name.partition("-")
    files = [split for split in SPLITS if split in splits]
    read = {
        split: read_aligned(*(published_file(of, f"{split}.{each}") for each in languages), on_error=on_error)
        for split in files
    }
    corpus = ParallelCorpus(name, languages, read)
    return corpus.subset(int(pairs)) if pairs and "train" in splits else corpus


def read_parallel(
    path: Path,
    languages: tuple[str, str],
    *,
    split: str = "90/5/5",
    seed: int = 0,
    splits: Collection[str] = SPLITS,
) -> ParallelCorpus:
    """Read a folder with `train.en`, `train.de`, `dev.en`, `dev.de` and optionally test, or divide one file.

    Args:
        path: the folder, or a file with one pair per line, source and target separated by a tab.
        languages: the codes of source and target, the suffixes of the files of a folder.
        split: for a file, percentages of train, dev and test (default: 90/5/5). Pairs with equal sources are in one
            split.
        seed: the seed of this division (default: 0).
        splits: the splits that are read (default: all).

    Raises:
        InputError: if a file is missing or malformed, or train or dev has no pair.
    """
    if path.is_dir():
        named = {name: [path / f"{name}.{language}" for language in languages] for name in SPLITS if name in splits}
        read = {
            name: read_aligned(*files)
            for name, files in named.items()
            if name != "test" or any(map(Path.exists, files))
        }
    else:
        spec = DatasetSpec(split=split, split_seed=seed)
        divided = _divided(read_pairs(path), spec.split or split, seed)
        read = {name: part for name, part in divided.items() if name in splits}
    for name in ("train", "dev"):
        if name in splits and not read.get(name):
            raise InputError(f"split {name!r} has no pair; must have one or more", source=path)
    return ParallelCorpus(path.resolve().stem, languages, read)


def read_aligned(source: Path, target: Path, *, on_error: OnError | None = None) -> tuple[Translation, ...]:
    """Read two files of which line N is the translation of line N. Runs of white space become one space.

    Args:
        source: the sentences.
        target: their translations.
        on_error: called with the error of each skipped pair (default: None, the first error is raised).

    Raises:
        InputError: if a file cannot be read, they have different numbers of lines, or a line is empty or too long.
    """
    lines = [text_lines(path) for path in (source, target)]
    if len(lines[0]) != len(lines[1]):
        raise InputError(
            f"this file has {len(lines[1]):,} lines: must have {len(lines[0]):,}, as {source.name}, since line N "
            "is the translation of line N",
            source=target,
        )
    rows = zip(*lines, strict=True)
    return _translations(rows, (source, target), on_error)


def read_pairs(path: Path, *, on_error: OnError | None = None) -> tuple[Translation, ...]:
    """Read a file with one pair per line: source, tab, target; further columns are ignored.

    Args:
        path: the file.
        on_error: called with the error of each skipped pair (default: None, the first error is raised).

    Raises:
        InputError: if the file cannot be read, a line has no tab, or a side is empty or too long.
    """
    rows = []
    for number, line in enumerate(text_lines(path), start=1):
        sides = line.split("\t")
        if len(sides) < 2:
            raise InputError("this line has no tab: must be source, tab, target", source=path, line=number)
        rows.append((sides[0], sides[1]))
    return _translations(rows, (path, path), on_error)


def text_lines(path: Path) -> list[str]:
    r"""The lines of a text, which end at `\n` only: other line separators are part of published sentences.

    Raises:
        InputError: if the file cannot be read, has no line, or has a zero byte.
    """
    lines = read_text(path).split("\n")
    if not lines[-1]:
        lines.pop()
    if not lines:
        raise InputError("this file has no sentence; must have one per line", source=path)
    for number, line in enumerate(lines, start=1):
        if "\0" in line:
            raise InputError("this line has a zero byte; must be text", source=path, line=number)
    return lines


def clean_line(line: str, path: str | Path | None = None, number: int | None = None, side: str = "sentence") -> str:
    """A line with single spaces, validated.

    Args:
        line: the line.
        path: the file, for messages (default: None).
        number: the number of the line, for messages (default: None).
        side: its name in messages (default: `"sentence"`).

    Raises:
        InputError: if it is empty or too long.
    """
    words = line.split()
    if not words:
        raise InputError(f"this line has an empty {side}; must have one word or more", source=path, line=number)
    text = " ".join(words)
    if len(words) > MOST_WORDS or len(text) > MOST_CHARACTERS:
        most, unit = (MOST_WORDS, "words") if len(words) > MOST_WORDS else (MOST_CHARACTERS, "characters")
        count = len(words) if unit == "words" else len(text)
        raise InputError(
            f"the {side} of this line has {count:,} {unit}; must be one sentence of at most {most:,}",
            source=path,
            line=number,
        )
    return text


def _translations(
    rows: Iterable[tuple[str, str]], paths: tuple[Path, Path], on_error: OnError | None
) -> tuple[Translation, ...]:
    pairs = []
    for number, (source, target) in enumerate(rows, start=1):
        try:
            sides = clean_line(source, paths[0], number, "source"), clean_line(target, paths[1], number, "target")
            pairs.append(Translation(*sides))
        except InputError as error:
            if on_error is None:
                raise
            on_error(error)
    return tuple(pairs)


def _divided(pairs: Sequence[Translation], split: str, seed: int) -> dict[str, tuple[Translation, ...]]:
    """The pairs by split; those with equal sources are in one split."""
    shares = DatasetSpec(split=split, split_seed=seed).shares
    parts = stratified_split([pair.source for pair in pairs], [None] * len(pairs), shares, seed)
    return {name: tuple(pairs[index] for index in part) for name, part in zip(SPLITS, parts, strict=False)}


def check_languages(pair: str) -> tuple[str, str]:
    """Validate the argument `languages`, two codes such as `en-de`.

    Raises:
        InputError: if it is another text.

    >>> check_languages("en-de")
    ('en', 'de')
    """
    codes = pair.split("-")
    if len(codes) != 2 or not all(code.isalpha() and code.isascii() for code in codes):
        raise InputError(f"{argument('languages')} {pair}: must be two codes with a hyphen, such as en-de")
    return codes[0], codes[1]
