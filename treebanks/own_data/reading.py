"""`read_dataset`: the examples of a folder or file, with validated labels and splits."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from treebanks.own_data.bracket_files import read_brackets
from treebanks.own_data.conllu_files import read_dependencies, with_key
from treebanks.own_data.dataset_toml import with_file
from treebanks.own_data.labels import LabelCheck, Labels, infer_labels, require_two
from treebanks.own_data.raw_dataset import RawDataset, RawExample, RawText, kind_of, labels_of
from treebanks.own_data.spec import CONTROL, DatasetSpec, Form
from treebanks.own_data.split_files import common_form, find_files
from treebanks.own_data.splitting import split_examples
from treebanks.own_data.table_files import read_table, with_columns
from treenn.trees import DependencyTree, InputError, OnError, Tree
from treenn.trees.arguments import check
from treenn.trees.class_comment import classes_in_comments
from treenn.trees.files import read_text

Reader = Callable[[Path, str, DatasetSpec, "LabelCheck | None", "OnError | None"], list[RawExample]]
"""A function of the path, the text, the specification, the check of labels and `on_error`."""

READERS: Mapping[Form, Reader] = {
    "brackets": read_brackets,
    "conllu": read_dependencies,
    "csv": read_table,
    "tsv": read_table,
    "jsonl": read_table,
}
"""The reader of each form."""


def read_dataset(
    source: Path,
    spec: DatasetSpec,
    *,
    dev: Path | None = None,
    test: Path | None = None,
    for_training: bool = True,
    given: Collection[str] | None = None,
    on_error: OnError | None = None,
) -> RawDataset:
    """Read the examples of a folder or a file, and validate their labels.

    Args:
        source: a folder with `train`, `dev` and test sets, or the train file.
        spec: the specification; overrides `dataset.toml`. Its `split` splits train.
        dev: the dev file (default: None, that of the folder, or a part of train by `split`).
        test: the test file (default: None, as for `dev`).
        for_training: whether train and dev are required (default: True). If False, a folder has one split or more, a
            single file is the split test, and `classes` of `spec` must be the model's.
        given: the fields of `spec` that override `dataset.toml` (default: None, those that differ from their defaults).
            With `FIELDS` of `treebanks.own_data.dataset_toml`, the file is not read.
        on_error: called with the error of each skipped example (default: None, the first error is raised).

    Raises:
        InputError: if a file is missing or malformed, or a label is invalid. The message contains the file, the line
            and the label.
    """
    check("source", source, Path)
    check("spec", spec, DatasetSpec)
    spec = with_file(spec, source, given)
    paths = find_files(source, spec, dev, test, for_training=for_training)
    spec = replace(spec, form=spec.form or common_form(paths.values()), name=spec.name or default_name(source))
    texts = {split: _text(path, spec) for split, path in paths.items()}
    first = next(iter(paths))
    spec = _with_label_column(spec, paths[first], texts[first])
    if spec.form == "brackets" and not spec.classes and (declared := classes_in_comments(texts[first])):
        spec = replace(spec, classes=declared[0], scale=spec.scale or declared[1])
    files = {split: _File(path, texts[split], spec) for split, path in paths.items()}
    for file in files.values():
        file.read(None, keep_errors=on_error is not None)
    _check_kinds([*files.values()])
    labels = _infer(files, spec, for_training)
    for file in files.values():
        file.check(labels, on_error)
    splits = {split: renamed(file.examples, labels) for split, file in files.items()}
    return _dataset(source, _split(splits, spec, labels), spec, labels)


def _text(path: Path, spec: DatasetSpec) -> str:
    """The text of a file.

    Raises:
        InputError: if it is not text in the encoding that the specification declares.
    """
    text = read_text(path, spec.encoding)
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise InputError("this file has a NUL character; it must be a text file", source=path, line=line)
    return text


def _check_kinds(files: Sequence[_File]) -> None:
    """Validate that the examples of all files are of the same kind."""
    first, kind = files[0].path, kind_of(files[0].examples[0])
    for file in files[1:]:
        if (other := kind_of(file.examples[0])) != kind:
            raise InputError(f"this file has {other}, {first.name} has {kind}; must be the same", source=file.path)


def _infer(files: Mapping[str, _File], spec: DatasetSpec, for_training: bool) -> Labels:
    """Infer the labels from train, or from all splits if there is no train."""
    of_train = files["train"].labels if "train" in files else set[str]()
    others = set[str]().union(*(file.labels for split, file in files.items() if split != "train"))
    path = next(iter(files.values())).path
    if for_training:
        require_two(of_train, spec, path)
    return infer_labels(of_train or others, others, spec, path)


def _with_label_column(spec: DatasetSpec, path: Path, text: str) -> DatasetSpec:
    if spec.form == "conllu":
        return with_key(spec)
    return spec if spec.form == "brackets" else with_columns(spec, path, text)


def default_name(source: Path) -> str:
    """The name of a data set: that of its folder or file, without control characters."""
    name = source.absolute().name
    name = source.resolve().name if name in ("", "..") else name
    return CONTROL.sub("", name) or "data"


@dataclass
class _File:
    """A file whose labels are validated after all files have been read."""

    path: Path
    text: str
    spec: DatasetSpec

    def read(self, check: LabelCheck | None, *, keep_errors: bool) -> None:
        """Read the examples. Errors are collected, or the first one is raised."""
        self.errors: list[InputError] = []
        reader = READERS[self.spec.form or "brackets"]
        self.examples = reader(self.path, self.text, self.spec, check, self.errors.append if keep_errors else None)
        self.labels = _distinct_labels(self.examples)

    def check(self, labels: Labels, on_error: OnError | None) -> None:
        """Validate the labels, and report all errors. If one is invalid, the file is read again for its position."""
        if any(map(labels.problem, self.labels)):
            self.read(labels.problem, keep_errors=on_error is not None)
        if on_error is not None:
            for error in self.errors:
                on_error(error)


def _distinct_labels(examples: Sequence[RawExample]) -> set[str]:
    if all(isinstance(example, (Tree, DependencyTree)) for example in examples):  # fast path
        labels = set[object]().union(*(example.labels for example in examples))  # type: ignore[union-attr]
        return {str(label) for label in labels if label is not None}
    return {label for example in examples for label in labels_of(example)}


def renamed(examples: Sequence[RawExample], labels: Labels) -> tuple[RawExample, ...]:
    """The examples with the names of their classes as labels."""
    written = _distinct_labels(examples)
    if all(labels.name(label) == label for label in written):
        return tuple(examples)
    names: dict[object, str | None] = {None: None, **{label: labels.name(label) for label in written}}
    return tuple(_renamed(example, names) for example in examples)


def _renamed(example: RawExample, names: Mapping[object, str | None]) -> RawExample:
    match example:
        case Tree() | DependencyTree():
            return example.map_labels(names.get)
        case RawText():
            return replace(example, label=names[example.label])
    left, right, label = example
    return left, right, names[label]


def _split(
    splits: Mapping[str, tuple[RawExample, ...]], spec: DatasetSpec, labels: Labels
) -> dict[str, tuple[RawExample, ...]]:
    """The splits, with train split as `spec.split` declares."""
    if not spec.shares:
        return dict(splits)
    parts = split_examples(splits["train"], spec.shares, spec.split_seed, scores=labels.scale == "score")
    made = dict(zip(("train", "dev", "test"), parts, strict=False))
    for split, examples in made.items():
        if not examples:
            problem = f"no example is left for {split} of {len(splits['train'])}"
            raise InputError(f"{problem}; there must be more examples, or a larger share")
    return {**made, **{split: examples for split, examples in splits.items() if split != "train"}}


def _dataset(source: Path, splits: Mapping[str, Sequence[RawExample]], spec: DatasetSpec, labels: Labels) -> RawDataset:
    low, high = labels.score_range or (None, None)
    spec = replace(spec, classes=labels.classes or (), scale=labels.scale, low=low, high=high)
    return RawDataset(str(source), spec, splits, labels.classes, labels.scale, labels.score_range)
