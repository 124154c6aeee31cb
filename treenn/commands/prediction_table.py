"""`treenn predict --csv`: predictions written record by record to a CSV or TSV file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

from treenn.commands.output import check_target, say
from treenn.commands.prediction_stream import Documents, LinePrediction, Models, blank_documents
from treenn.commands.text_input import Line, print_lines
from treenn.trees.atomic_writing import open_atomic
from treenn.trees.file_kind import PREDICTIONS, check_replaceable


def check_table(path: Path | None) -> None:
    """Validate the target of --csv before anything is loaded.

    Raises:
        InputError: if the file cannot be written, or exists and is not a table of predictions.
    """
    check_target("--csv", path)
    if path is not None:
        check_replaceable(path, PREDICTIONS)


def write_table(
    path: Path,
    columns: Sequence[str],
    models: Models,
    predictions: Iterator[LinePrediction],
    total: int | None,
) -> None:
    """Write the columns of the input and the predictions of all models, atomically and in constant memory.

    Args:
        path: the file; tabs separate the cells of .tsv, commas others.
        columns: the columns of the input.
        models: the models.
        predictions: the lines with their predictions.
        total: the number of lines; None if unknown.

    Raises:
        InputError: if the input has no words, a column of the input has the name of one of the output, or the file
            cannot be written.
    """
    from treenn.sentiment.table_columns import PredictionColumns

    table = PredictionColumns(columns, {name: model.classes for name, model in models.items()})
    delimiter = "\t" if path.suffix.lower() == ".tsv" else ","

    def show(line: Line, documents: Documents | None) -> str:
        return _row(
            [*(line.cells or (line.text,)), *table.cells(documents or blank_documents(models, line.text))], delimiter
        )

    with open_atomic(path, kind=PREDICTIONS) as file:
        text = io.TextIOWrapper(file, encoding="utf-8", errors="backslashreplace", newline="")
        text.write(_row(table.header, delimiter))
        print_lines(predictions, show, total, "predicting", text)
        text.detach()
    say(f"written: {path}")


def _row(cells: Sequence[str], delimiter: str) -> str:
    row = io.StringIO()
    csv.writer(row, delimiter=delimiter, lineterminator="\n").writerow(cells)
    return row.getvalue()
