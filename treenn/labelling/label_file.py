"""`LabelFile`: sentences with their annotations, saved atomically at every change."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from treenn.labelling.annotations import Annotations, is_annotated, read_annotations
from treenn.labelling.entry import Entry, State, plain
from treenn.trees import InputError
from treenn.trees.atomic_writing import write_text
from treenn.trees.class_comment import ClassScale, class_comment
from treenn.trees.errors import argument
from treenn.trees.files import read_text

Stamp = tuple[int, int, int]
"""The inode, the size and the time of modification of a file."""


class LabelFile:
    """The sentences to label, with their annotations in the file. Every change is saved at once.

    Sentences are identified by their text, so the input may change between two sessions.

    Args:
        path: the file, which need not exist.
        classes: the names of the labels 0, 1, ….
        texts: the sentences, in order.
        annotator: the name of the annotator (default: None, that of the file).
        scale: the scale of the classes (default: None, that of the file, or ordinal for a new file).

    Raises:
        InputError: if the file is of another kind, has other classes or another annotator, or if the annotator's name
            is blank or not printable.
    """

    def __init__(
        self,
        path: Path,
        classes: Sequence[str],
        texts: Sequence[str],
        annotator: str | None = None,
        scale: ClassScale | None = None,
    ) -> None:
        if annotator is not None and not (annotator.strip() and annotator.isprintable()):
            raise InputError(f"{argument('annotator')} {annotator!r}: must be a name of printable characters")
        annotator = None if annotator is None else plain(annotator)
        self.path, self._stamp = path, _stamp(path)
        saved = _read(path, classes, annotator)
        self.annotator = annotator if annotator is not None else saved.annotator
        self.scale: ClassScale = scale or saved.scale
        by_text: dict[str, deque[int]] = defaultdict(deque)
        for index, entry in enumerate(saved.entries):
            by_text[plain(entry.text)].append(index)
        used = [by_text[plain(text)].popleft() if by_text[plain(text)] else None for text in texts]
        self.entries = [None if index is None else saved.entries[index] for index in used]
        taken = set(used)
        self.others = [entry for index, entry in enumerate(saved.entries) if index not in taken]
        """The annotations of sentences that are not in the input, in the order of the file. They are preserved."""
        self._written = ["" if entry is None else str(entry) for entry in self.entries]
        self._start = replace(saved, classes=tuple(classes), annotator=self.annotator, scale=self.scale).header
        self._end = "".join(map(str, self.others))

    def count(self, state: State) -> int:
        """The number of sentences in this state."""
        return sum(entry is not None and entry.state == state for entry in self.entries)

    def is_open(self, number: int) -> bool:
        """True if a sentence is neither labelled nor skipped."""
        entry = self.entries[number]
        return entry is None or not entry.is_finished

    def put(self, number: int, entry: Entry | None) -> None:
        """Set the annotation of a sentence, or remove it, and save.

        Raises:
            InputError: if the file cannot be written, or another program has changed it. The annotation is then
                unchanged.
        """
        if _stamp(self.path) != self._stamp:
            problem = "another program has changed this file since it was read; repeat the command to resume with it"
            raise InputError(problem, source=self.path)
        written = "" if entry is None else str(entry)
        # The input's entries come first, since the first of equal sentences is used when the file is read again.
        parts = [self._start, *self._written[:number], written, *self._written[number + 1 :], self._end]
        write_text(self.path.resolve(), "".join(parts))  # a symbolic link is preserved
        self._stamp = _stamp(self.path)
        self.entries[number], self._written[number] = entry, written


def _stamp(path: Path) -> Stamp | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns


def _read(path: Path, classes: Sequence[str], annotator: str | None) -> Annotations:
    """Read the file, if it exists, and compare its classes and annotator."""
    if path.exists() and not path.is_file() and not path.is_dir():
        raise InputError("must be a file, not a pipe or a device", source=path)
    if not path.exists() or not (text := read_text(path)):
        return Annotations(path, tuple(classes), ())
    if not is_annotated(text):
        raise InputError(
            f"this file exists and is not a file of treenn label; name another {argument('out')}", source=path
        )
    saved = read_annotations(path)
    if class_comment(saved.classes) != class_comment(classes):
        problem = f"the classes of this file are {_listed(saved.classes)}, not {_listed(classes)}"
        remedy = f"pass {argument('classes', repr(','.join(saved.classes)))}, the model of this file"
        raise InputError(f"{problem}; {remedy}, or another {argument('out')}", source=path, line=1)
    if None not in (annotator, saved.annotator) and annotator != saved.annotator:
        problem = f"the annotator of this file is {saved.annotator}; name another {argument('out')}"
        raise InputError(f"{argument('annotator')} {annotator}: {problem}", source=path)
    return saved


def _listed(classes: Sequence[str]) -> str:
    return ", ".join(map(plain, classes))
