"""`EvaluationReport`: metrics with intervals, scores by class, calibration, and tests against other models."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

from treebanks.own_data import Origin
from treenn.analysis.calibration import Calibration
from treenn.analysis.class_report import ClassReport
from treenn.analysis.crossed_test import CONFIDENCE
from treenn.analysis.difference_display import differences_html
from treenn.analysis.statistics import Difference
from treenn.analysis.unknown_words import UnknownWords
from treenn.evaluation.run_predictions import Gold, RunPredictions
from treenn.trees.display import quoted
from treenn.trees.json_records import Key, Schema


@dataclass(frozen=True)
class MetricValue:
    """The value of a metric of one model on one split.

    Args:
        value: the value; None if there are no labels for it, or it is undefined.
        low: the lower end of its interval; None if it has none.
        high: the upper end.
        majority: the value of the best constant prediction; None if it is unknown.
    """

    value: float | None
    low: float | None = None
    high: float | None = None
    majority: float | None = None


@dataclass(frozen=True)
class DifferingExample:
    """An example that two models predict differently.

    Args:
        line: its number in the split, from 1.
        gold: the gold class or score; None without a label.
        predicted: the class or score by model.
        probabilities: the probability of this class by model; empty for scores.
        distance: the total variation distance of the models' class probabilities, 0 to 1, or the distance of the
            scores.
    """

    line: int
    gold: str | float | None
    predicted: Mapping[str, str | float]
    distance: float
    probabilities: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class OtherModel:
    """The comparison with another model on the same examples.

    Args:
        model: its name.
        metrics: its metrics.
        differences: the differences of the evaluated model from it, one per testable metric. The tests are over
            examples only.
        examples: the examples on which both differ most.
    """

    model: str
    metrics: Mapping[str, MetricValue]
    differences: tuple[Difference, ...]
    examples: tuple[DifferingExample, ...]

    def __repr__(self) -> str:
        """The model, and the numbers of metrics, differences and examples."""
        sizes = f"metrics={len(self.metrics)}, differences={len(self.differences)}, examples={len(self.examples)}"
        return f"OtherModel({quoted(self.model)}, {sizes})"

    def _repr_html_(self) -> str:
        return differences_html(self.differences, f"against {self.model}")


@dataclass(frozen=True, kw_only=True)
class EvaluationReport:
    """The evaluation of a trained model on one split.

    Args:
        command: the command of the evaluation.
        created: its time (UTC).
        model: the model, as it was named.
        network: the kind of network.
        seed: the seed of its training; None without a record of it.
        treebank: the treebank's name.
        split: the split.
        data: the identity of its examples, as in the test ledger.
        origin: the files that the examples were read from; None for a known treebank, or one made in Python.
        size: the number of examples.
        noun: one example, `sentence` or `pair`.
        classes: the names of the classes; empty for scores.
        metrics: the metrics that apply to the labels, by name.
        predictions: the predictions by example.
        gold: the gold labels, by example.
        roots: scores by class over whole examples; None for scores.
        nodes: scores by class over all labelled nodes; None if only roots are labelled.
        calibration: calibration over whole examples; None for scores.
        unknown_words: the predictions after words were replaced by unknown ones, by their share (default: none).
        against: the comparisons with other models on the same examples.
        earlier_configurations: the number of other configurations evaluated on these examples before, by the test
            ledger; None for train and dev.
        confidence: the level of the intervals.
        folds: the metrics of each fold, if the report is on the pooled predictions of a cross-validation (default:
            none).
        environment: versions, machine and device.
        texts: the words of each example, or of both sides of a pair; not in JSON.
    """

    command: str
    created: str
    model: str
    network: str
    seed: int | None
    treebank: str
    split: str
    data: str
    size: int
    noun: str
    classes: tuple[str, ...]
    metrics: Mapping[str, MetricValue]
    predictions: RunPredictions
    gold: Gold
    roots: ClassReport | None = None
    nodes: ClassReport | None = None
    calibration: Calibration | None = None
    unknown_words: tuple[UnknownWords, ...] = ()
    against: tuple[OtherModel, ...] = ()
    earlier_configurations: int | None = None
    confidence: float = CONFIDENCE
    origin: Origin | None = None
    folds: tuple[Mapping[str, float | None], ...] = ()
    environment: Mapping[str, object] = field(default_factory=dict)
    texts: Annotated[tuple[tuple[str, ...], ...], Key("")] = ()

    def __repr__(self) -> str:
        """The model, the split, and the metrics."""
        values = ", ".join(f"{name}={each.value:.4g}" for name, each in self.metrics.items() if each.value is not None)
        return f"EvaluationReport({self.model!r} on {self.treebank} {self.split}, {self.size} {self.noun}s: {values})"

    def _repr_html_(self) -> str:
        from treenn.report.evaluation.notebook import as_notebook_html

        return as_notebook_html(self)


EVALUATION_SCHEMA = Schema("treenn.evaluation", 1, EvaluationReport, "JSON file of `treenn evaluate --out` or `--json`")
