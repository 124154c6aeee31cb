"""Comments with the classes of a bracketed treebank: `# labels: 0 bad, 1 good`, and `# scale: nominal`."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import takewhile
from typing import Literal

from treenn.trees.files import split_lines

ClassScale = Literal["ordinal", "nominal"]
"""The scale of classes: ordered or unordered."""

NOMINAL = "# scale: nominal"
"""The comment that declares a nominal scale."""

_TITLE = "# labels: "
_START = 10_000  # characters that contain the comments at the beginning


def class_comment(classes: Iterable[str]) -> str:
    """The comment line, without a line break.

    >>> class_comment(["bad", "good"])
    '# labels: 0 bad, 1 good'
    """
    return _TITLE + ", ".join(f"{number} {' '.join(name.split())}" for number, name in enumerate(classes))


def parse_class_comment(line: str) -> tuple[str, ...] | None:
    """Parse the class names of a comment line; None for other lines.

    >>> parse_class_comment("# labels: 0 bad, 1 good"), parse_class_comment("# labels")
    (('bad', 'good'), None)
    """
    if not line.startswith(f"{_TITLE}0 "):
        return None
    names, rest = list[str](), line.removeprefix(f"{_TITLE}0 ")
    while True:
        name, found, rest = rest.partition(f", {len(names) + 1} ")
        names.append(name.strip())
        if not found:
            return tuple(names)


def classes_in_comments(text: str) -> tuple[tuple[str, ...], ClassScale] | None:
    """Parse the names and the scale of the classes in the comments at the beginning of a treebank.

    Returns:
        The names and the scale; None if the names are missing or not distinct.
    """
    comments = [*takewhile(lambda line: line.startswith("#"), split_lines(text[:_START]))]
    names = next(filter(None, map(parse_class_comment, comments)), ())
    if len(names) < 2 or len({*names}) < len(names):
        return None
    return names, "nominal" if NOMINAL in comments else "ordinal"
