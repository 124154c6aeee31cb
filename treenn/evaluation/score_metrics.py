"""Metrics of predicted scores: correlations and errors, of pairs, roots and all nodes."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from treenn.evaluation import agreement
from treenn.evaluation.agreement import Array, Value
from treenn.evaluation.metric import Columns, Metric, Paired, has_inner_labels


def _scores(p: Any) -> tuple[Array, Array]:
    """The gold and the predicted scores of pairs or of labelled roots. Shape: both `(n,)`."""
    return p.whole if p.kind == "node-scores" else (p.targets.astype(float), p.scores.astype(float))


def _variance(gold: Array) -> Value:
    return float(gold.var()) if len(gold) else None


def _error_of_mean(gold: Array) -> Value:
    return agreement.mean_absolute_error(gold, np.full_like(gold, gold.mean())) if len(gold) else None


def _labelled_scores(scores: Array, gold: Columns, classes: int) -> tuple[Array, Array]:
    targets = np.asarray(gold["score"], dtype=np.float64)  # NaN for None
    given = ~np.isnan(targets)
    return scores[..., given], targets[given]


_of_whole = partial(Metric, reads=("scores", "node-scores"), level="pair")  # of pairs and of sentences
_of_all_nodes = partial(Metric, reads=("node-scores",), level="node", applies=has_inner_labels)

SCORE_METRICS: dict[str, Metric] = {
    "pearson": _of_whole(
        title="Pearson",
        short="Pearson",
        phrase="Pearson's correlation",
        definition="Pearson's correlation with the gold scores.",
        compute=lambda p: agreement.pearson(*_scores(p)),
        kind="correlation",
        paired=Paired("score", _labelled_scores),
    ),
    "spearman": _of_whole(
        title="Spearman",
        short="Spearman",
        phrase="Spearman's correlation",
        definition="Spearman's correlation with the gold scores.",
        compute=lambda p: agreement.spearman(*_scores(p)),
        kind="correlation",
    ),
    "mse": _of_whole(
        title="MSE",
        short="MSE",
        phrase="the mean squared error",
        definition="the mean squared distance from the gold scores; less is better.",
        compute=lambda p: agreement.mean_squared_error(*_scores(p)),
        kind="error",
        better="lower",
        constant=lambda p: _variance(_scores(p)[0]),
    ),
    "mae": _of_whole(
        title="MAE",
        short="",
        phrase="the mean absolute error",
        definition="the mean distance from the gold scores; less is better.",
        compute=lambda p: agreement.mean_absolute_error(*_scores(p)),
        kind="error",
        better="lower",
        constant=lambda p: _error_of_mean(_scores(p)[0]),
    ),
    "pearson_all_nodes": _of_all_nodes(
        title="Pearson, all nodes",
        short="",
        phrase="Pearson's correlation over all nodes",
        definition="Pearson's correlation with the gold scores of all labelled nodes.",
        compute=lambda p: agreement.pearson(*p.all_nodes),
        kind="correlation",
    ),
    "spearman_all_nodes": _of_all_nodes(
        title="Spearman, all nodes",
        short="",
        phrase="Spearman's correlation over all nodes",
        definition="Spearman's correlation with the gold scores of all labelled nodes.",
        compute=lambda p: agreement.spearman(*p.all_nodes),
        kind="correlation",
    ),
    "mse_all_nodes": _of_all_nodes(
        title="MSE, all nodes",
        short="MSE nodes",
        phrase="the mean squared error of all nodes",
        definition="the mean squared distance from the gold scores of all labelled nodes; less is better.",
        compute=lambda p: agreement.mean_squared_error(*p.all_nodes),
        kind="error",
        better="lower",
        constant=lambda p: _variance(p.all_nodes[0]),
        paired=Paired("squared_errors", lambda errors, gold, classes: (errors, np.asarray(gold["nodes"]))),
    ),
    "mae_all_nodes": _of_all_nodes(
        title="MAE, all nodes",
        short="",
        phrase="the mean absolute error of all nodes",
        definition="the mean distance from the gold scores of all labelled nodes; less is better.",
        compute=lambda p: agreement.mean_absolute_error(*p.all_nodes),
        kind="error",
        better="lower",
        constant=lambda p: _error_of_mean(p.all_nodes[0]),
    ),
}
"""The metrics of scores by name, in the order of tables."""
