"""`Corpus`: the texts of files, counted, and read from any record on in constant memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from treenn.commands.parquet_input import parquet_rows
from treenn.commands.source import LINES, check_form
from treenn.commands.table_input import count_records, form_of, read_tables
from treenn.commands.text_input import STANDARD_INPUT, Line, count_lines, read_lines
from treenn.trees.errors import InputError, argument


@dataclass(frozen=True)
class Corpus:
    """The files of a corpus, all of one form.

    Args:
        paths: the files; `-` is standard input.
        form: `lines`, `csv`, `tsv`, `jsonl` or `parquet` (default: by suffix, `lines` for others).
        encoding: their encoding (default: UTF-8).
        text_column: the column of the texts in tables (default: as `read_tables`).
        keep: columns of tables that are copied to the output (default: none).

    Raises:
        InputError: if the files have several forms, or a column is named for text files.
    """

    paths: tuple[str, ...]
    form: str | None = None
    encoding: str = "utf-8"
    text_column: str | None = None
    keep: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        forms = {self.form or form_of(path) or LINES for path in self.paths}
        if len(forms) > 1:
            raise InputError(f"{argument('file')}: the files have the forms {', '.join(sorted(forms))}; must have one")
        if forms == {LINES} and (self.keep or self.text_column):
            name = "keep" if self.keep else "text_column"
            raise InputError(f"{argument(name)} needs a table: CSV, TSV, JSON Lines or Parquet")

    @property
    def is_typed(self) -> bool:
        """True if the corpus includes standard input, which cannot be read twice."""
        return STANDARD_INPUT in self.paths

    @property
    def _form(self) -> str:
        return self.form or form_of(self.paths[0]) or LINES

    @cached_property
    def counts(self) -> Sequence[int]:
        """The exact number of records of each file."""
        if self._form == LINES:
            return [sum(1 for _ in read_lines([path], self.encoding)) for path in self.paths]
        return [count_records(path, self._form, self.encoding) for path in self.paths]

    def estimate(self) -> int | None:
        """The approximate number of records, for progress bars; None if unknown."""
        if "counts" in self.__dict__:
            return sum(self.counts)
        if self._form == "parquet":
            return sum(map(parquet_rows, self.paths))
        return count_lines(self.paths)

    def read(self, first: int = 0, last: int | None = None) -> Iterator[Line]:
        """Yield records, whose cells are those of `keep`.

        Args:
            first: the number of the first one, from 0 (default: 0).
            last: the number of the one after the last (default: None, all to the end).

        Raises:
            InputError: as `read_lines` and `read_tables`, and if a column of `keep` is missing.
        """
        paths, skip = list(self.paths), first
        if first:
            for count in self.counts[:-1]:
                if skip < count:
                    break
                paths, skip = paths[1:], skip - count
        return islice(self._lines(paths, skip), None if last is None else last - first)

    def _lines(self, paths: list[str], skip: int) -> Iterator[Line]:
        if self._form == LINES:
            return read_lines(paths, self.encoding, skip=skip)
        table = read_tables(paths, self.text_column, form=self._form, encoding=self.encoding, skip=skip)
        for name in self.keep:
            if name not in table.columns:
                known = ", ".join(table.columns)
                raise InputError(
                    f"{argument('keep')} {name}: no such column; the columns are: {known}", source=paths[0]
                )
        kept = [table.columns.index(name) for name in self.keep]
        return (line._replace(cells=tuple(line.cells[column] for column in kept)) for line in table.lines)


def corpus_of(
    paths: Sequence[str], form: str | None, encoding: str, text_column: str | None, keep: Sequence[str]
) -> Corpus:
    """The corpus of the files of --file; standard input if there are none.

    Raises:
        InputError: if the form is unknown; as `Corpus`.
    """
    check_form(form)
    return Corpus(tuple(paths) or (STANDARD_INPUT,), form, encoding, text_column, tuple(keep))
