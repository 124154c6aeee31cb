"""Tables of `treenn lm`: the metrics of text."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from treenn.commands.output import print_table

if TYPE_CHECKING:
    from treenn.evaluation.token_predictions import TokenPredictions


def measure_text(predictions: TokenPredictions) -> dict[str, Any]:
    """The metrics of predictions of tokens, by name."""
    from treenn.evaluation.measuring import measure

    return {name: value for name, value in measure(predictions).items() if name != "majority"}


def print_metrics(
    values: Mapping[str, Any],
    split: str,
    vocabulary: int,
    unit: str,
    others: Iterable[tuple[str, str]] = (),
) -> None:
    """Print metrics of text as a table.

    Args:
        values: the metrics by name; other names are not printed.
        split: the heading, such as "dev".
        vocabulary: the number of tokens of the vocabulary.
        unit: the unit of the tokens.
        others: further rows (default: none).
    """
    from treenn.evaluation.metrics import METRICS

    named = [(METRICS[name], value) for name, value in values.items() if name in METRICS]
    rows = [
        [f"{metric.title}{', %' * metric.share}", "infinite" if value == math.inf else metric.value(value)]
        for metric, value in named
    ]
    title = f"vocabulary: {vocabulary:,} {unit}s, comparable with the same vocabulary only"
    print_table([*rows, *others], split, "", title=title)
