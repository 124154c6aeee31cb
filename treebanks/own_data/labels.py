"""Inference of the scale of labels, the classes and their names, and validation of labels against them."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from treebanks.own_data.spec import CONTROL, DatasetSpec, Scale
from treenn.trees.errors import InputError, argument

LabelCheck = Callable[[str], "str | None"]
"""A function that returns the problem of a label, None for a valid label."""

MOST_CLASSES = 10_000
"""The maximum number of classes."""

_MOST_IMPLIED = 100  # classes that are added since they are below the greatest number
_MOST_SHOWN = 10  # names in a message
_LONGEST_SHOWN = 60
_INTEGER = re.compile(r"[+-]?[0-9]{1,18}")
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")


@dataclass(frozen=True)
class Labels:
    """The labels of a data set.

    Args:
        scale: the scale.
        classes: the names of the classes in order; None for scores.
        score_range: the lowest and the highest score; None for classes.
        names: the name of the class of each label as it is written, if they differ.
        declared: the argument that declares the classes or the range; None if they are those of train.
    """

    scale: Scale
    classes: tuple[str, ...] | None
    score_range: tuple[float, float] | None
    names: Mapping[str, str]
    declared: str | None

    def problem(self, label: str) -> str | None:
        """The problem of a label as it is written; None for a valid label."""
        if CONTROL.search(label):
            return f"label {quoted(label)}: must not contain line breaks or control characters"
        if self.score_range is not None:
            return self._problem_of_score(label)
        if self.name(label) in self._names_of_classes:
            return None
        if self.declared is None:
            return f"label {quoted(label)} does not occur in train; must be {shown(self.classes or ())}"
        wanted = f"must be one of {argument(self.declared)}, {shown(self.classes or ())}"
        return f"label {quoted(label)}: {wanted}{' or their numbers from 0' if self.names else ''}"

    @cached_property
    def _names_of_classes(self) -> frozenset[str]:
        return frozenset(self.classes or ())

    def _problem_of_score(self, label: str) -> str | None:
        low, high = self.score_range or (0.0, 0.0)
        if not _is_score(label):
            remedy = f"pass {argument('scale', repr('nominal'))} if labels are classes"
            return f"label {quoted(label)} is not a number, but labels are scores; {remedy}"
        if low <= float(label) <= high:
            return None
        remedy = "" if self.declared else f", the scores of train; pass {argument('low')} and {argument('high')}"
        return f"score {_shortened(label)}: must be {low:g} to {high:g}{remedy}"

    def name(self, label: str) -> str:
        """The name of the class of a label; scores are unchanged."""
        if self.classes is None or label in self.names or label in self._names_of_classes:
            return self.names.get(label, label)
        canonical = _canonical(label)
        return self.names.get(canonical, canonical)


def require_two(labels: Collection[str], spec: DatasetSpec, path: Path) -> None:
    """Validate that train has two different labels.

    Raises:
        InputError: if it has fewer.
    """
    if len({_canonical(label) for label in labels}) > 1:
        return
    if labels:
        problem = f"all labels are {quoted(min(labels))}"
    else:
        words = f"; no word has the key {spec.label_column} in MISC" if spec.form == "conllu" else ""
        problem = f"there is no label{words}"
    raise InputError(f"{problem}; train must have two classes or scores", source=path)


def infer_labels(labels: Collection[str], others: Iterable[str], spec: DatasetSpec, path: Path) -> Labels:
    """Infer the scale and the classes or the range of scores.

    Args:
        labels: the distinct labels of train as they are written.
        others: the distinct labels of the other splits.
        spec: the specification.
        path: the file of train, for messages.

    Raises:
        InputError: if there are too many classes, or the lowest and the highest score are equal.
    """
    scale = spec.scale or _scale(labels, spec)
    if scale == "score":
        return Labels(scale, None, _range(labels, spec, path), {}, _declared_range(spec))
    names = _names_of_numbers(labels, others, spec)
    classes = tuple(spec.classes) or _classes(labels, spec)
    if len(classes) > MOST_CLASSES:
        remedy = f"for numbers, pass {argument('scale', repr('score'))}"
        raise InputError(f"there are {len(classes):,} classes; must be {MOST_CLASSES:,} or less; {remedy}", source=path)
    return Labels(scale, classes, None, names, "classes" if spec.classes else None)


def shown(names: Sequence[str]) -> str:
    """A list of names for messages, cut after ten."""
    rest = f", … ({len(names)} in all)" if len(names) > _MOST_SHOWN else ""
    return ", ".join(map(_shortened, names[:_MOST_SHOWN])) + rest


def quoted(label: str) -> str:
    """A label or name for messages, in quotes, cut after 60 characters."""
    return repr(_shortened(label))


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST_SHOWN else f"{text[: _LONGEST_SHOWN - 1]}…"


def _canonical(label: str) -> str:
    """The shortest text of an integer: 3 for 03 and +3. Other labels are unchanged."""
    return str(int(label)) if _INTEGER.fullmatch(label) else label


def _is_score(label: str) -> bool:
    return bool(_NUMBER.fullmatch(label)) and math.isfinite(float(label))


def _scale(labels: Collection[str], spec: DatasetSpec) -> Scale:
    if spec.low is not None or spec.high is not None:
        return "score"
    if all(map(_INTEGER.fullmatch, labels)):
        return "ordinal"
    scores = [label for label in labels if _is_score(label)]
    fractions = [label for label in scores if not label.lstrip("+-").isdecimal()]
    # A few words among many fractions are errors, which `Labels.problem` reports.
    return "score" if fractions and 2 * len(scores) > len(labels) and not spec.classes else "nominal"


def _range(labels: Collection[str], spec: DatasetSpec, path: Path) -> tuple[float, float]:
    scores = [float(label) for label in labels if _is_score(label)] or [0.0]
    low = min(scores) if spec.low is None else spec.low
    high = max(scores) if spec.high is None else spec.high
    if low >= high and all(map(_is_score, labels)):  # other labels are errors with a line
        remedy = f"pass {argument('low')} and {argument('high')}"
        raise InputError(f"the lowest score is {low:g}, the highest {high:g}; must be less; {remedy}", source=path)
    return low, high


def _declared_range(spec: DatasetSpec) -> str | None:
    return None if spec.low is None or spec.high is None else "low"


def _classes(labels: Collection[str], spec: DatasetSpec) -> tuple[str, ...]:
    if not all(map(_INTEGER.fullmatch, labels)):
        numeric = all(map(_is_score, labels))
        return tuple(sorted(labels, key=(lambda label: (float(label), label)) if numeric else None))
    numbers = sorted({int(label) for label in labels})
    if spec.form == "brackets" and numbers[0] >= 0 and numbers[-1] < _MOST_IMPLIED:
        return tuple(map(str, range(numbers[-1] + 1)))
    return tuple(map(str, numbers))


def _names_of_numbers(labels: Collection[str], others: Iterable[str], spec: DatasetSpec) -> dict[str, str]:
    """The declared names by the number of their class, if the labels of the files are numbers."""
    written = {*labels, *others}
    if not spec.classes or not written.isdisjoint(spec.classes) or not all(map(_INTEGER.fullmatch, labels)):
        return {}
    return {str(number): name for number, name in enumerate(spec.classes)}
