"""`DatasetSpec`, the form and the labels of a data set from files, and `Origin`, its provenance."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal

from treenn.trees.arguments import Seed, check_fields
from treenn.trees.errors import InputError, argument
from treenn.trees.palette import Scale as Scale

Form = Literal["brackets", "conllu", "csv", "tsv", "jsonl"]
"""The file formats of data sets."""

CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
"""Characters that class names must not contain: control characters and line breaks."""

_SAFE_PARSERS = re.compile("chart|right|left|balanced|right-punctuation|random(:[0-9]+)?")
_SAFE_TOKENIZERS = re.compile("treebank|whitespace|characters|spacy:[a-z]+")  # a blank pipeline has no model
_PERCENTAGE = re.compile(r"[0-9]{1,3}(\.[0-9]{1,9})?")


def _key(group: str, default: Any, help: str) -> Any:
    """A field with its documentation, as `treenn.models.settings` declares settings."""
    return field(default=default, metadata={"group": group, "help": help})


_file, _label, _tree = partial(_key, "Data files"), partial(_key, "Labels"), partial(_key, "Trees of texts")


@dataclass(frozen=True)
class DatasetSpec:
    """The form, labels and trees of a data set. Each field is a key of `dataset.toml` and a command-line option.

    Raises:
        InputError: if a value is of another type or out of range.

    >>> DatasetSpec(text_column=["question"], label_column="class").scale is None
    True
    """

    name: str | None = _file(None, "The name in results (default: the name of the folder or file).")
    form: Form | None = _file(None, "The file format (default: by the suffix; other suffixes are brackets).")
    text_column: Sequence[str] = _file(
        (),
        "The column of the text in CSV, TSV or JSON Lines; give it twice for pairs (default: text, sentence, question, "
        "review, or the only other column).",
    )
    label_column: str | None = _file(
        None,
        "The column of the label (default: label, class, category, sentiment, score or target); in CoNLL-U the "
        "comment, the key in MISC, or UPOS, XPOS or DEPREL.",
    )
    label_level: Literal["sentence", "words"] = _file("sentence", "The labelled units of a CoNLL-U file.")
    encoding: str = _file("utf-8", "The encoding, such as latin-1.")
    binarize: Literal["left", "right"] | None = _file(None, "Binarize n-ary nodes of brackets in this direction.")
    untagged: bool = _file(False, "Allow words without a tag in brackets, as in (NP Japan 's).")
    split: str | None = _file(
        None, "Split train, stratified by label: percentages of train, dev and test, such as 80/10/10, or 90/10."
    )
    split_seed: Seed = _file(0, "The seed of the split, and of --folds.")
    classes: Sequence[str] = _label(
        (), "The names of the classes, in order (default: the labels of train, sorted, or 0 to the greatest number)."
    )
    scale: Scale | None = _label(
        None,
        "The scale of the labels (default: score for decimal numbers or with --low or --high, ordinal for whole "
        "numbers, else nominal).",
    )
    low: float | None = _label(None, "The lowest score (default: the minimum of train).")
    high: float | None = _label(None, "The highest score (default: the maximum of train).")
    trees: str = _tree("chart", "The parser of texts: chart, right, left, balanced, spacy:MODEL, or a folder.")
    tokenizer: str = _tree("treebank", "The tokenizer of texts: treebank, whitespace, characters or spacy:LANGUAGE.")
    language: str | None = _tree(None, "The language, as an ISO 639-1 code.")
    licence: str | None = _file(None, "The licence, for reports.")

    def __post_init__(self) -> None:
        check_fields(self)
        _check_names("text_column", self.text_column)
        _check_names("classes", self.classes)
        for name in ("name", "language", "licence"):
            check_printable(name, getattr(self, name) or "")
        if len(self.text_column) > 2:
            raise InputError(f"{argument('text_column')}: must be one column, or two for pairs")
        if len(self.classes) == 1:
            raise InputError(f"{argument('classes')}: must be two or more names")
        if self.classes and self.scale == "score":
            raise InputError(f"{argument('classes')}: must not be given with {argument('scale')} score")
        if self.low is not None and self.high is not None and self.low >= self.high:
            raise InputError(f"{argument('low')} {self.low:g}: must be below {argument('high')}, {self.high:g}")
        _ = self.shares

    @property
    def shares(self) -> tuple[float, ...]:
        """The fractions of train, dev and, optionally, test by `split`; empty if `split` is not set.

        >>> DatasetSpec(split="80/10/10").shares
        (0.8, 0.1, 0.1)
        """
        if self.split is None:
            return ()
        parts = self.split.split("/")
        percentages = [float(part) for part in parts if _PERCENTAGE.fullmatch(part)]
        if len(parts) not in (2, 3) or len(percentages) != len(parts) or 0 in percentages or sum(percentages) != 100:
            wanted = "must be percentages of train, dev and test, such as 80/10/10, or of train and dev, such as 90/10"
            raise InputError(f"{argument('split')} {self.split!r}: {wanted}")
        return tuple(percentage / 100 for percentage in percentages)


def _check_names(name: str, values: Sequence[str]) -> None:
    """Validate that the values are different and not empty."""
    earlier = set[str]()
    for index, value in enumerate(values):
        if not value.strip():
            raise InputError(f"{argument(name)}[{index}] {value!r}: must not be empty")
        if value in earlier:
            raise InputError(f"{argument(name)}[{index}] {value!r}: must differ from the other values")
        earlier.add(value)
        check_printable(f"{name}[{index}]", value)


def check_printable(name: str, value: str) -> None:
    """Validate that a name for reports and terminals is one line without control characters.

    Raises:
        InputError: if it is not.
    """
    if CONTROL.search(value):
        base, bracket, index = name.partition("[")
        raise InputError(
            f"{argument(base)}{bracket}{index} {value!r}: must not contain line breaks or control characters"
        )


def is_safe(spec: DatasetSpec) -> bool:
    """Return True if the parser and the tokenizer are not of another package, whose models could run code."""
    return bool(_SAFE_PARSERS.fullmatch(spec.trees) and _SAFE_TOKENIZERS.fullmatch(spec.tokenizer))


@dataclass(frozen=True)
class Origin:
    """The provenance of a treebank that was read from files.

    Args:
        path: the folder or file.
        spec: the specification with which it was read, defaults resolved.
        parsed: whether a parser made its trees from texts (default: False, the trees are annotated).
        dev: the file of the split dev, if it was given (default: None).
        test: the file of the split test, if it was given (default: None).
    """

    path: str
    spec: DatasetSpec
    parsed: bool = False
    dev: str | None = None
    test: str | None = None
