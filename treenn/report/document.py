"""What a report is made of, whatever it is written as: parts, sections, and in them text, tables and pictures."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

Record = Mapping[str, Any]


@dataclass(frozen=True)
class Chart:
    """One picture: its heading, what it shows, the same in words with its numbers, and its SVG."""

    title: str
    caption: str
    alternative: str
    svg: Markup


@dataclass(frozen=True)
class Pictures:
    """Pictures, drawn when they are needed; only HTML has them.

    Args:
        draw: makes them.
        scrolls: whether they keep their size, and scroll where there is less room.
        missing: what to say where there are none.
    """

    draw: Callable[[], Sequence[Chart]]
    scrolls: bool = False
    missing: str = ""


@dataclass(frozen=True)
class Text:
    """A paragraph."""

    text: str


@dataclass(frozen=True)
class Code:
    """Lines as they were typed."""

    text: str


@dataclass(frozen=True)
class Table:
    """A table of records, which are whole in its CSV; its columns say what of them a reader sees.

    Args:
        name: which no other table of the report has; of letters, digits, `-` and `/`.
        caption: what is in it.
        columns: by head what stands in a row, from its record.
        records: a row each.
        note: below it.
        left: how many columns are words, and stand at the left.
        folded: whether it opens on demand.
    """

    name: str
    caption: str
    columns: Mapping[str, Callable[[Record], str]]
    records: Sequence[Record]
    note: str = ""
    left: int = 1
    folded: bool = False

    def rows(self) -> list[list[str]]:
        """The cells that a reader sees."""
        return [[show(record) for show in self.columns.values()] for record in self.records]

    def csv(self) -> str:
        """The records in full: a line of names, then one a record; empty where a record lacks a field.

        >>> print(Table("t", "", {}, [{"model": "lstm", "root": 0.5}, {"model": "rnn"}]).csv(), end="")
        model,root
        lstm,0.5
        rnn,
        """
        file, names = io.StringIO(), dict.fromkeys(name for record in self.records for name in record)
        writer = csv.DictWriter(file, list(names), restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(self.records)
        return file.getvalue()


Block = Text | Code | Table | Pictures


@dataclass(frozen=True)
class Section:
    """A heading and what stands below it."""

    title: str
    blocks: Sequence[Block]


@dataclass(frozen=True)
class Part:
    """One task of the report, or what all tasks share."""

    title: str
    slug: str
    sections: Sequence[Section]
    lead: Sequence[str] = field(default_factory=tuple)

    def section_slug(self, section: Section) -> str:
        """The name by which a section is linked to."""
        return f"{self.slug}-{slug(section.title)}"


@dataclass(frozen=True)
class Report:
    """All of it."""

    title: str
    created: str
    headline: Sequence[str]
    parts: Sequence[Part]

    def blocks(self) -> Iterator[Block]:
        """All that the sections hold, in their order."""
        return (block for part in self.parts for section in part.sections for block in section.blocks)

    def tables(self) -> Iterator[Table]:
        """Every table, in their order."""
        return (block for block in self.blocks() if isinstance(block, Table))


def slug(text: str) -> str:
    """A name for links and ids.

    >>> slug("Accuracy on test, by length")
    'accuracy-on-test-by-length'
    """
    return re.sub(r"\W+", "-", text.lower()).strip("-")


def field_of(name: str, show: Callable[[Any], str] = str) -> Callable[[Record], str]:
    """A column of one field; a dash where a record lacks it."""
    return lambda record: "\N{EN DASH}" if record.get(name) is None else show(record[name])
