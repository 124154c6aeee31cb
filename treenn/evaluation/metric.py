"""`Metric`: the computation of a metric, its names, the format of its numbers and its paired test."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from treebanks.own_data.spec import Scale
from treenn.evaluation.agreement import Array, Value
from treenn.evaluation.number_format import NONE, mean_and_std, percent, points

Columns = Mapping[str, Sequence[Any]]
"""Values by example, by their names in results.json."""


class AnyPredictions(Protocol):
    """Predictions of any task."""

    @property
    def kind(self) -> str:
        """The kind of predictions, one of a metric's `reads`: `nodes`, `pairs`, `scores`, `node-scores`, `tokens`,
        `estimates`, `derivations` or `translations`."""

    def by_example(self) -> Columns:
        """The columns that results store for paired tests, one item per example."""


@dataclass(frozen=True)
class Labelling:
    """The properties of a treebank's gold labels that determine the applicable metrics.

    Args:
        classes: the names of the classes; empty for numeric targets.
        below_roots: whether nodes below the roots are labelled (default: True).
        scale: the scale of the labels (default: `"ordinal"`).
    """

    classes: Sequence[str]
    below_roots: bool = True
    scale: Scale = "ordinal"


def has_inner_labels(labelling: Labelling) -> bool:
    """True if nodes below the roots are labelled, the `applies` of metrics of all nodes."""
    return labelling.below_roots


@dataclass(frozen=True)
class Spread:
    """A number's distribution over seeds.

    Args:
        mean: the mean; None if a value is undefined.
        std: the sample standard deviation (n - 1); None for a single seed.
        min: the minimum.
        median: the median.
        max: the maximum.
    """

    mean: float | None
    std: float | None
    min: float | None
    median: float | None
    max: float | None


@dataclass(frozen=True)
class Paired:
    """The form of a metric on single examples, for paired bootstrap and approximate randomization.

    Args:
        predicted: the column of a run's `predictions` from which it is computed.
        columns: a function of that column, a split's gold labels and the number of classes. It returns two values per
            example: for shares and errors a numerator and a denominator (0 excludes the example), for correlations the
            two variables. With `of_sums`, it returns the summands of each example, and None.
        of_sums: the metric from sums of summands, for metrics of whole corpora such as BLEU (default: None).
    """

    predicted: str
    columns: Callable[[Array, Columns, int], tuple[Array, Array | None]]
    of_sums: Callable[[Array], Array] | None = None


@dataclass(frozen=True)
class Metric:
    """A metric: its computation, its names, and the format of its numbers.

    Args:
        title: the name in column headings.
        short: the name in tables of at most 80 columns, which omit the metric if it is empty.
        phrase: the name in a sentence.
        definition: the definition in the report.
        compute: a function from predictions to the value, `None` if nothing is labelled.
        reads: the kinds of predictions that `compute` accepts (default: classes of nodes).
        kind: `share` is formatted as a percentage; `correlation` and `error` with `digits` decimals (default: `share`).
        level: the unit that is counted: whole examples (`root`), nodes or pairs (default: `root`).
        better: the direction of improvement (default: `higher`).
        constant: the value of the best constant prediction, the majority class or the mean (default: `None`, unknown).
        applies: whether the metric is informative for a labelling of one of `scales` (default: always).
        paired: the form that paired tests need (default: `None`, not tested).
        scales: the scales of labels on which the metric is defined (default: all).
        digits: the decimals of a number that is no share (default: 4).
    """

    title: str
    short: str
    phrase: str
    definition: str
    compute: Callable[[Any], Value]
    reads: Sequence[str] = ("nodes",)
    kind: Literal["share", "correlation", "error"] = "share"
    level: Literal["root", "node", "pair"] = "root"
    better: Literal["higher", "lower"] = "higher"
    constant: Callable[[Any], Value] | None = None
    applies: Callable[[Labelling], bool] = lambda labelling: True
    paired: Paired | None = None
    scales: Sequence[Scale] = ("ordinal", "nominal", "score")
    digits: int = 4

    def suits(self, labelling: Labelling) -> bool:
        """True if the metric is defined and informative for a labelling."""
        return labelling.scale in self.scales and self.applies(labelling)

    @property
    def share(self) -> bool:
        """True if the metric is a fraction, formatted as a percentage."""
        return self.kind == "share"

    @property
    def sign(self) -> int:
        """1 if higher values are better, else -1."""
        return 1 if self.better == "higher" else -1

    @property
    def is_dichotomous(self) -> bool:
        """True if each example is either right or wrong, as McNemar's test requires."""
        return self.share and self.level != "node" and not self.is_of_corpus

    @property
    def is_of_corpus(self) -> bool:
        """True if the metric is computed from sums over all examples, and is no mean over them, such as BLEU."""
        return self.paired is not None and self.paired.of_sums is not None

    @property
    def unit(self) -> str:
        """The unit of a difference."""
        return " points" if self.share else ""

    @property
    def in_percent(self) -> str:
        """The suffix of a number in a sentence."""
        return "%" if self.share and not self.is_of_corpus else ""

    def value(self, number: float | None) -> str:
        """A number without its unit.

        >>> from treenn.evaluation.metrics import METRICS
        >>> METRICS["root"].value(0.4823), METRICS["pearson"].value(0.86757)
        ('48.2', '0.8676')
        """
        if number is None:
            return NONE
        return percent(number) if self.share else f"{number:.{self.digits}f}".replace("-", "\N{MINUS SIGN}")

    def spread(self, summary: Spread | None) -> str:
        """Mean ± standard deviation over seeds."""
        return NONE if summary is None else self.mean_and_std(summary.mean, summary.std)

    def mean_and_std(self, mean: float | None, std: float | None) -> str:
        """Mean ± standard deviation."""
        return mean_and_std(mean, std) if self.share else mean_and_std(mean, std, scale=1, digits=self.digits)

    def gap(self, number: float) -> str:
        """A difference without its unit; a difference that is not zero is never rounded to zero."""
        return points(number) if self.share else points(number / 100, digits=self.digits)
