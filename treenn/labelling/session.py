"""`Session`: labelling of sentences node by node, independent of any front end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from treenn.labelling import edits
from treenn.labelling.cursor import Cursor, Proposals, Refused
from treenn.labelling.entry import Entry
from treenn.labelling.history import History, Position, Step
from treenn.labelling.label_file import LabelFile
from treenn.labelling.view import View
from treenn.trees import InputError, Tree

ACTIONS = (
    *("label", "accept", "accept_rest", "skip", "undo", "redo", "back", "forward", "select", "go_to"),
    *("rotate_left", "rotate_right", "move_left", "move_right"),
)
"""The actions of `Session.perform`: the names of its methods."""

_WITH_VALUE = frozenset(["label", "select", "go_to"])


class Session:
    """Labels sentences node by node. Every action is saved at once and can be undone.

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
        self._cursor = Cursor(file, texts, proposals, [*range(len(texts))] if order is None else order)
        self._history = History()

    def view(self) -> View:
        """The current sentence, its tree and the question."""
        tree, spans = self._cursor.tree, self._cursor.tree.spans
        return View(
            number=self._cursor.number,
            sentences=len(self.texts),
            labelled=self.file.count("labelled"),
            skipped=self.file.count("skipped"),
            text=self.texts[self._cursor.number],
            state="new" if (entry := self.file.entries[self._cursor.number]) is None else entry.state,
            classes=self.classes,
            scale=self.file.scale,
            words=tree.words,
            merges=tree.merges,
            labels=tuple(label if isinstance(label, int) else None for label in tree.labels),
            answered=tuple(span in self._cursor.entry.answered for span in spans),
            node=self._cursor.node,
            span=spans[self._cursor.node],
            question=self._cursor.entry.questions.index(self._cursor.node) + 1,
            can_undo=self._history.last is not None,
            can_redo=self._history.undone is not None,
            is_done=self.is_done,
        )

    @property
    def is_done(self) -> bool:
        """True if all sentences are labelled or skipped."""
        return self._cursor.is_done

    def perform(self, action: str, value: int | None = None) -> None:
        """Perform an action by its name.

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
        labels = [*self._cursor.tree.labels]
        labels[self._cursor.node] = label
        self._answer(self._cursor.tree.with_labels(labels))

    def accept(self) -> None:
        """Answer the question with the proposed class."""
        cursor = self._cursor
        if cursor.tree.labels[cursor.node] is None and not cursor.entry.is_answered(cursor.node):
            raise Refused("no class is proposed for this phrase")
        self._answer(cursor.tree)

    def accept_rest(self) -> None:
        """Answer all open questions of the sentence with the proposed classes, or with no label without a proposal.

        A labelled sentence is unchanged. The next unfinished sentence follows.
        """
        tree, entry = self._cursor.tree, self._cursor.entry
        if entry.state == "labelled":
            self._cursor.open_next()
            return
        if tree.label is None and not entry.is_answered(tree.root):
            raise Refused("no class is proposed for the whole sentence; must be answered first")
        self._save(replace(entry, answered=frozenset(tree.spans), skipped=False), self._cursor.open_next)

    def skip(self) -> None:
        """Skip the sentence. Its answers are preserved."""
        entry = self.file.entries[self._cursor.number] or Entry(self.texts[self._cursor.number])
        self._save(replace(entry, skipped=True), self._cursor.open_next)

    def undo(self) -> None:
        """Undo the last action, also in another sentence, and return to its question."""
        if (step := self._history.last) is None:
            raise Refused("nothing to undo since this session began")
        self.file.put(step.start.number, step.before)
        self._history.undo()
        self._cursor.return_to(step.start)

    def redo(self) -> None:
        """Redo the action that was undone last."""
        if (step := self._history.undone) is None:
            raise Refused("nothing to redo")
        self.file.put(step.start.number, step.after)
        self._history.redo()
        self._cursor.return_to(step.end)

    def back(self) -> None:
        """Go to the previous question, or from the first one to the previous sentence."""
        self._cursor.move(-1, "this is the first question of the first sentence")

    def forward(self) -> None:
        """Go to the next question without an answer, or from the last one to the next sentence."""
        self._cursor.move(1, "this is the last question of the last sentence")

    def select(self, node: int) -> None:
        """Go to a node of the sentence."""
        if not 0 <= node < len(self._cursor.tree):
            raise Refused(f"node {node}: must be 0 to {len(self._cursor.tree) - 1}")
        self._cursor.node = node

    def go_to(self, number: int) -> None:
        """Go to a sentence by its index, also to a labelled or a skipped one."""
        if not 0 <= number < len(self.texts):
            raise Refused(f"sentence {number + 1}: must be 1 to {len(self.texts)}")
        self._cursor.open(number)

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

    def _answer(self, tree: Tree) -> None:
        """Save a tree with an answer to this question, and go to the next question."""
        was_labelled = self._cursor.entry.state == "labelled"
        answered = self._cursor.entry.answered | {tree.spans[self._cursor.node]}
        after = replace(self._cursor.entry, tree=tree, answered=answered, skipped=False)
        self._save(after, lambda: self._cursor.go_on(after, was_labelled=was_labelled))

    def _edit(self, edit: Callable[[Tree, int], Tree]) -> None:
        """Save an edited tree. New nodes are unanswered, with the proposed labels."""
        try:
            tree = edit(self._cursor.tree, self._cursor.node)
        except InputError as error:
            raise Refused(error.message) from None
        old, span = set(self._cursor.tree.spans), self._cursor.tree.spans[self._cursor.node]
        labels = zip(tree.spans, tree.labels, self._proposals.labels(tree), strict=True)
        tree = tree.with_labels([label if span in old else new for span, label, new in labels])
        answered = frozenset(self._cursor.entry.answered & set(tree.spans))
        after = replace(self._cursor.entry, tree=tree, answered=answered, skipped=False)
        self._save(after, lambda: self._cursor.return_to(Position(self._cursor.number, span)))

    def _save(self, after: Entry, move: Callable[[], None]) -> None:
        """Save the annotation of this sentence, move to another question, and record the step."""
        before, start = self.file.entries[self._cursor.number], self._cursor.position
        self.file.put(self._cursor.number, after)
        move()
        self._history.add(Step(before, after, start, self._cursor.position))
