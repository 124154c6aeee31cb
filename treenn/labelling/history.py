"""`History`: the actions of a session, for undo and redo."""

from __future__ import annotations

from typing import NamedTuple

from treenn.labelling.edits import Span
from treenn.labelling.entry import Entry


class Position(NamedTuple):
    """A question: the index of a sentence, and the span of a node."""

    number: int
    span: Span


class Step(NamedTuple):
    """An action on one sentence.

    Args:
        before: its annotation before the action; None if it had none.
        after: its annotation after the action.
        start: the question before the action.
        end: the question after the action.
    """

    before: Entry | None
    after: Entry
    start: Position
    end: Position


class History:
    """The actions that can be undone, and the undone actions that can be redone."""

    def __init__(self) -> None:
        self._done, self._undone = list[Step](), list[Step]()

    def add(self, step: Step) -> None:
        """Append an action. Undone actions can no longer be redone."""
        self._done.append(step)
        self._undone.clear()

    @property
    def last(self) -> Step | None:
        """The last action; None if there is none."""
        return self._done[-1] if self._done else None

    @property
    def undone(self) -> Step | None:
        """The action that was undone last; None if there is none."""
        return self._undone[-1] if self._undone else None

    def undo(self) -> None:
        """Mark the last action as undone."""
        self._undone.append(self._done.pop())

    def redo(self) -> None:
        """Mark the action that was undone last as done."""
        self._done.append(self._undone.pop())
