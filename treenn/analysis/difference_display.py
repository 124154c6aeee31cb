"""Short reprs and notebook displays of the differences between models."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from treenn.evaluation.metrics import METRICS
from treenn.evaluation.number_format import NONE
from treenn.trees.display import quoted, table_html

if TYPE_CHECKING:
    from treenn.analysis.statistics import Difference

_HEADINGS = ["models", "split", "metric", "difference", "interval", "p", "corrected"]
_LONGEST_NAME = 40


def difference_repr(difference: Difference) -> str:
    """The repr of a difference: the models, the split and the metric, the difference with its interval, and p.

    Args:
        difference: the difference.

    >>> from treenn.analysis.statistics import Difference
    >>> Difference(("tree-lstm", "lstm"), "test", "root", 0.021, 0.004, 0.039)
    Difference('tree-lstm' − 'lstm', test, root: 2.1, 0.4 to 3.9)
    """
    models = " − ".join(quoted(model, _LONGEST_NAME) for model in difference.models)
    p = "" if difference.p is None else f", p={p_value(difference.p)}"
    return (
        f"Difference({models}, {difference.split}, {difference.metric}: {_gap(difference)}, {_interval(difference)}{p})"
    )


def differences_html(differences: Iterable[Difference], caption: str = "") -> str:
    """Differences as an HTML table, with a row each: those of accuracies in percentage points.

    Args:
        differences: the differences.
        caption: a text above the table (default: none).
    """
    return table_html(_HEADINGS, map(_row, differences), caption)


def _row(difference: Difference) -> list[str]:
    metric = METRICS[difference.metric]
    models = " − ".join(difference.models)
    p = [p_value(difference.p), p_value(difference.p_holm)]
    return [models, difference.split, metric.title, f"{_gap(difference)}{metric.unit}", _interval(difference), *p]


def _gap(difference: Difference) -> str:
    return METRICS[difference.metric].gap(difference.difference)


def _interval(difference: Difference) -> str:
    gap, interval = METRICS[difference.metric].gap, difference.interval
    return f"{gap(interval.low)} to {gap(interval.high)}"


def p_value(p: float | None) -> str:
    """A p value; never rounded to zero.

    >>> p_value(0.0213), p_value(0.00001), p_value(None)
    ('0.021', '< 0.001', '–')
    """
    if p is None:
        return NONE
    return "< 0.001" if p < 0.001 else f"{p:.3f}"
