"""The file of `treenn label`: bracketed trees, each below a comment with its sentence."""

from __future__ import annotations

import re
from collections import defaultdict, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from treenn.trees import InputError, Tree, parse_trees
from treenn.trees.brackets import format_tree
from treenn.trees.files import read_text, write_text

State = Literal["sentence", "skipped", "unfinished"]

_HEAD = re.compile(r"# (sentence|skipped|unfinished)(?: after ([0-9]{1,9}))?: (.*)")


@dataclass(frozen=True)
class Entry:
    """The annotation of one sentence.

    Args:
        text: the sentence.
        state: `"sentence"` if it is labelled, `"skipped"`, or `"unfinished"`.
        tree: its tree with labels; None if it is skipped (default: None).
        answered: the number of nodes answered, if it is unfinished (default: 0).
    """

    text: str
    state: State
    tree: Tree | None = None
    answered: int = 0

    @property
    def finished(self) -> bool:
        """True if no question is left."""
        return self.state != "unfinished"

    def __str__(self) -> str:
        after = "" if self.finished else f" after {self.answered}"
        head = f"# {self.state}{after}: {_plain(self.text)}\n"
        if self.tree is None:
            return head
        return f"{head}{'' if self.finished else '# '}{format_tree(self.tree)}\n"


class LabelFile:
    """The sentences to label, each with its annotation in the file; saved atomically at every change.

    Sentences are identified by their text, so the input may change between two sessions. Unfinished trees are comments,
    so that the file, read as a treebank, contains finished trees only.

    Args:
        path: the file, which need not exist.
        classes: the names of the labels 0, 1, ….
        texts: the sentences, in order.

    Raises:
        InputError: if the file is of another kind or has other classes.
    """

    def __init__(self, path: Path, classes: Sequence[str], texts: Sequence[str]) -> None:
        self.path = path
        self._title = f"# labels: {', '.join(f'{number} {name}' for number, name in enumerate(classes))}\n"
        saved = list(self._read(len(classes)))
        by_text: dict[str, deque[int]] = defaultdict(deque)
        for index, entry in enumerate(saved):
            by_text[_plain(entry.text)].append(index)
        used = [by_text[_plain(text)].popleft() if by_text[_plain(text)] else None for text in texts]
        self.entries = [None if index is None else saved[index] for index in used]
        taken = set(used)
        self.others = [entry for index, entry in enumerate(saved) if index not in taken]
        """The annotations of sentences that are not in the input, in the order of the file; they are preserved."""

    def next(self) -> int | None:
        """The index of the first sentence that is not finished; None if all are."""
        return next((i for i, entry in enumerate(self.entries) if entry is None or not entry.finished), None)

    def count(self, state: State) -> int:
        """The number of sentences in this state."""
        return sum(entry is not None and entry.state == state for entry in self.entries)

    def put(self, number: int, entry: Entry) -> None:
        """Set the annotation of a sentence, and save."""
        self.entries[number] = entry
        # The input's entries come first, since the first of equal sentences is used when the file is read again.
        entries = [*(each for each in self.entries if each is not None), *self.others]
        write_text(self.path, self._title + "".join(map(str, entries)))

    def _read(self, classes: int) -> Iterator[Entry]:
        if not self.path.exists():
            return
        text = read_text(self.path)
        lines = [line.removesuffix("\r") for line in text.split("\n")]
        if lines[0] != self._title.rstrip():
            raise InputError(
                f"this file does not begin with {self._title.rstrip()!r}: it is not a file of treenn label with this "
                "model's classes; name another --out", source=self.path, line=1,
            )  # fmt: skip
        heads = [(number, head) for number, line in enumerate(lines, start=1) if (head := _HEAD.fullmatch(line))]
        bare = any(line.strip() and not line.startswith("#") for line in lines)
        trees = parse_trees(text, classes=classes, source=self.path) if bare else []
        if len(trees) != (wanted := sum(head[1] == "sentence" for _, head in heads)):
            raise InputError(f"there are {len(trees)} trees for {wanted} lines '# sentence: …'", source=self.path)
        labelled = iter(trees)
        for number, head in heads:
            if head[1] == "sentence":
                yield Entry(head[3], "sentence", next(labelled))
            elif head[1] == "skipped":
                yield Entry(head[3], "skipped")
            else:
                yield Entry(head[3], "unfinished", self._unfinished(lines, number, classes), int(head[2] or 0))

    def _unfinished(self, lines: Sequence[str], number: int, classes: int) -> Tree:
        """The tree in the comment after line `number`."""
        trees = parse_trees("".join(lines[number : number + 1])[2:], classes=classes, source=self.path)
        if len(trees) != 1:
            raise InputError(f"must be one tree, not {len(trees)}", source=self.path, line=number + 1)
        return trees[0]


def _plain(text: str) -> str:
    """The identity of a sentence: its text with normalized spaces."""
    return " ".join(text.split())
