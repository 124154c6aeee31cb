"""The outputs of `treenn predict`: JSON Lines, tables, pictures, a page, or drawings for the terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from json import dumps
from pathlib import Path
from shutil import get_terminal_size

from treenn.commands.output import check_target, say, shows_colour
from treenn.commands.prediction_stream import Documents, LinePrediction, Models, blank_documents
from treenn.commands.prediction_table import check_table, write_table
from treenn.commands.source import TextSource
from treenn.commands.svg_files import SvgTarget
from treenn.commands.text_input import Line, print_lines
from treenn.trees import InputError
from treenn.trees.atomic_writing import write_text


@dataclass(frozen=True)
class PredictionOutput:
    """Where predictions are written: by one of these options, or as drawings to the terminal."""

    json: bool
    csv: Path | None
    svg: SvgTarget | None
    html: Path | None

    @classmethod
    def of(cls, json: bool, csv: Path | None, svg: str | None, html: Path | None) -> PredictionOutput:
        """The output of these options, before anything is computed.

        Raises:
            InputError: if two are given, or a file cannot be written.
        """
        if sum((json, csv is not None, svg is not None, html is not None)) > 1:
            raise InputError("give at most one of --json, --csv, --svg and --html")
        check_target("--html", html)
        check_table(csv)
        return cls(json, csv, None if svg is None else SvgTarget(svg), html)

    @property
    def is_drawing(self) -> bool:
        """True if drawings are printed."""
        return not self.json and self.csv is None and self.svg is None and self.html is None

    def write(
        self,
        predictions: Iterator[LinePrediction],
        models: Models,
        source: TextSource,
        remedy: str,
        bar: str | None,
    ) -> None:
        """Write the predictions.

        Args:
            predictions: the predictions of each line.
            models: the models by name.
            source: the lines, with their columns and their number.
            remedy: the remedy in the message on a line of several sentences.
            bar: the text of the progress bar; None for no bar.
        """
        if self.svg is not None:
            self.svg.write(_pictures(predictions), remedy)
        elif self.html is not None:
            _write_page(self.html, [documents for _, documents in predictions if documents is not None])
        elif self.csv is not None:
            write_table(self.csv, source.columns, models, predictions, source.total)
        else:
            show = _json_format(models) if self.json else _drawing()
            print_lines(predictions, show, source.total, bar=bar)


def _pictures(predictions: Iterator[LinePrediction]) -> Iterator[str]:
    from treenn.sentiment.alignment import align
    from treenn.sentiment.models_picture import draw_aligned

    for _, documents in predictions:
        yield from map(draw_aligned, align(documents or {}))


def _json_format(models: Models) -> Callable[[Line, Documents | None], str]:
    """Return a function that formats a line and its predictions as a line of JSON."""
    from treenn.sentiment.json_objects import comparison_object, document_object

    def show(line: Line, documents: Documents | None) -> str:
        found = documents or blank_documents(models, line.text)
        objects = comparison_object(found) if len(found) > 1 else document_object(*found.values())
        return dumps(objects) + "\n"

    return show


def _drawing() -> Callable[[Line, Documents | None], str]:
    """Return a function that formats a line and its predictions for this terminal."""
    from treenn.sentiment.models_drawing import draw_models
    from treenn.sentiment.phrase_drawing import draw_sentiment

    color, width = shows_colour(), get_terminal_size().columns

    def show(_: Line, documents: Documents | None) -> str:
        if documents is None:
            return ""
        draw = (
            draw_models(documents, color=color, width=width)
            if len(documents) > 1
            else draw_sentiment(*documents.values(), color=color, width=width)
        )
        return draw + "\n\n"

    return show


def _write_page(path: Path, texts: list[Documents]) -> None:
    from treenn.sentiment.page import render_models

    if not texts:
        raise InputError(f"--html {path}: the input has no words; it must have a text per line")
    write_text(path, render_models(texts))
    say(f"written: {path}")
