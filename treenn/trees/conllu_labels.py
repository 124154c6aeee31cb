"""Labels of sentences and words in CoNLL-U: comments, columns and keys of MISC."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple

from treenn.trees.lines import Line
from treenn.trees.tree import Label

LabelLevel = Literal["sentence", "words"]
"""The labelled units: sentences, whose label is that of the root, or words."""

LABEL_COLUMNS = {"UPOS": 3, "XPOS": 4, "DEPREL": 7}
"""The index of each column that can be the label of words."""

_MISC = 9


class Labels(NamedTuple):
    """The labels to read.

    Args:
        key: the key of the comment or of MISC, or the name of a column.
        level: the labelled units.
        problem: a function that returns the problem of a label, None for valid labels (default: None, any label is
            valid).
    """

    key: str
    level: LabelLevel
    problem: Callable[[str], str | None] | None = None

    def valid(self, label: str, line: Line, column: int | None = None) -> str:
        """Validate and return a label.

        Raises:
            InputError: if it is empty or invalid.
        """
        problem = "the label is empty" if not label else self.problem(label) if self.problem else None
        if problem:
            raise line.error(problem, column)
        return label


def labels_of_words(
    sentence: Sequence[Line], words: Sequence[Line], heads: Sequence[int], labels: Labels | None
) -> tuple[Label, ...]:
    """Read the labels of a sentence.

    Args:
        sentence: its lines, with comments.
        words: the line of each word.
        heads: the head of each word, -1 for the root.
        labels: the labels to read; None for none.

    Returns:
        One label per word, None for words without one; empty if no labels are read.

    Raises:
        InputError: if the label of a sentence is missing, or a label is invalid.
    """
    if labels is None:
        return ()
    if labels.level == "words":
        return tuple(_word_label(word, labels) for word in words)
    label = _sentence_label(sentence, labels)
    return tuple(label if head == -1 else None for head in heads)


def is_comment(line: Line) -> bool:
    """Return True if a line is a comment."""
    return line.text.startswith("#")


def _sentence_label(sentence: Sequence[Line], labels: Labels) -> str:
    for line in sentence:
        key, equals, value = line.text.removeprefix("#").partition("=")
        if is_comment(line) and equals and key.strip() == labels.key:
            return labels.valid(value.strip(), line)
    raise sentence[0].error(f"this sentence has no label; it must have a comment # {labels.key} = LABEL")


def _word_label(line: Line, labels: Labels) -> str | None:
    fields = line.cells
    if labels.key in LABEL_COLUMNS:
        column = LABEL_COLUMNS[labels.key]
        return None if fields[column] == "_" else labels.valid(fields[column], line, column)
    for entry in fields[_MISC].split("|"):
        key, equals, value = entry.partition("=")
        if equals and key == labels.key:
            return labels.valid(value, line, _MISC)
    return None
