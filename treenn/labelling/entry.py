"""`Entry`: the annotation of one sentence, and its form in the file of `treenn label`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from treenn.labelling.edits import Span
from treenn.trees import Tree
from treenn.trees.brackets import format_tree
from treenn.trees.tree import Label

State = Literal["labelled", "skipped", "unfinished"]

OPEN = "?"
"""The mark of unanswered labels in the comment with an unfinished tree."""


@dataclass(frozen=True)
class Entry:
    """The annotation of one sentence.

    Args:
        text: the sentence.
        tree: its tree; the labels of unanswered nodes are proposals (default: None, nothing is annotated).
        answered: the spans of the answered nodes (default: none).
        skipped: whether the sentence is skipped (default: False).
        comments: other comment lines after it in the file (default: none).
    """

    text: str
    tree: Tree | None = None
    answered: frozenset[Span] = frozenset()
    skipped: bool = False
    comments: tuple[str, ...] = ()

    @classmethod
    def labelled(cls, text: str, tree: Tree) -> Entry:
        """Build the annotation of a sentence whose nodes are all answered."""
        return cls(text, tree, frozenset(tree.spans))

    @cached_property
    def state(self) -> State:
        """`"skipped"`, `"labelled"` if all nodes are answered, else `"unfinished"`."""
        if self.skipped:
            return "skipped"
        return "labelled" if self.tree is not None and self.answered.issuperset(self.tree.spans) else "unfinished"

    @property
    def is_finished(self) -> bool:
        """True if no question is open."""
        return self.state != "unfinished"

    @cached_property
    def questions(self) -> list[int]:
        """The nodes in the order of questions (`top_down`)."""
        return [] if self.tree is None else top_down(self.tree)

    def is_answered(self, node: int) -> bool:
        """True if a node of the tree is answered."""
        return self.tree is not None and self.tree.spans[node] in self.answered

    def next_open(self, node: int) -> int:
        """The next unanswered node in the order of questions; the first node if there is none.

        Args:
            node: a node of the tree.
        """
        at = self.questions.index(node)
        order = self.questions[at + 1 :] + self.questions[: at + 1]
        return next((node for node in order if not self.is_answered(node)), self.questions[0])

    def __str__(self) -> str:
        r"""The lines in the file.

        >>> from treenn.trees import parse_tree
        >>> tree = parse_tree("(1 (0 not) (2 bad))", classes=3)
        >>> print(Entry("not bad", tree, frozenset({(0, 2)})), Entry.labelled("not bad", tree), sep="")
        # unfinished: not bad
        # (1 (0? not) (2? bad))
        # sentence: not bad
        (1 (0 not) (2 bad))
        <BLANKLINE>
        """
        state = "sentence" if self.state == "labelled" else self.state
        lines = [f"# {state}: {plain(self.text)}"]
        if self.tree is not None:
            lines.append(format_tree(self.tree) if state == "sentence" else f"# {format_tree(self._marked(self.tree))}")
        return "\n".join([*lines, *self.comments, ""])

    def _marked(self, tree: Tree) -> Tree:
        labels = zip(tree.spans, tree.labels, strict=True)
        return tree.with_labels([label if span in self.answered else _open(label) for span, label in labels])


def plain(text: str) -> str:
    """The identity of a sentence: its text with normalized spaces."""
    return " ".join(text.split())


def top_down(tree: Tree) -> list[int]:
    """The nodes in the order of questions: phrases in pre-order, then words.

    >>> from treenn.trees import parse_tree
    >>> top_down(parse_tree("(3 (2 (2 not) (1 bad)) (2 !))"))
    [4, 3, 0, 1, 2]
    """
    phrases, todo = [], [tree.root]
    while todo:
        if (pair := tree.children(node := todo.pop())) is not None:
            phrases.append(node)
            todo += reversed(pair)
    return [*phrases, *range(len(tree.words))]


def _open(label: Label) -> str:
    return OPEN if label is None else f"{label}{OPEN}"


def split_marks(labels: Sequence[Label]) -> tuple[list[str | None], list[bool]]:
    """Split labels as written into labels without marks, and whether each node is answered.

    >>> split_marks(["2", "0?", "?", "X?", None])
    (['2', '0', None, None, None], [True, False, False, False, True])
    """
    texts = ["X" if label is None else str(label) for label in labels]
    bare = [text.removesuffix(OPEN) for text in texts]
    return [None if text in ("", "X") else text for text in bare], [not text.endswith(OPEN) for text in texts]
