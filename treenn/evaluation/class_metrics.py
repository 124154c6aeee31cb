"""Metrics of predicted classes: accuracy, F1, and error and agreement of ordinal classes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from treenn.evaluation import agreement
from treenn.evaluation.agreement import Array, Value, accuracy, largest_class, macro_f1
from treenn.evaluation.metric import Columns, Labelling, Metric, Paired, has_inner_labels

if TYPE_CHECKING:
    from treenn.evaluation.predictions import Predictions


def _inner(p: Predictions) -> tuple[Array, Array]:
    return np.where(p.inner, p.labels, -1), p.classes


def _root_polarity(p: Predictions) -> tuple[Array, Array]:
    return p.gold_polarity[p.roots], p.positive[p.roots]


def _labelled(p: Any) -> tuple[Array, Array]:
    """The gold and the predicted classes of the labelled examples. Shape: both `(n,)`."""
    gold, guess = p.whole
    return gold[gold >= 0], guess[gold >= 0]


def _error_of_majority(gold: Array) -> Value:
    """The mean absolute error of the largest class."""
    return agreement.mean_absolute_error(gold, np.full_like(gold, np.bincount(gold).argmax())) if len(gold) else None


def _is_graded(labelling: Labelling) -> bool:
    """Return True for more than two ordinal classes without a negative and a positive side."""
    return len(labelling.classes) > 2 and not _is_signed(labelling)


def _is_signed(labelling: Labelling) -> bool:
    """True if the classes form a scale with a negative and a positive side, finer than these two."""
    return len(labelling.classes) > 2 and any("positive" in name for name in labelling.classes)


def _right_roots(guess: Array, gold: Columns, classes: int) -> tuple[Array, Array]:
    root = np.asarray(gold["root"])
    return guess == root, root >= 0


def _right_sides(guess: Array, gold: Columns, classes: int) -> tuple[Array, Array]:
    root, middle = np.asarray(gold["root"]), (classes - 1) / 2  # of five classes 2; of two 0.5, which no class is
    return guess == (root > middle), (root >= 0) & (root != middle)


CLASS_METRICS: dict[str, Metric] = {
    "root": Metric(
        title="Root",
        short="root",
        phrase="whole sentences",
        definition="the share of sentences whose root gets the right class; of pairs too.",
        compute=lambda p: accuracy(*p.whole),
        reads=("nodes", "pairs"),
        constant=lambda p: largest_class(p.whole[0]),
        paired=Paired("root", _right_roots),
    ),
    "all_nodes": Metric(
        title="All nodes",
        short="all nodes",
        phrase="all nodes",
        definition="the share of labelled nodes, single words included, that get the right class.",
        compute=lambda p: accuracy(p.labels, p.classes),
        level="node",
        constant=lambda p: largest_class(p.labels),
        applies=has_inner_labels,
        paired=Paired("correct_nodes", lambda right, gold, classes: (right, np.asarray(gold["nodes"]))),
    ),
    "inner_nodes": Metric(
        title="Inner nodes",
        short="",
        phrase="inner nodes",
        definition="the same without the single words.",
        compute=lambda p: accuracy(*_inner(p)),
        level="node",
        constant=lambda p: largest_class(_inner(p)[0]),
        applies=has_inner_labels,
    ),
    "root_binary": Metric(
        title="Root, binary",
        short="binary",
        phrase="positive against negative sentences",
        definition="of the sentences whose root is not neutral, the share put on the right side: the model's answer is"
        " positive where its positive classes have more probability together than its negative ones.",
        compute=lambda p: accuracy(*_root_polarity(p)),
        constant=lambda p: largest_class(_root_polarity(p)[0]),
        applies=_is_signed,
        scales=("ordinal",),
        paired=Paired("root_binary", _right_sides),
    ),
    "all_nodes_binary": Metric(
        title="All nodes, binary",
        short="",
        phrase="positive against negative nodes",
        definition="the same over all labelled nodes that are not neutral.",
        compute=lambda p: accuracy(p.gold_polarity, p.positive),
        level="node",
        constant=lambda p: largest_class(p.gold_polarity),
        applies=lambda labelling: _is_signed(labelling) and labelling.below_roots,
        scales=("ordinal",),
    ),
    "macro_f1": Metric(
        title="Macro-F1",
        short="macro-F1",
        phrase="macro-F1",
        definition="F1 of each class over the roots, averaged with the same weight for each class.",
        compute=lambda p: macro_f1(*p.whole),
        reads=("nodes", "pairs"),
    ),
    "macro_f1_all_nodes": Metric(
        title="Macro-F1, all nodes",
        short="",
        phrase="macro-F1 of all nodes",
        definition="the same over all labelled nodes.",
        compute=lambda p: macro_f1(p.labels, p.classes),
        level="node",
        applies=has_inner_labels,
    ),
    "class_error": Metric(
        title="Class MAE",
        short="MAE",
        phrase="the mean absolute error of classes",
        definition="the mean distance of the predicted class of a root from the gold one, in classes; less is better.",
        compute=lambda p: agreement.mean_absolute_error(*_labelled(p)),
        reads=("nodes", "pairs"),
        kind="error",
        better="lower",
        constant=lambda p: _error_of_majority(_labelled(p)[0]),
        applies=_is_graded,
        scales=("ordinal",),
    ),
    "weighted_kappa": Metric(
        title="Weighted κ",
        short="κ",
        phrase="Cohen's weighted κ",
        definition="Cohen's κ of the classes of roots with quadratic weights.",
        compute=lambda p: agreement.weighted_kappa(*_labelled(p)),
        reads=("nodes", "pairs"),
        kind="correlation",
        applies=_is_graded,
        scales=("ordinal",),
    ),
}
"""The metrics of classes by name, in the order of tables."""
