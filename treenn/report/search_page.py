"""The report on the search of a translation model: BLEU, time and search errors by width and α, and by length."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from matplotlib.axes import Axes

from treenn.analysis.intervals import wilson
from treenn.analysis.search_curves import SearchCurves, SearchPoint
from treenn.analysis.statistics import Interval
from treenn.evaluation.number_format import NONE, percent
from treenn.report.charts import finish, look, pictures, stack
from treenn.report.document import Chart, Part, Pictures, Record, Report, Section, Table, Text, field_of

_AXES: dict[str, tuple[str, Callable[[SearchPoint], float | None]]] = {
    "BLEU": ("BLEU", lambda point: 100 * point.bleu),
    "Speed": ("Sentences a second", lambda point: point.speed),
    "Search errors": ("Search errors (%)", lambda point: _percentage(point.errors.share)),
}


def build_search_report(curves: SearchCurves) -> Report:
    """Build the report of one model."""
    return Report(
        title=f"Search of {curves.model} on {curves.treebank}",
        created="",
        headline=list(_headline(curves)),
        parts=[Part("Search", "search", [widths_section(curves), errors_section(curves)])],
        noun="evaluation",
    )


def _headline(curves: SearchCurves) -> Iterator[str]:
    best = max(curves.points, key=lambda point: point.bleu)
    yield (
        f"The highest BLEU on {curves.split} is {percent(best.bleu)}, by a beam of width {best.width} with α ="
        f" {best.alpha:g}, at {best.speed:.0f} sentences a second. Of its {best.errors.errors:,} outputs that differ"
        f" from the reference, {best.errors.search:,} are search errors ({_share(best)}% of them)."
    )


def widths_section(curves: SearchCurves) -> Section:
    """A table and curves by width and α."""
    signature = curves.signatures.get("bleu")
    note = (
        "α: the exponent of length normalization. Units: the mean length of an output in units with its end. Search:"
        " the share of search errors among all errors."
    )
    table = Table(
        "search/widths",
        f"Beam search on {curves.split}",
        {
            "α": field_of("alpha", "{:g}".format),
            "Width": field_of("width"),
            "BLEU": field_of("bleu", percent),
            "chrF": field_of("chrf", percent),
            "Sentences/s": field_of("speed", "{:.0f}".format),
            "Units": field_of("units", "{:.1f}".format),
            "Search (%)": field_of("share", percent),
            "95% interval": _interval_cell,
        },
        [_record(point) for alpha in curves.alphas for point in curves.of_alpha(alpha)],
        note=note + (f" BLEU: {signature}." if signature else ""),
    )
    return Section("Width and length normalization", [table, _charts(curves)])


def errors_section(curves: SearchCurves) -> Section:
    """The causes of errors by the length of the source, at the setting of the highest BLEU."""
    best = max(curves.points, key=lambda point: point.bleu)
    rows = [
        {"length": bin.label, "errors": bin.total, "search": bin.right, "model": bin.total - bin.right}
        | _with_interval(bin.right / bin.total, wilson(bin.right / bin.total, bin.total))
        for bin in best.errors.by_length.bins
    ]
    table = Table(
        "search/errors",
        f"Errors on {curves.split} by their cause, width {best.width}, α = {best.alpha:g}",
        {
            "Words of the source": field_of("length"),
            "Errors": field_of("errors", "{:,}".format),
            "Search": field_of("search", "{:,}".format),
            "Model": field_of("model", "{:,}".format),
            "Search (%)": field_of("share", percent),
            "95% interval": _interval_cell,
        },
        rows,
    )
    text = (
        f"{best.errors.equal:,} of {best.errors.sentences:,} outputs are equal to the reference. An error is attributed"
        " to the search if the reference has a higher score log P(y|x) / T^α than the output, else to the model."
    )
    return Section("Search and model errors", [Text(text), table])


def search_chart(curves: SearchCurves) -> Chart:
    """BLEU, speed and the share of search errors by width, a line for each α."""
    (chart,) = _charts(curves).draw()
    return chart


def _charts(curves: SearchCurves) -> Pictures:
    return pictures(lambda: [_draw(curves)])


def _draw(curves: SearchCurves) -> Chart:
    figure, panels = stack([6] * len(_AXES), share=True)
    words = []
    for axes, (name, (label, value)) in zip(panels, _AXES.items(), strict=True):
        axes.set_ylabel(label)
        for number, alpha in enumerate(curves.alphas):
            points = [(point.width, y) for point in curves.of_alpha(alpha) if (y := value(point)) is not None]
            axes.plot([width for width, _ in points], [y for _, y in points], **look(number), label=f"α = {alpha:g}")
            words.append(f"{name}, α = {alpha:g}: " + ", ".join(f"{width} {y:.4g}" for width, y in points))
    _name_widths(panels[-1], curves)
    for axes in panels[1:]:
        axes.set_ylim(bottom=0)
    caption = "Search errors: outputs with a lower score than the reference, of all that differ from it."
    return finish(figure, "search", f"Beam width on {curves.split}", caption, "By width: " + "; ".join(words))


def _name_widths(axes: Axes, curves: SearchCurves) -> None:
    """A logarithmic axis with a tick at each width."""
    widths = sorted({point.width for point in curves.points})
    axes.set_xscale("log")
    axes.set_xticks(widths, [str(width) for width in widths])
    axes.minorticks_off()
    axes.set_xlabel("Width")


def _record(point: SearchPoint) -> Record:
    fields = ("alpha", "width", "bleu", "chrf", "seconds", "speed", "units")
    counts = {"errors": point.errors.errors, "search": point.errors.search}
    share = _with_interval(point.errors.share, point.errors.interval)
    return {name: getattr(point, name) for name in fields} | counts | share


def _with_interval(share: float | None, interval: Interval | None) -> dict[str, float | None]:
    low, high = (None, None) if interval is None else (interval.low, interval.high)
    return {"share": share, "low": low, "high": high}


def _interval_cell(record: Record) -> str:
    low, high = record["low"], record["high"]
    return NONE if low is None else f"{percent(low)} to {percent(high)}"


def _share(point: SearchPoint) -> str:
    return percent(point.errors.share)


def _percentage(share: float | None) -> float | None:
    return None if share is None else 100 * share
