"""The page of one training run: loss and dev metrics by epoch, the selected epoch, settings and provenance."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from treenn.evaluation.metrics import METRICS, Metric
from treenn.evaluation.number_format import NONE
from treenn.experiment.results import slug
from treenn.report.charts import REFERENCE, finish, log_scale, look, name_epochs, panels, pictures
from treenn.report.document import Block, Chart, Code, Part, Record, Report, Section, Table, Text, field_of
from treenn.report.html import as_html
from treenn.training.run_results import Epoch, TrainingResults
from treenn.trees.atomic_writing import write_text

_CHARTS = 4  # the maximum number of drawn metrics


def write_training_page(results: TrainingResults, path: Path) -> None:
    """Write the page of a training run, an HTML file that opens offline.

    Raises:
        InputError: if the file cannot be written.
    """
    write_text(path, as_html(build_training_page(results)))


def build_training_page(results: TrainingResults) -> Report:
    """Build the page of a training run."""
    title = f"{results.model} on {results.treebank}"
    return Report(
        title=title,
        created="",
        headline=list(_headline(results)),
        parts=[
            Part("Learning curve", "learning-curve", [Section("By epoch", [_charts(results), _epochs(results)])]),
            Part("Provenance", "provenance", list(_provenance(results))),
        ],
        noun="training run",
    )


def _headline(results: TrainingResults) -> Iterator[str]:
    kept, names = results.history[results.best_epoch - 1], _metrics(results)
    reason = "the last" if results.settings.get("checkpoint") == "last" else "the best on dev"
    yield f"The kept model is that of epoch {results.best_epoch} of {results.epochs}, {reason}."
    majority = results.majority_class
    if majority is not None:
        metric = METRICS[majority.metric]
        yield (
            f"It is right for {metric.value(majority.value)}% of {metric.phrase} of dev; {majority.name}, the majority"
            f" class of train, is right for {metric.value(majority.accuracy)}%."
            + ("" if majority.is_exceeded else " The model does not exceed the majority class.")
        )
    elif names:
        yield f"{METRICS[names[0]].title} on dev: {_with_unit(METRICS[names[0]], kept.dev.values[names[0]])}."
    if results.init is not None:
        source = results.init.name or "a network in memory"
        yield f"Training started from {source}; its classifier is {results.init.head}."


def _metrics(results: TrainingResults) -> list[str]:
    """The dev metrics of all epochs, first the one that is compared with the majority class."""
    found = [
        name
        for name, metric in METRICS.items()
        if metric.short and all(epoch.dev.values.get(name) is not None for epoch in results.history)
    ]
    curves = {name: [epoch.dev.values[name] for epoch in results.history] for name in found}
    if curves.get("all_nodes") == curves.get("root"):  # only roots are labelled
        found = [name for name in found if name != "all_nodes"]
    first = results.majority_class.metric if results.majority_class is not None else ""
    return sorted(found, key=lambda name: name != first)


def _charts(results: TrainingResults) -> Block:
    names = _metrics(results)[:_CHARTS]
    return pictures(
        lambda: [_loss(results), *(_metric(results, name) for name in names), *_gradients(results, results.history)]
    )


def _loss(results: TrainingResults) -> Chart:
    losses = [float("nan") if epoch.loss is None else epoch.loss for epoch in results.history]
    words = f"from {losses[0]:.4g} to {losses[-1]:.4g}"
    return _curve(results, losses, "Training loss", "Training loss", f"Training loss by epoch, {words}", "")


def _metric(results: TrainingResults, name: str) -> Chart:
    metric = METRICS[name]
    scale = 100 if metric.share else 1
    values = [scale * (epoch.dev.values[name] or 0.0) for epoch in results.history]
    constant = results.history[results.best_epoch - 1].dev.majority.get(name)
    label = "the majority class" if metric.share else "the best constant"
    words = f"{metric.title} on dev by epoch, from {values[0]:.4g} to {max(values):.4g} at most"
    return _curve(
        results,
        values,
        f"{metric.title} on dev",
        metric.title + (" (%)" if metric.share else ""),
        words,
        f"{label} of dev ({_with_unit(metric, constant)})" if constant is not None else "",
        None if constant is None else scale * constant,
    )


def _curve(
    results: TrainingResults,
    values: Sequence[float],
    title: str,
    axis: str,
    words: str,
    reference: str,
    constant: float | None = None,
) -> Chart:
    (figure, [axes]), best = panels(3), results.best_epoch
    style = look(0) | ({"marker": ""} if len(values) > 40 else {})
    axes.plot(range(1, len(values) + 1), values, **style, markersize=4)
    axes.axvline(best, color=style["color"], linewidth=0.8, alpha=0.7)
    axes.plot([best], [values[best - 1]], **look(0, line=False), markersize=10, fillstyle="none")
    if constant is not None:
        axes.axhline(constant, **REFERENCE)
    name_epochs(axes)
    axes.set_ylabel(axis)
    caption = f"Marked: epoch {best}, which is kept." + (f" Dotted: {reference}." if reference else "")
    return finish(figure, slug(results.treebank), title, caption, f"{words}. {caption.removesuffix('.')}")


def _gradients(results: TrainingResults, history: Sequence[Epoch]) -> Iterator[Chart]:
    """The chart of gradient norms; none for older results."""
    norms = [epoch.gradient_norm for epoch in history if epoch.gradient_norm is not None]
    if not norms or min(norm.mean for norm in norms) <= 0:
        return
    (figure, [axes]), epochs = panels(3), range(1, len(norms) + 1)
    axes.plot(epochs, [norm.mean for norm in norms], **look(0) | {"marker": ""}, label="mean")
    axes.plot(epochs, [norm.max for norm in norms], **look(1) | {"marker": ""}, label="maximum")
    log_scale(axes)
    name_epochs(axes)
    axes.set_ylabel("Gradient norm")
    words = f"mean from {norms[0].mean:.2g} to {norms[-1].mean:.2g}, at most {max(norm.max for norm in norms):.2g}"
    caption = "Of all parameters together, before clipping."
    yield finish(figure, slug(results.treebank), "Gradient norm", caption, f"Gradient norm by epoch, {words}")


def _epochs(results: TrainingResults) -> Table:
    names = _metrics(results)
    records: list[Record] = [
        {
            "epoch": epoch.epoch,
            "kept": "yes" if epoch.epoch == results.best_epoch else "",
            "loss": epoch.loss,
            "seconds": epoch.seconds,
            **{name: epoch.dev.values[name] for name in names},
        }
        for epoch in results.history
    ]
    columns = {
        "Epoch": field_of("epoch"),
        "Kept": field_of("kept"),
        "Loss": field_of("loss", lambda loss: f"{loss:.4f}"),
        **{METRICS[name].title + " (%)" * METRICS[name].share: field_of(name, METRICS[name].value) for name in names},
        "Seconds": field_of("seconds", lambda seconds: f"{seconds:.1f}"),
    }
    return Table("learning-curve/epochs", "All epochs, with the metrics on dev", columns, records, folded=True)


def _provenance(results: TrainingResults) -> Iterator[Section]:
    yield Section("Command", [Code(results.command or "treenn.train (Python)")])
    vectors = [
        Text(f"{file.file}: {file.size} dimensions; no vector for {file.words_missing:,} of {file.words:,} words.")
        for file in results.vectors
    ]
    counts = Text(
        f"{results.treebank}; {results.parameters:,} parameters and {results.embedding_parameters:,} of word vectors;"
        f" {results.seconds:.0f} seconds of training, {results.trees_per_second:.0f} trees per second."
    )
    yield Section("Data and model", [counts, *vectors])
    yield Section("Settings", [_pairs("settings", "All settings", results.settings.items())])
    yield Section("Versions and machine", [_pairs("versions", "Of the run", results.environment.items())])
    shown = [(METRICS[name].title, METRICS[name].definition) for name in _metrics(results)]
    yield Section("Metrics", [_pairs("metrics", "Definitions", shown)])


def _pairs(name: str, caption: str, pairs: Iterable[tuple[str, object]]) -> Table:
    records = [{"name": key, "value": NONE if value is None else str(value)} for key, value in pairs]
    columns = {"Name": field_of("name"), "Value": field_of("value")}
    return Table(f"provenance/{name}", caption, columns, records, left=2)


def _with_unit(metric: Metric, value: float | None) -> str:
    return metric.value(value) + metric.in_percent
