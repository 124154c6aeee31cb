"""`treenn translate evaluate --widths`: BLEU, speed and search errors by beam width and length normalization."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from treenn.commands.output import check_target, print_json, print_table, progress_bar, say, tell
from treenn.trees.arguments import check
from treenn.trees.atomic_writing import write_text
from treenn.trees.errors import InputError
from treenn.trees.file_kind import check_replaceable

if TYPE_CHECKING:
    from treebanks import Translation
    from treenn.analysis.search_curves import SearchCurves
    from treenn.report.document import Report
    from treenn.translation.model import TranslationModel

Widths = Annotated[
    str | None,
    typer.Option(metavar="N,N,...", help="Search with each of these widths instead of --beam, and report the errors."),
]
Alphas = Annotated[
    str | None,
    typer.Option(metavar="N,N,...", help="With --widths: search with each of these exponents (default: --alpha)."),
]
Chart = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="With --widths: draw BLEU, speed and search errors by width to this SVG file."),
]
Html = Annotated[Path | None, typer.Option(metavar="FILE", help="With --widths: write the report to this HTML file.")]


def check_files(widths: str | None, alphas: str | None, chart: Path | None, html: Path | None) -> None:
    """Validate the options before anything is loaded.

    Raises:
        InputError: if a file cannot be written, or --widths is missing.
    """
    for name, value in {"alphas": alphas, "chart": chart, "html": html}.items():
        if value is not None and widths is None:
            raise InputError(f"--{name} {value}: needs --widths, such as --widths 1,2,5,10,20")
    for name, path, kind in (("--chart", chart, "SVG"), ("--html", html, "evaluation of treenn in HTML")):
        check_target(name, path)
        if path is not None:
            check_replaceable(path, kind)


def numbers_of(widths: str, alphas: str | None, alpha: float) -> tuple[list[int], list[float]]:
    """The widths and the exponents.

    Raises:
        InputError: if one is no number, or out of range.
    """
    from treenn.translation.beam_search import Alpha, BeamWidth

    return (
        [check("widths", width, BeamWidth) for width in _numbers("widths", widths, int)],
        [check("alphas", exponent, Alpha) for exponent in _numbers("alphas", alphas or str(alpha), float)],
    )


def _numbers(name: str, text: str, kind: type[int] | type[float]) -> list[int | float]:
    try:
        return list(dict.fromkeys(kind(part) for part in text.split(",")))
    except ValueError:
        which = "whole numbers" if kind is int else "numbers"
        raise InputError(f"--{name} {text}: must be {which}, separated by commas") from None


def curves_of(
    model: TranslationModel,
    pairs: Sequence[Translation],
    names: tuple[str, str, str],
    settings: tuple[Sequence[int], Sequence[float]],
) -> SearchCurves:
    """Search with all settings.

    Args:
        model: the model.
        pairs: pairs with trees.
        names: the names of the model, the data and the split.
        settings: the widths and the exponents.
    """
    from treenn.analysis.search_curves import search_curves

    with progress_bar(f"translating {names[1]}") as progress:
        return search_curves(model, pairs, names, *settings, progress)


def deliver_curves(curves: SearchCurves, chart: Path | None, html: Path | None, *, json: bool) -> None:
    """Print the curves, and write the chart and the report."""
    from treenn.analysis.search_curves import CURVES_SCHEMA
    from treenn.report.html import as_html
    from treenn.report.overview import as_svg
    from treenn.report.search_page import build_search_report, search_chart

    report = build_search_report(curves)
    if json:
        print_json(CURVES_SCHEMA.to_json(curves))
    else:
        _print_report(report)
        for name, signature in curves.signatures.items():
            tell(f"{name}: {signature}")
    if chart is not None:
        write_text(chart, as_svg(search_chart(curves)))
        say(f"drawn: {chart}")
    if html is not None:
        write_text(html, as_html(report))
        say(f"report: {html}")


def _print_report(report: Report) -> None:
    for table in report.tables():
        print_table(table.rows(), *table.columns, title=table.caption)
    for paragraph in report.headline:
        tell(paragraph)
