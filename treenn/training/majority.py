"""Comparison on dev of a trained model with the majority class of train."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from treebanks import AnyTreebank
from treenn.evaluation.metrics import METRICS
from treenn.models.task import Task
from treenn.training.run_results import MajorityClass

_ACCURACIES = ("root", "all_nodes")


def compare_with_majority(treebank: AnyTreebank, task: Task, metric: str, value: float | None) -> MajorityClass | None:
    """Evaluate train's majority class on dev. Returns None without classes or labels, or without accuracy as metric.

    Args:
        treebank: the treebank.
        task: its task.
        metric: the metric that selected the model.
        value: the model's value on dev.
    """
    if metric not in _ACCURACIES or task.classes is None or value is None:
        return None
    roots_only = METRICS[metric].level == "root"
    train, dev = (_count(task, examples, roots_only) for examples in (treebank.train, treebank.splits["dev"]))
    if not (train and dev):
        return None
    label, _ = train.most_common(1)[0]
    return MajorityClass(metric, task.classes[label], dev[label] / dev.total(), value)


def _count(task: Task, examples: Sequence[Any], roots_only: bool) -> Counter[int]:
    units = (task.unit_labels(example, roots_only=roots_only) for example in examples)
    return Counter(label for labels in units for label in (labels[-1:] if roots_only else labels) if label >= 0)
