"""`Session`: labelling of sentences node by node, independent of any front end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Protocol

from treenn.labelling import edits
from treenn.labelling.entry import Entry
from treenn.labelling.history import History, Position, Step
from treenn.labelling.label_file import LabelFile
from treenn.labelling.view import View
from treenn.trees import InputError, Tree
from treenn.trees.tree import Label

ACTIONS = (
    *("label", "accept", "accept_rest", "skip", "undo", "redo", "back", "forward", "select", "go_to"),
    *("rotate_left", "rotate_right", "move_left", "move_right"),
)
"""The actions of `Session.perform`: the names of its methods."""

_WITH_VALUE = frozenset(["label", "select", "go_to"])


class Refused(InputError):
    """An action that is impossible in the current state; nothing has changed."""


class Proposals(Protocol):
    """The trees and the labels that a session proposes."""

    def tree(self, number: int) -> Tree:
        """The tree of a sentence by its index, with the proposed labels; None without a proposal."""

    def labels(self, tree: Tree) -> Sequence[Label]:
        """The proposed labels of a tree, one per node; None without a proposal."""


class Session:
    """Labels sentences node by node. Every action is saved at once, and can be undone.

    The questions are the nodes of a sentence: phrases from the whole sentence down, then words. A sentence is labelled
    if all its nodes are answered. Actions that are impossible raise `Refused`.

    Args:
        file: the annotations.
        texts: the sentences, at least one.
        classes: the names of the labels 0, 1, ….
        proposals: the trees and the proposed labels.
        order: the indices of the sentences in the order of labelling (default: None, 0, 1, …).
    """

    def __init__(
        self,
        file: LabelFile,
        texts: Sequence[str],
        classes: Sequence[str],
        proposals: Proposals,
        order: Sequence[int] | None = None,
    ) -> None:
        self.file, self.texts, self.classes, self._proposals = file, texts, tuple(classes), proposals
        self._order = [*range(len(texts))] if order is None else [*order]
        self._rank = {number: rank for rank, number in enumerate(self._order)}
        self._history = History()
        self._open(self._first())

    def view(self) -> View:
        """The current sentence, its tree and the question."""
        tree, spans = self._tree, self._tree.spans
        return View(
            number=self._number,
            sentences=len(self.texts),
            labelled=self.file.count("labelled"),
            skipped=self.file.count("skipped"),
            text=self.texts[self._number],
            state="new" if (entry := self.file.entries[self._number]) is None else entry.state,
            classes=self.classes,
            scale=self.file.scale,
            words=tree.words,
            merges=tree.merges,
            labels=tuple(label if isinstance(label, int) else None for label in tree.labels),
            answered=tuple(span in self._entry.answered for span in spans),
            node=self._node,
            span=spans[self._node],
            question=self._entry.questions.index(self._node) + 1,
            can_undo=self._history.last is not None,
            can_redo=self._history.undone is not None,
            is_done=self.is_done,
        )

    @property
    def is_done(self) -> bool:
        """True if all sentences are labelled or skipped."""
        return not any(map(self._is_open, self._order))

    def perform(self, action: str, value: int | None = None) -> None:
        """Carry out an action by its name.

        Args:
            action: one of `ACTIONS`.
            value: the class of `"label"` (None for no label), the node of `"select"`, the index of `"go_to"`.

        Raises:
            Refused: if the action is unknown or impossible.
            InputError: if the annotations cannot be saved; nothing has changed.
        """
        if action not in ACTIONS:
            raise Refused(f"action {action!r}: must be {', '.join(ACTIONS)}")
        if action not in _WITH_VALUE:
            getattr(self, action)()
        elif value is None and action != "label":
            raise Refused(f"action {action!r}: needs a value")
        else:
            getattr(self, action)(value)

    def label(self, label: int | None) -> None:
        """Answer the question with a class, or with None for no label."""
        if label is not None and not 0 <= label < len(self.classes):
            raise Refused(f"class {label}: must be 0 to {len(self.classes) - 1}")
        labels = [*self._tree.labels]
        labels[self._node] = label
        self._answer(self._tree.with_labels(labels))

    def accept(self) -> None:
        """Answer the question with the class that is proposed."""
        if self._tree.labels[self._node] is None and not self._entry.is_answered(self._node):
            raise Refused("no class is proposed for this phrase")
        self._answer(self._tree)

    def accept_rest(self) -> None:
        """Answer all other questions of the sentence with the proposed classes; without a proposal, with no label.

        A sentence that is labelled already is left unchanged. The next one that is not finished follows.
        """
        if self._entry.state == "labelled":
            self._leave()
            return
        if self._tree.label is None and not self._entry.is_answered(self._tree.root):
            raise Refused("no class is proposed for the whole sentence, and it is not answered")
        after = replace(self._entry, answered=frozenset(self._tree.spans), skipped=False)
        self._save(after, self._leave)

    def skip(self) -> None:
        """Skip the sentence. Its answers are kept."""
        entry = self.file.entries[self._number] or Entry(self.texts[self._number])
        self._save(replace(entry, skipped=True), self._leave)

    def undo(self) -> None:
        """Undo the last action, also in another sentence, and return to its question."""
        if (step := self._history.last) is None:
            raise Refused("nothing to undo since this session began")
        self.file.put(step.start.number, step.before)
        self._history.undo()
        self._return_to(step.start)

    def redo(self) -> None:
        """Repeat the action that was undone last."""
        if (step := self._history.undone) is None:
            raise Refused("nothing to redo")
        self.file.put(step.start.number, step.after)
        self._history.redo()
        self._return_to(step.end)

    def back(self) -> None:
        """Go to the question before this one; before the first one, to the sentence before."""
        self._move(-1, "this is the first question of the first sentence")

    def forward(self) -> None:
        """Go to the question after this one, without an answer; after the last one, to the next sentence."""
        self._move(1, "this is the last question of the last sentence")

    def select(self, node: int) -> None:
        """Go to a node of the sentence."""
        if not 0 <= node < len(self._tree):
            raise Refused(f"node {node}: must be 0 to {len(self._tree) - 1}")
        self._node = node

    def go_to(self, number: int) -> None:
        """Go to a sentence by its index, also to a labelled or a skipped one."""
        if not 0 <= number < len(self.texts):
            raise Refused(f"sentence {number + 1}: must be 1 to {len(self.texts)}")
        self._open(number)

    def rotate_left(self) -> None:
        """Rotate the bracket of this phrase: `(A (B C))` becomes `((A B) C)`."""
        self._edit(edits.rotate_left)

    def rotate_right(self) -> None:
        """Rotate the bracket of this phrase: `((A B) C)` becomes `(A (B C))`."""
        self._edit(edits.rotate_right)

    def move_left(self) -> None:
        """Move this phrase into a bracket with its left neighbour."""
        self._edit(edits.move_left)

    def move_right(self) -> None:
        """Move this phrase into a bracket with its right neighbour."""
        self._edit(edits.move_right)

    @property
    def _tree(self) -> Tree:
        assert self._entry.tree is not None
        return self._entry.tree

    def _is_open(self, number: int) -> bool:
        return (entry := self.file.entries[number]) is None or not entry.is_finished

    def _first(self) -> int:
        """The first sentence in the order that is begun; else the first that is not finished; else the first."""
        unfinished = [number for number in self._order if self._is_open(number)]
        begun = [number for number in unfinished if self.file.entries[number] is not None]
        return (begun or unfinished or self._order)[0]

    def _open(self, number: int) -> None:
        """Make a sentence the current one, with its first question that is not answered."""
        entry = self.file.entries[number] or Entry(self.texts[number])
        self._entry = entry if entry.tree is not None else replace(entry, tree=self._proposals.tree(number))
        self._number, self._node = number, self._entry.next_open(self._entry.questions[-1])

    def _leave(self) -> None:
        """Open the next sentence that is not finished; without any, stay."""
        after = self._rank[self._number] + 1
        rest = self._order[after:] + self._order[:after]
        self._open(next(filter(self._is_open, rest), self._number))

    def _return_to(self, position: Position) -> None:
        self._open(position.number)
        if position.span in self._tree.spans:
            self._node = self._tree.spans.index(position.span)

    def _move(self, by: int, end: str) -> None:
        """Go to another question, or to another sentence if there is none."""
        questions = self._entry.questions
        at, rank = questions.index(self._node) + by, self._rank[self._number] + by
        if 0 <= at < len(questions):
            self._node = questions[at]
        elif 0 <= rank < len(self._order):
            self._open(self._order[rank])
        else:
            raise Refused(end)

    def _answer(self, tree: Tree) -> None:
        """Save a tree in which this question is answered, and go to the next question."""
        was_labelled = self._entry.state == "labelled"
        answered = self._entry.answered | {tree.spans[self._node]}
        after = replace(self._entry, tree=tree, answered=answered, skipped=False)
        self._save(after, lambda: self._go_on(after, was_labelled))

    def _go_on(self, entry: Entry, was_labelled: bool) -> None:
        """Go to the next question after an answer; in a sentence that was labelled before, to the one below."""
        is_last = self._node == entry.questions[-1]
        self._entry = entry
        if not entry.is_finished:
            self._node = entry.next_open(self._node)
        elif was_labelled and not is_last:
            self._move(1, "")
        else:
            self._leave()

    def _edit(self, edit: Callable[[Tree, int], Tree]) -> None:
        """Save an edited tree; new nodes are not answered, and get the proposed labels."""
        try:
            tree = edit(self._tree, self._node)
        except InputError as error:
            raise Refused(error.message) from None
        old, span = set(self._tree.spans), self._tree.spans[self._node]
        labels = zip(tree.spans, tree.labels, self._proposals.labels(tree), strict=True)
        tree = tree.with_labels([label if span in old else new for span, label, new in labels])
        answered = frozenset(self._entry.answered & set(tree.spans))
        after = replace(self._entry, tree=tree, answered=answered, skipped=False)
        self._save(after, lambda: self._return_to(Position(self._number, span)))

    def _save(self, after: Entry, move: Callable[[], None]) -> None:
        """Save the annotation of this sentence, go to another question, and record the step."""
        before, start = self.file.entries[self._number], self._position
        self.file.put(self._number, after)
        move()
        self._history.add(Step(before, after, start, self._position))

    @property
    def _position(self) -> Position:
        return Position(self._number, self._tree.spans[self._node])
