"""Formatting of models, metrics and numbers in the report."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from treebanks import catalogue
from treenn.analysis.difference_display import p_value as p_value
from treenn.analysis.histogram import PublishedShares
from treenn.analysis.statistics import summarize
from treenn.evaluation.metrics import METRICS as METRICS
from treenn.evaluation.metrics import Metric as Metric
from treenn.evaluation.number_format import NONE as NONE
from treenn.evaluation.number_format import mean_and_std as mean_and_std
from treenn.evaluation.number_format import percent as percent
from treenn.evaluation.number_format import points as points
from treenn.experiment.results import TaskResults
from treenn.experiment.run_record import RunResults
from treenn.report.document import Record, Table, field_of

T = TypeVar("T")

_OF_WORDS = {
    "root": "root words of sentences",
    "all_nodes": "all words",
    "inner_nodes": "words with dependents",
    "macro_f1_all_nodes": "macro-F1 of all words",
}


def synthetic(task: TaskResults) -> str:
    """The generator of a task's examples and labels, as a clause; empty for natural text.

    Results of before 2026-12 lack it; the catalogue has it by the treebank's name.
    """
    treebank = task.treebank
    return catalogue.synthetic(treebank.name) if treebank.synthetic is None else treebank.synthetic


def is_sst(task: TaskResults) -> bool:
    """True if a task is on SST, so that published figures are comparable."""
    return task.treebank.name in ("sst", "sst-binary")


def shown_metrics(task: TaskResults) -> list[str]:
    """The metrics that apply and that some model has."""
    measured = [model.metrics[split] for model in task.summary.values() for split in task.unseen_splits]
    return [
        name for name in METRICS if task.applies(name) and any(metrics.get(name) is not None for metrics in measured)
    ]


def phrase(task: TaskResults, metric: str) -> str:
    """A metric's name in a sentence about this task."""
    if labels_words(task):
        return _OF_WORDS.get(metric, METRICS[metric].phrase)
    return "pairs" if metric == "root" and task.is_of_pairs else METRICS[metric].phrase


def at(metric: str) -> str:
    """The preposition of a metric's phrase: accuracy at sentences, but a difference in a correlation."""
    return "at" if METRICS[metric].share else "in"


def labels_words(task: TaskResults) -> bool:
    """Return True if the labels are those of the words of dependency trees, and not of sentences or phrases."""
    origin = task.treebank.origin
    return origin is not None and origin.spec.form == "conllu" and origin.spec.label_level == "words"


def position(task: TaskResults, split: str, number: int) -> str:
    """The position of an example: its line in a known treebank, its number in a split that was read from files."""
    return f"{split}, {'line' if task.treebank.origin is None else 'example'} {number}"


def majority(task: TaskResults, split: str, metric: str) -> float | None:
    """The accuracy of the best constant prediction; None if the metric has none."""
    shares = (run.metrics[split].majority.get(metric) for run in task.runs)
    return next((share for share in shares if share is not None), None)


def constant_name(task: TaskResults) -> str:
    """The name of the best constant prediction."""
    return "majority class" if task.treebank.classes else "mean score"


def the_constant(task: TaskResults) -> str:
    """The name of the best constant prediction with its article."""
    return "the majority class" if task.treebank.classes else "the mean score"


def runs_majority(task: TaskResults) -> bool:
    """True if the plan has the majority baseline, which then has a row like other models."""
    return any(each.model == "majority" for each in task.models)


def seeds(task: TaskResults) -> dict[str, list[int]]:
    """The seeds of each model."""
    return {model: [run.seed for run in runs] for model, runs in task.runs_by_model.items()}


def subject(task: TaskResults, model: str) -> str:
    """A model's name in a sentence, marked if it is a single run."""
    single = len(seeds(task)[model]) == 1 and model in task.networks
    return f"the single run of {model}" if single else model


def label_of(task: TaskResults, name: str) -> Callable[[Record], str]:
    """A column with the model in a field, marked if its parameters are unmatched or its training time is matched."""
    limited = [each.name for each in task.models if each.equal_time and "equal time" not in each.name]
    marks = dict.fromkeys(task.unmatched, " (unmatched)")
    marks |= {model: f"{marks.get(model, '')} (equal time)" for model in limited}
    return field_of(name, lambda model: f"{model}{marks.get(model, '')}")


def training_seconds(run: RunResults) -> float:
    """The training time, on the processor if it is recorded, as for runs of equal time."""
    return run.seconds if run.cpu_seconds is None else run.cpu_seconds


def any_time_match(task: TaskResults) -> bool:
    """True if some networks have as many epochs as fit into the training time of the reference."""
    return any(run.time_match is not None for run in task.runs)


def in_all_runs(task: TaskResults, part: Callable[[RunResults], T | None]) -> dict[str, list[T]]:
    """A part of the results of each run, by model, of the models whose runs all have it."""
    by_model = task.runs_by_model
    parts = {model: [value for run in runs if (value := part(run)) is not None] for model, runs in by_model.items()}
    return {model: values for model, values in parts.items() if len(values) == len(by_model[model])}


def model_table(
    task: TaskResults,
    name: str,
    caption: str,
    columns: Mapping[str, Callable[[Record], str]],
    records: Mapping[str, Record],
    **options: Any,
) -> Table:
    """A table with a row for each model.

    Args:
        task: the task, whose slug precedes the name.
        name: the table's name.
        caption: the caption.
        columns: the columns after the model's name, as those of `Table`.
        records: the record of each model.
        options: other arguments of `Table`.
    """
    rows = [{"model": model, **record} for model, record in records.items()]
    return Table(f"{task.slug}/{name}", caption, {"Model": label_of(task, "model"), **columns}, rows, **options)


def published_table(task: TaskResults, name: str, caption: str, head: str, published: PublishedShares) -> Table:
    """A table of published accuracies."""
    records = {model: {"share": share} for model, share in published.shares.items()}
    return model_table(task, f"{name}-published", caption, {head: field_of("share", percent)}, records)


def over_seeds(values: Mapping[str, Sequence[float | None]]) -> dict[str, float | None]:
    """The fields of a table's record for numbers over seeds, without those that a run lacks.

    Returns:
        The mean by `name`, and the standard deviation by `name std`.

    >>> over_seeds({"ece": [0.25, 0.75], "nll": [0.5, None]})["ece"]
    0.5
    """
    record: dict[str, float | None] = {}
    for name, column in values.items():
        numbers = [number for number in column if number is not None]
        if numbers and len(numbers) == len(column):
            summary = summarize(numbers)
            record |= {name: summary.mean, f"{name} std": summary.std}
    return record


def spread_of(name: str, scale: float = 100, digits: int = 1) -> Callable[[Record], str]:
    """A column with the mean ± standard deviation of a field of `over_seeds`."""
    return lambda record: mean_and_std(record.get(name), record.get(f"{name} std"), scale, digits)


def listing(words: Sequence[str]) -> str:
    """Words as a sentence lists them; with semicolons if one contains a comma.

    >>> listing(["a"]), listing(["a", "b"]), listing(["a", "b", "c"]), listing(["a, left", "b", "c"])
    ('a', 'a and b', 'a, b and c', 'a, left; b; and c')
    """
    if len(words) > 2 and any("," in word for word in words):
        return f"{'; '.join(words[:-1])}; and {words[-1]}"
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
