"""The tables of metrics, of paired tests against other models, and of the examples with the largest differences."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from treenn.analysis.statistics import Difference, summarize
from treenn.evaluation.metrics import METRICS
from treenn.report.document import Block, Record, Section, Table, Text, field_of
from treenn.report.evaluation.evaluation_report import DifferingExample, EvaluationReport, MetricValue, OtherModel
from treenn.report.formatting import NONE, p_value

_CONSTANT = {
    True: "Majority: the value of always predicting the majority class.",
    False: "Constant: the value of the best constant score.",
}
_TRAINED = {True: "these trained models", False: "this trained model"}
_FOLDS = " Over folds: mean ± standard deviation of the folds' values."


def other_model_sections(report: EvaluationReport) -> Iterator[Section]:
    """A section for each other model."""
    for number, other in enumerate(report.against, start=1):
        metrics = metric_table(report, other.model, other.metrics, f"metrics-{number}")
        blocks: list[Block] = [Text(method(report, other)), metrics, difference_table(report, other, number)]
        if other.examples:
            blocks.append(example_table(report, other, number))
        yield Section(f"Against {other.model}", blocks)


def metric_table(
    report: EvaluationReport, model: str, metrics: Mapping[str, MetricValue], name: str = "metrics"
) -> Table:
    """The metrics of a model with intervals, the best constant prediction and the spread over folds, if any."""
    columns = {
        "Metric": lambda record: METRICS[record["metric"]].title + " (%)" * METRICS[record["metric"]].share,
        "Value": _value("value"),
        level(report): _range(lambda metric: METRICS[metric].value),
        "Majority" if report.classes else "Constant": _value("majority"),
    }
    folds = report.folds if model == report.model else ()
    if folds:
        columns["Over folds"] = _over_folds
    return Table(
        name=name,
        caption=f"Metrics of {model} on {report.split} of {report.treebank}",
        columns=columns,
        records=[
            {"metric": metric, **vars(each), "folds": [fold.get(metric) for fold in folds]}
            for metric, each in metrics.items()
        ],
        note=f"Intervals: percentile bootstrap over {report.noun}s, of {_TRAINED[bool(report.folds)]}; they do not"
        f" include the variance over seeds. {_CONSTANT[bool(report.classes)]}{_FOLDS * bool(folds)}",
    )


def _over_folds(record: Record) -> str:
    """Mean ± standard deviation of a metric over folds; a dash if a fold lacks it."""
    values = [value for value in record["folds"] if value is not None]
    return METRICS[record["metric"]].spread(summarize(values) if len(values) == len(record["folds"]) else None)


def method(report: EvaluationReport, other: OtherModel) -> str:
    """The paragraph on the scope of the tests."""
    compared = "networks, one per fold" if report.folds else "two trained models"
    return (
        f"A is {report.model}, B is {other.model}. The tests are over {report.noun}s: they compare these"
        f" {compared}, not two methods. A method has other results with another seed; treenn"
        " compare tests methods over seeds."
    )


def difference_table(report: EvaluationReport, other: OtherModel, number: int = 1) -> Table:
    """The difference in each testable metric, its interval and the tests."""
    noun = f"{report.noun}s"
    return Table(
        name=f"differences-{number}",
        caption=f"A ({report.model}) minus B ({other.model}), shares in percent",
        columns={
            "Metric": lambda record: METRICS[record["metric"]].title,
            "A": _value("A"),
            "B": _value("B"),
            "A − B": lambda record: METRICS[record["metric"]].gap(record["difference"]),
            level(report): _range(lambda metric: METRICS[metric].gap),
            "p": field_of("p", p_value),
            "Holm": field_of("p_holm", p_value),
            "McNemar": field_of("mcnemar", p_value),
            "Only A/B": lambda record: NONE if record["only"] is None else "{}/{}".format(*record["only"]),
        },
        records=[_record(report, other, test) for test in other.differences],
        note=f"p: approximate randomization, which swaps both models' outcomes on random {noun}; Holm: the same with"
        " Holm's correction over all metrics and models. The interval is not corrected. McNemar: p of the exact test,"
        f" for metrics of which each of the {noun} is right or wrong; only A/B: the numbers of {noun} that only A and"
        " only B gets right. Other metrics have no paired test.",
    )


def _record(report: EvaluationReport, other: OtherModel, test: Difference) -> Record:
    values = {"A": report.metrics[test.metric].value, "B": other.metrics[test.metric].value}
    p_values = {"p": test.randomization, "p_holm": test.randomization_holm, "mcnemar": test.mcnemar}
    ends = {"low": test.low, "high": test.high, "difference": test.difference}
    return {"metric": test.metric, **values, **ends, **p_values, "only": test.discordant}


def level(report: EvaluationReport) -> str:
    """The heading of a column with intervals."""
    return f"{100 * report.confidence:g} % interval"


def _value(name: str) -> Callable[[Record], str]:
    """Return the format of a column with values of a metric."""
    return lambda record: METRICS[record["metric"]].value(record[name])


def _range(format_of: Callable[[str], Callable[[float], str]]) -> Callable[[Record], str]:
    """Return the format of a column with intervals; a dash if there is none.

    Args:
        format_of: returns the format of a metric's numbers.
    """

    def show(record: Record) -> str:
        if record["low"] is None:
            return NONE
        number = format_of(record["metric"])
        return f"{number(record['low'])} to {number(record['high'])}"

    return show


def example_table(report: EvaluationReport, other: OtherModel, number: int = 1) -> Table:
    """The examples that both models predict most differently, by their numbers in the split."""
    models = {"A": report.model, "B": other.model}
    return Table(
        name=f"examples-{number}",
        caption=f"The {len(other.examples)} {report.noun}s that A and B predict most differently",
        columns={"Example": field_of("line"), "Gold": field_of("gold"), "A": field_of("A"), "B": field_of("B")}
        | {"Distance": field_of("distance", "{:.2f}".format)},
        records=[
            {"line": each.line, "gold": answer_text(each.gold), "distance": each.distance}
            | {letter: predicted_text(each, model) for letter, model in models.items()}
            for each in other.examples
        ],
        left=4,
    )


def answer_text(answer: str | float | None) -> str:
    """A class or a score; a dash if there is none."""
    if answer is None:
        return NONE
    return answer if isinstance(answer, str) else f"{answer:.2f}"


def predicted_text(example: DifferingExample, model: str) -> str:
    """A model's prediction; a class has its probability in brackets."""
    share = example.probabilities.get(model)
    return answer_text(example.predicted[model]) + ("" if share is None else f" ({100 * share:.0f}%)")
