"""`View`: the state of a labelling session, for any front end to display."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from treenn.labelling.edits import Span
from treenn.trees import Tree
from treenn.trees.class_comment import ClassScale


@dataclass(frozen=True)
class View:
    """The current sentence, its tree and the question. `treenn.trees.json_records.to_json` converts it to JSON.

    Args:
        number: the index of the sentence.
        sentences: the number of sentences.
        labelled: the number of labelled sentences.
        skipped: the number of skipped sentences.
        text: the sentence as written.
        state: the state of the sentence; `"new"` if nothing is annotated.
        classes: the names of the classes.
        scale: the scale of the classes, for colours.
        words: the words of the tree.
        merges: the merges of the tree, see `treenn.Tree`.
        labels: the class of each node, answered or proposed; None without a label.
        answered: whether each node is answered.
        node: the node of the question.
        span: the first word of the node's phrase, and the word after its last.
        question: the position of the question among the sentence's, from 1.
        can_undo: whether an action can be undone.
        can_redo: whether an undone action can be repeated.
        is_done: whether all sentences are labelled or skipped.
    """

    number: int
    sentences: int
    labelled: int
    skipped: int
    text: str
    state: Literal["new", "labelled", "skipped", "unfinished"]
    classes: tuple[str, ...]
    scale: ClassScale
    words: tuple[str, ...]
    merges: tuple[tuple[int, int], ...]
    labels: tuple[int | None, ...]
    answered: tuple[bool, ...]
    node: int
    span: Span
    question: int
    can_undo: bool
    can_redo: bool
    is_done: bool

    @property
    def tree(self) -> Tree:
        """The tree with its labels."""
        return Tree(self.words, self.merges, self.labels)
