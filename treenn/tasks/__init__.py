"""Tasks: one class for each kind of data, and the task of a treebank."""

from __future__ import annotations

from treebanks import AnyTreebank
from treenn.models.task import Task, make_task

__all__ = ["Task", "task_of"]


def task_of(treebank: AnyTreebank) -> Task:
    """The task that a treebank declares, else the default task of its examples and its scale.

    Raises:
        InputError: if the declared task does not exist, or the treebank has no split train or dev.
    """
    for split in ("train", "dev"):
        treebank.trees(split)
    roots_only = not any(label is not None for label in treebank.labels_below_roots())
    name, labels = treebank.task or treebank.default_task, (treebank.scale, treebank.score_range)
    return make_task(name, treebank.classes, roots_only=roots_only, scale=labels[0], score_range=labels[1])
