"""The structure of a report, independent of its format: parts, sections, and in them text, tables and charts."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, NamedTuple

from markupsafe import Markup

from treenn.experiment.results import slug

Record = Mapping[str, Any]


@dataclass(frozen=True)
class Chart:
    """A chart.

    Args:
        title: the heading.
        caption: the text below.
        alternative: the text alternative, with the chart's numbers.
        svg: the drawing.
    """

    title: str
    caption: str
    alternative: str
    svg: Markup


@dataclass(frozen=True)
class Pictures:
    """Charts, drawn on demand, for HTML only.

    Args:
        draw: draws the charts.
    """

    draw: Callable[[], Sequence[Chart]]


class Picture(NamedTuple):
    """A picture of a tree.

    Args:
        title: the title.
        svg: the static picture.
        interactive: the JSON of the tree as `treenn/web/embed.mjs` reads it; empty for none (default: empty).
    """

    title: str
    svg: Markup
    interactive: str = ""


@dataclass(frozen=True)
class Example:
    """A sentence with pictures of its trees.

    Args:
        title: the heading: the sentence, shortened.
        text: the whole sentence.
        caption: the text below.
        pictures: the pictures.
    """

    title: str
    text: str
    caption: str
    pictures: Sequence[Picture]


@dataclass(frozen=True)
class Examples:
    """Sentences with their trees, read and drawn on demand, for HTML only.

    Args:
        draw: draws the sentences.
        missing: the text if there are none.
        open: the number of sentences whose pictures are visible from the start (default: 2).
    """

    draw: Callable[[], Sequence[Example]]
    missing: str
    open: int = 2


@dataclass(frozen=True)
class Text:
    """A paragraph."""

    text: str


@dataclass(frozen=True)
class Code:
    """Preformatted lines."""

    text: str


@dataclass(frozen=True)
class Table:
    """A table of records; its columns format some of their fields, its CSV has all of them.

    Args:
        name: the table's unique name in the report; of letters, digits, `-` and `/`.
        caption: the caption.
        columns: by head, the function from a record to a cell.
        records: a record for each row.
        note: the text below (default: none).
        left: the number of left-aligned columns (default: 1).
        folded: whether the table opens on demand (default: False).
    """

    name: str
    caption: str
    columns: Mapping[str, Callable[[Record], str]]
    records: Sequence[Record]
    note: str = ""
    left: int = 1
    folded: bool = False

    def rows(self) -> list[list[str]]:
        """The formatted cells."""
        return [[show(record) for show in self.columns.values()] for record in self.records]

    def csv(self) -> str:
        """The records in full: a line of field names, then a line for each record; empty for a missing field.

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


Block = Text | Code | Table | Pictures | Examples


@dataclass(frozen=True)
class Section:
    """A heading and its blocks."""

    title: str
    blocks: Sequence[Block]


@dataclass(frozen=True)
class Part:
    """A task of the report, or its provenance."""

    title: str
    slug: str
    sections: Sequence[Section]
    lead: Sequence[str] = field(default_factory=tuple)

    def section_slug(self, section: Section) -> str:
        """A section's identifier for links."""
        return f"{self.slug}-{slug(section.title)}"


@dataclass(frozen=True)
class Report:
    """A report.

    Args:
        title: the title.
        created: the date; empty if it is unknown.
        headline: the first paragraphs.
        parts: the parts.
        chart: the chart after them, in one panel or several (default: none).
        noun: the subject, `comparison`, `evaluation` or `training run` (default: `comparison`).
    """

    title: str
    created: str
    headline: Sequence[str]
    parts: Sequence[Part]
    chart: Pictures | None = None
    noun: str = "comparison"

    @property
    def origin(self) -> str:
        """The sentence on the origin, by which `treenn.trees.file_kind.kind_of` identifies the file."""
        article = "An" if self.noun[0] in "aeiou" else "A"
        return f"{article} {self.noun} made by treenn{' on ' * bool(self.created)}{self.created}."

    def blocks(self) -> Iterator[Block]:
        """The chart and the blocks of all sections, in their order."""
        blocks = (block for part in self.parts for section in part.sections for block in section.blocks)
        return blocks if self.chart is None else chain([self.chart], blocks)

    def tables(self) -> Iterator[Table]:
        """All tables, in their order."""
        return (block for block in self.blocks() if isinstance(block, Table))


def field_of(name: str, show: Callable[[Any], str] = str) -> Callable[[Record], str]:
    """A column of one field, a dash if a record lacks it.

    Args:
        name: the field.
        show: formats its value (default: `str`).
    """
    return lambda record: "\N{EN DASH}" if record.get(name) is None else show(record[name])
