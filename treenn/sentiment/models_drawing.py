"""Predictions of several models for one text, drawn for the terminal in columns."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

from treenn.sentiment.alignment import AlignedSentence, align
from treenn.sentiment.document import Document
from treenn.sentiment.node_labels import drawing_options
from treenn.sentiment.phrase_drawing import verdict_lines
from treenn.trees.draw import MARK, columns_of, draw_text, visible

Block: TypeAlias = Sequence[str]
"""Lines of a drawing, possibly with ANSI escapes."""

_ANSI = re.compile("\x1b\\[[0-9;]+m")
_GAP = 4  # columns between blocks


def draw_models(documents: Mapping[str, Document], *, color: bool = False, width: int = 80) -> str:
    """Draw the predictions of several models for one text: trees in columns, then class probabilities.

    Trees and bar charts are in columns if they fit into the width, otherwise below each other. The nodes at which
    models with the same classes differ are followed by `*`.

    Args:
        documents: the predictions by the models' names, at least one.
        color: whether to colour the classes by ANSI escapes, 256 colours (default: False).
        width: the number of columns (default: 80).

    >>> from treenn.sentiment.document import Sentiment
    >>> from treenn.trees import parse_tree
    >>> rows, classes = ((0.1, 0.9), (0.8, 0.2), (0.25, 0.75)), ("bad", "good")
    >>> trees = {"tree-lstm": "(1 (1 not) (0 good))", "lstm": "(1 (0 not) (0 good))"}
    >>> found = {name: Sentiment("", parse_tree(tree, classes=2), rows, classes) for name, tree in trees.items()}
    >>> print(draw_models({name: Document.of("", [each], classes) for name, each in found.items()}))
    tree-lstm           lstm
    good ┬ good* not    good ┬ bad* not
         └ bad good          └ bad good
    <BLANKLINE>
    * the models differ at 1 of 3 nodes
    <BLANKLINE>
    tree-lstm                     lstm
    bad   25 % █████              bad   25 % █████
    good  75 % ███████████████    good  75 % ███████████████
    """
    parts = [part for each in align(documents) for part in _sentence(each, color, width)]
    verdicts = [[visible(name), *verdict_lines(document, color)] for name, document in documents.items()]
    counts = {len(document.sentences) for document in documents.values()}
    title = [f"the whole text, {counts.pop()} sentences:"] if len(counts) == 1 and counts != {1} else []
    return "\n\n".join([*parts, "\n".join([*title, in_columns(verdicts, width)])])


def _sentence(sentence: AlignedSentence, color: bool, width: int) -> Iterator[str]:
    """The lines of a sentence's trees, and of the number of nodes at which they differ."""
    blocks = []
    for name, each in sentence.models.items():
        marked = sentence.differing(name)
        drawn = draw_text(each.tree, color=color, width=width, marked=marked, **drawing_options(each))
        blocks.append([visible(name), *drawn.split("\n")])
    yield in_columns(blocks, width)
    if line := difference_line(sentence):
        yield line


def difference_line(sentence: AlignedSentence) -> str:
    """The line on the number of marked nodes; empty if no models are compared."""
    if not sentence.is_compared:
        return ""
    most = max(sentence.models, key=lambda name: len(sentence.differing(name)))
    nodes, count = len(sentence.models[most].tree), len(sentence.differing(most))
    return f"{MARK} the models differ at {count} of {nodes} nodes" if count else "the models agree at all nodes"


def in_columns(blocks: Iterable[Block], width: int) -> str:
    """Arrange blocks in rows, as many per row as fit into the width. Rows are separated by an empty line.

    >>> print(in_columns([["a", "b"], ["long"], ["c"]], width=10))
    a    long
    b
    <BLANKLINE>
    c
    """
    rows: list[list[Block]] = []
    used = 0
    for block in blocks:
        columns = max(map(_columns, block))
        if not rows or used + _GAP + columns > width:
            rows.append([])
            used = -_GAP
        rows[-1].append(block)
        used += _GAP + columns
    return "\n\n".join("\n".join(_joined(row)) for row in rows)


def _joined(row: Sequence[Block]) -> Iterator[str]:
    widths = [max(map(_columns, block)) for block in row]
    for number in range(max(map(len, row))):
        lines = [block[number] if number < len(block) else "" for block in row]
        padded = (line + " " * (columns - _columns(line)) for line, columns in zip(lines, widths, strict=True))
        yield (" " * _GAP).join(padded).rstrip()


def _columns(line: str) -> int:
    return columns_of(_ANSI.sub("", line))
