"""The file of `treenn label`: classes, annotator, and bracketed trees below comments with their sentences.

    # labels: 0 bad, 1 good
    # scale: nominal
    # annotator: ann
    # sentence: not bad
    (1 (0 not) (0 bad))
    # skipped: a film
    # unfinished: so good
    # (1 (0? so) (1? good))

Unfinished trees are comments, with `?` after unanswered labels. Thus the file is a treebank of the finished trees.
Version 0.1.0 wrote `# unfinished after 1: so good`, with the number of answered nodes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from treenn.labelling.entry import Entry, split_marks, top_down
from treenn.trees import InputError, Tree, parse_trees
from treenn.trees.class_comment import NOMINAL, ClassScale, class_comment, parse_class_comment
from treenn.trees.files import read_text

_HEAD = re.compile(r"# (sentence|skipped|unfinished)(?: after ([0-9]{1,9}))?: ?(.*)")
_ANNOTATOR = "# annotator: "


@dataclass(frozen=True)
class Annotations:
    """The contents of a file of `treenn label`.

    Args:
        path: the file.
        classes: the names of the classes.
        entries: the annotated sentences in order.
        annotator: the name of the annotator (default: None, not recorded).
        scale: the scale of the classes (default: `"ordinal"`).
        comments: other comment lines before the first sentence (default: none).
    """

    path: Path
    classes: tuple[str, ...]
    entries: tuple[Entry, ...]
    annotator: str | None = None
    scale: ClassScale = "ordinal"
    comments: tuple[str, ...] = ()

    @property
    def header(self) -> str:
        """The lines before the first sentence."""
        scale = [NOMINAL] if self.scale == "nominal" else []
        names = [] if self.annotator is None else [_ANNOTATOR + self.annotator]
        return "\n".join([class_comment(self.classes), *scale, *names, *self.comments, ""])


def is_annotated(text: str) -> bool:
    """Return True if a text begins like a file of `treenn label`."""
    return parse_class_comment(text.split("\n", 1)[0].rstrip("\r")) is not None


def read_annotations(path: Path) -> Annotations:
    """Read a file of `treenn label`.

    Raises:
        InputError: if the file is of another kind, or a tree is malformed. The message contains the line.
    """
    lines = [line.removesuffix("\r") for line in read_text(path).split("\n")]
    if (classes := parse_class_comment(lines[0])) is None:
        problem = f"no file of treenn label, whose first line is as {class_comment(('bad', 'good'))!r}"
        raise InputError(problem, source=path, line=1)
    starts = [index for index, line in enumerate(lines) if _HEAD.fullmatch(line)]
    before = lines[1 : starts[0] if starts else None]
    _check_comments(before, path)
    names = [line.removeprefix(_ANNOTATOR).strip() for line in before if line.startswith(_ANNOTATOR)]
    scale: ClassScale = "nominal" if NOMINAL in before else "ordinal"
    comments = tuple(line for line in before if line.strip() and line != NOMINAL and not line.startswith(_ANNOTATOR))
    bounds = pairwise([*starts, len(lines)])
    entries = tuple(_Block(path, start + 1, lines[start:end], len(classes)).entry() for start, end in bounds)
    return Annotations(path, classes, entries, names[0] if names else None, scale, comments)


def _check_comments(lines: Sequence[str], path: Path) -> None:
    for number, line in enumerate(lines, start=2):
        if line.strip() and not line.startswith("#"):
            raise InputError("a tree needs the line '# sentence: …' above it", source=path, line=number)


@dataclass(frozen=True)
class _Block:
    """The lines of one sentence: a head, comments, and a tree.

    Args:
        path: the file.
        line: the line of the head, from 1.
        lines: the lines.
        classes: the number of classes.
    """

    path: Path
    line: int
    lines: Sequence[str]
    classes: int

    def entry(self) -> Entry:
        head, body = _HEAD.fullmatch(self.lines[0]), self.lines[1:]
        assert head is not None
        state, after, text = head.groups()
        comments = tuple(line for line in body if line.startswith("#"))
        if state == "sentence":
            return Entry(text, tree := self._finished(), frozenset(tree.spans), comments=comments)
        if any(line.strip() and not line.startswith("#") for line in body):
            raise InputError(f"a tree below '# {state}: …' must be a comment", source=self.path, line=self.line)
        if state == "skipped" and not (comments and comments[0].startswith("# (")):
            return Entry(text, skipped=True, comments=comments)
        tree, is_answered = self._unfinished()
        spans = [tree.spans[node] for node in top_down(tree)[: int(after)]] if after else _chosen(tree, is_answered)
        return Entry(text, tree, frozenset(spans), state == "skipped", comments[1:])

    def _finished(self) -> Tree:
        """The tree below the head."""
        return self._tree("\n".join(line if not line.startswith("#") else "" for line in self.lines), self.classes)

    def _unfinished(self) -> tuple[Tree, list[bool]]:
        """The tree in the comment below the head, and whether each node is answered."""
        place = next((i for i, line in enumerate(self.lines) if i and line.startswith("# (")), 1)
        written = "".join(self.lines[place : place + 1])
        tree = self._tree("\n" * place + "  " + written[2:], None)
        texts, is_answered = split_marks(tree.labels)
        scale: dict[str | None, int | None] = {None: None, **{str(number): number for number in range(self.classes)}}
        if wrong := [text for text in texts if text not in scale]:
            problem = f"label {wrong[0]} is outside the scale, 0 to {self.classes - 1}"
            raise InputError(problem, source=self.path, line=self.line + place)
        return tree.with_labels([scale[text] for text in texts]), is_answered

    def _tree(self, text: str, classes: int | None) -> Tree:
        """Parse the only tree in a text that starts at the line of the head."""
        try:
            trees = parse_trees(text, classes=classes, source=self.path)
        except InputError as error:
            line = self.line if error.line is None else self.line + error.line - 1
            raise InputError(error.marked, source=self.path, line=line, column=error.column) from None
        if len(trees) != 1:
            problem = f"there are {len(trees)} trees below this line; must be one"
            raise InputError(problem, source=self.path, line=self.line)
        return trees[0]


def _chosen(tree: Tree, is_answered: Sequence[bool]) -> list[tuple[int, int]]:
    return [span for span, answered in zip(tree.spans, is_answered, strict=True) if answered]
