"""Comparison on dev of a trained model with the majority class of train."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from treebanks import AnyTreebank
from treenn.evaluation.metrics import METRICS
from treenn.models.task import Task
from treenn.training.run_results import MajorityClass

_ACCURACIES = ("root", "all_nodes")


def compare_with_majority(
    treebank: AnyTreebank, task: Task, metric: str, values: Mapping[str, float | None]
) -> MajorityClass | None:
    """Evaluate train's majority class on dev. Returns None without classes or labels, or without accuracy as metric.

    If all nodes select the model, it is compared at roots, too. The first comparison that the model does not win is
    returned, else that of the metric.

    Args:
        treebank: the treebank.
        task: its task.
        metric: the metric that selected the model.
        values: the model's metrics on dev.
    """
    names = (metric, "root") if metric == "all_nodes" and not task.roots_only else (metric,)
    comparisons = [each for name in names if (each := _compare(treebank, task, name, values.get(name))) is not None]
    return next((each for each in comparisons if not each.is_exceeded), next(iter(comparisons), None))


def _compare(treebank: AnyTreebank, task: Task, metric: str, value: float | None) -> MajorityClass | None:
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
