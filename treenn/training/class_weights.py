"""Class weights in the loss, for unbalanced training data."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import torch
from torch import Tensor

from treebanks import AnyTreebank
from treenn.models.settings import Settings
from treenn.models.task import Task
from treenn.training.spans import SPANS
from treenn.trees.errors import InputError, argument


def class_weights(treebank: AnyTreebank, task: Task, settings: Settings) -> Tensor | None:
    """The weights that `settings.class_weights` selects; None for equal weights.

    `balanced` is n / (k · count) for each of the k classes that occur among the n labelled units of the loss, as
    scikit-learn's `compute_class_weight`. Phrases are counted by their expected number under `supervision="spans"`. A
    class that does not occur has weight 1.

    Shape: `(classes,)`.

    Raises:
        InputError: if the task has no classes, or does not support weights.
    """
    if settings.class_weights == "none":
        return None
    if task.classes is None or not task.weighs_classes:
        reason = "no classes" if task.classes is None else f"task {task.name}, which does not weigh classes"
        name = argument("class_weights")
        raise InputError(f"{name} {settings.class_weights}: {treebank.name} has {reason}; must be none")
    counts: dict[int, float] = defaultdict(float)
    for example in treebank.train:
        for label, expected in _labels(task, example, settings.supervision):
            counts[label] += expected
    balanced = sum(counts.values()) / len(counts)
    return torch.tensor([balanced / counts.get(label, balanced) for label in range(len(task.classes))])


def _labels(task: Task, example: object, supervision: str) -> Iterator[tuple[int, float]]:
    """The classes of an example's labelled units in the loss, with their expected number in an epoch."""
    *below, whole = task.unit_labels(example, roots_only=supervision == "roots")
    labelled = [label for label in below if label >= 0]
    sampled = SPANS / len(labelled) if supervision == "spans" and labelled else 1
    yield from ((label, sampled) for label in labelled)
    if whole >= 0:
        yield whole, 1
