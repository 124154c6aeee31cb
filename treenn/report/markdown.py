"""The report as Markdown, for a repository: the same numbers, without pictures and without the treebank's sentences."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from treenn.report.document import Block, Code, Part, Report, Table, Text


def as_markdown(report: Report) -> str:
    """Render a report as Markdown."""
    lines = [f"# {escaped(report.title)}", report.origin]
    lines += [escaped(paragraph) for paragraph in report.headline]
    for part in report.parts:
        lines += _part(part)
    return "\n\n".join(lines) + "\n"


def _part(part: Part) -> Iterator[str]:
    yield f"## {escaped(part.title)}"
    yield from map(escaped, part.lead)
    for section in part.sections:
        found = [text for block in section.blocks for text in _block(block)]
        if found:
            yield f"### {escaped(section.title)}"
            yield from found


def _block(block: Block) -> Iterator[str]:
    if isinstance(block, Text):
        yield escaped(block.text)
    elif isinstance(block, Code):
        yield "\n".join(f"    {line}" for line in block.text.splitlines())
    elif isinstance(block, Table):
        yield from _table(block)


def _table(table: Table) -> Iterator[str]:
    yield f"{escaped(table.caption)}:"
    rule = [":--" if number < table.left else "--:" for number in range(len(table.columns))]
    head, *rows = [[escaped(cell) for cell in row] for row in ([*table.columns], *table.rows())]
    yield "\n".join(table_lines(head, rows, rule))
    if table.note:
        yield escaped(table.note)


def table_lines(head: Sequence[str], rows: Iterable[Sequence[str]], rule: Sequence[str] = ()) -> list[str]:
    """The lines of a Markdown table.

    Args:
        head: the headings.
        rows: the rows.
        rule: the alignment of each column (default: unspecified).

    >>> table_lines(["a", "b"], [["1", "2"]])
    ['| a | b |', '| --- | --- |', '| 1 | 2 |']
    """
    return [f"| {' | '.join(row)} |" for row in (head, rule or ["---"] * len(head), *rows)]


_SPECIAL = re.compile(
    r"""
      [\\`*\[|~$]                                # escapes, code, emphasis, links, cells, strikethrough, mathematics
    | (?<![^\W_])_ | _(?![^\W_])                 # an underscore that is not inside a word
    | <(?=[A-Za-z/!?])                           # the start of a tag, comment or address in brackets
    | &(?=\#?\w+;)                               # the start of an entity
    | (?<!\S)\#                                  # a heading, or its end
    | ^[-+>=]                                    # a list, a quotation, an underline
    """,
    re.VERBOSE,
)
_NUMBERED = re.compile(r"^(\d+)([.)])(?!\S)")


def escaped(text: str) -> str:
    r"""Text on one line that Markdown shows as it is: a backslash before each character with a meaning there.

    >>> print(escaped("<b> a*b | c, p < 0.05, R&B, tree_lstm"))
    \<b> a\*b \| c, p < 0.05, R&B, tree_lstm
    """
    return _NUMBERED.sub(r"\1\\\2", _SPECIAL.sub(r"\\\g<0>", " ".join(text.split())))
