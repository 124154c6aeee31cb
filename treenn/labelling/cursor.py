"""`Cursor`: the current question of a session, a node of a sentence's tree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from treenn.labelling.entry import Entry
from treenn.labelling.history import Position
from treenn.labelling.label_file import LabelFile
from treenn.trees import InputError, Tree
from treenn.trees.tree import Label


class Refused(InputError):
    """An action that is impossible in the current state, which is unchanged."""


class Proposals(Protocol):
    """The trees and labels proposed by a session."""

    def tree(self, number: int) -> Tree:
        """The tree of a sentence by its index, with the proposed labels, None without a proposal."""

    def labels(self, tree: Tree) -> Sequence[Label]:
        """The proposed labels of a tree, one per node; None without a proposal."""


class Cursor:
    """The current sentence and the node of the question.

    Args:
        file: the annotations.
        texts: the sentences, at least one.
        proposals: the trees of sentences without an annotation.
        order: the indices of the sentences in the order of labelling.
    """

    def __init__(self, file: LabelFile, texts: Sequence[str], proposals: Proposals, order: Sequence[int]) -> None:
        self._file, self._texts, self._proposals, self._order = file, texts, proposals, order
        self._rank = {number: rank for rank, number in enumerate(order)}
        self.open(self._first())

    @property
    def tree(self) -> Tree:
        """The tree of the sentence, with answered and proposed labels."""
        assert self.entry.tree is not None
        return self.entry.tree

    @property
    def position(self) -> Position:
        """The question, identified by the span of its node, which is valid after edits of the tree."""
        return Position(self.number, self.tree.spans[self.node])

    @property
    def is_done(self) -> bool:
        """True if all sentences are labelled or skipped."""
        return not any(map(self._file.is_open, self._order))

    def open(self, number: int) -> None:
        """Go to the first open question of a sentence, or to its first question if all are answered."""
        entry = self._file.entries[number] or Entry(self._texts[number])
        self.entry = entry if entry.tree is not None else replace(entry, tree=self._proposals.tree(number))
        self.number, self.node = number, self.entry.next_open(self.entry.questions[-1])

    def open_next(self) -> None:
        """Go to the next unfinished sentence, if there is one."""
        after = self._rank[self.number] + 1
        rest = [*self._order[after:], *self._order[:after]]
        self.open(next(filter(self._file.is_open, rest), self.number))

    def return_to(self, position: Position) -> None:
        """Go to a question, or to the first open one of its sentence if the tree no longer has its node."""
        self.open(position.number)
        if position.span in self.tree.spans:
            self.node = self.tree.spans.index(position.span)

    def move(self, by: int, end: str) -> None:
        """Go to another question of the sentence, or to another sentence.

        Args:
            by: the number of questions, -1 or 1.
            end: the message of `Refused` if there is no such question.
        """
        questions = self.entry.questions
        at, rank = questions.index(self.node) + by, self._rank[self.number] + by
        if 0 <= at < len(questions):
            self.node = questions[at]
        elif 0 <= rank < len(self._order):
            self.open(self._order[rank])
        else:
            raise Refused(end)

    def go_on(self, entry: Entry, *, was_labelled: bool) -> None:
        """Go to the next open question after an answer, or to the next question in a sentence that was labelled before.

        Args:
            entry: the sentence with the answer.
            was_labelled: whether all its questions were answered before.
        """
        is_last = self.node == entry.questions[-1]
        self.entry = entry
        if not entry.is_finished:
            self.node = entry.next_open(self.node)
        elif was_labelled and not is_last:
            self.move(1, "")
        else:
            self.open_next()

    def _first(self) -> int:
        """The first begun sentence in the order, else the first unfinished one, else the first."""
        unfinished = [number for number in self._order if self._file.is_open(number)]
        begun = [number for number in unfinished if self._file.entries[number] is not None]
        return (begun or unfinished or self._order)[0]
