"""The files of a data set: the split and the form of each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from treebanks.own_data.spec import DatasetSpec, Form
from treenn.trees.errors import InputError, argument

FORMS: Mapping[str, Form] = {
    ".txt": "brackets",
    ".tree": "brackets",
    ".trees": "brackets",
    ".mrg": "brackets",
    ".ptb": "brackets",
    ".bracket": "brackets",
    ".conllu": "conllu",
    ".conll": "conllu",
    ".csv": "csv",
    ".tsv": "tsv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
}
"""The form of the files with each suffix. A further suffix `.gz` is allowed."""

_SPLITS = dict.fromkeys(("dev", "valid", "validation", "val", "development"), "dev") | {
    "train": "train",
    "test": "test",
}
# Treebanks of Universal Dependencies have names such as en_ewt-ud-train.conllu.
_STEM = re.compile(rf"(?:.*-ud-)?({'|'.join(_SPLITS)}|test-.+)", re.IGNORECASE)
_SUBFOLDER = "trees"  # the folder in the archive of SST


def find_files(
    source: Path, spec: DatasetSpec, dev: Path | None = None, test: Path | None = None, *, for_training: bool = True
) -> dict[str, Path]:
    """Find the file of each split.

    Args:
        source: a folder with one file per split, the train file, or the file of all splits.
        spec: the specification; its `split` declares the splits that are made of the train file.
        dev: the file of dev (default: None, in the folder or made by `split`).
        test: the file of test (default: None, as `dev`).
        for_training: whether train and dev are required (default: True). If False, a single file is the test file.

    Returns:
        The files by split: `"train"`, `"dev"`, `"test"`, then further test sets by name, without the splits that
        `spec.split` makes.

    Raises:
        InputError: if there is no file for a required split, or two for one split; the message names both.
    """
    alone = "train" if for_training or spec.shares or dev or test else "test"
    files = _in_folder(source) if source.is_dir() else {alone: source}
    for split, path in (("dev", dev), ("test", test)):
        if path is not None:
            _add(files, split, path, source)
    if for_training or spec.shares or not files:
        _check_splits(files, source, spec)
    order = ["train", "dev", "test", *sorted(files)]
    return {split: files[split] for split in dict.fromkeys(order) if split in files}


def form_of(path: Path) -> Form:
    """The form of a file by its suffix; brackets for unknown suffixes."""
    return FORMS.get(_suffix(path), "brackets")


def common_form(files: Iterable[Path]) -> Form:
    """The form of all files.

    Raises:
        InputError: if two files have different forms.
    """
    first, *others = files
    for other in others:
        if form_of(other) != form_of(first):
            problem = f"this file is {form_of(other)}, {first.name} is {form_of(first)}"
            raise InputError(f"{problem}; all splits must have one form, or pass {argument('form')}", source=other)
    return form_of(first)


def _suffix(path: Path) -> str:
    name = path.name.lower().removesuffix(".gz")
    return Path(name).suffix


def split_of(path: Path) -> str | None:
    """The split of a file by its name; None for other files."""
    if _suffix(path) not in FORMS:
        return None
    stem = Path(path.name[: -len(".gz")] if path.name.lower().endswith(".gz") else path.name).stem
    match = _STEM.fullmatch(stem)
    return match and _SPLITS.get(match[1].lower(), match[1])


def _in_folder(folder: Path) -> dict[str, Path]:
    files: dict[str, Path] = {}
    for path in _entries(folder):
        if (split := split_of(path)) is not None:
            _add(files, split, path, folder)
    subfolder = folder / _SUBFOLDER
    if not files and subfolder.is_dir():
        return _in_folder(subfolder)
    for path in files.values():
        if not path.is_file():
            raise InputError("this is not a regular file; must be a file with the examples of a split", source=path)
    return files


def _entries(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError as error:
        raise InputError(f"cannot read this folder: {error.strerror or error}", source=folder) from error


def _add(files: dict[str, Path], split: str, path: Path, source: Path) -> None:
    if split in files:
        raise InputError(f"{files[split].name} and {path.name} are two files for {split}; must be one", source=source)
    files[split] = path


def _check_splits(files: Mapping[str, Path], source: Path, spec: DatasetSpec) -> None:
    if "train" not in files:
        suffixes = " ".join(FORMS)
        wanted = f"a folder must have train and dev with one of the suffixes {suffixes}, such as train.csv"
        raise InputError(f"there is no file for train; {wanted}", source=source)
    for split in ("dev", "test")[: max(len(spec.shares) - 1, 0)]:
        if split in files:
            problem = f"{argument('split')} {spec.split} makes {split}, but there is {files[split].name}"
            remedy = f"pass {argument('split')} 90/10 to make dev only" if split == "test" else "give one of them"
            raise InputError(f"{problem}; {remedy}", source=source)
    if "dev" not in files and not spec.shares:
        shares = "90/10" if "test" in files else "80/10/10"
        remedy = f"pass {argument('dev')} FILE, or {argument('split')} {shares} to split train"
        raise InputError(f"there is no file for dev; {remedy}", source=source)
