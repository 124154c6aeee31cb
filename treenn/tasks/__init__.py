"""Tasks: one class for each kind of data, and the task of a treebank."""

from __future__ import annotations

from treebanks import PairTreebank, Treebank
from treenn.models.task import Task, make_task

__all__ = ["Task", "task_of"]


def task_of(treebank: Treebank | PairTreebank) -> Task:
    """The task that a treebank names, else node classification for trees, and pair classification or relatedness.

    Raises:
        InputError: if the treebank names no task, or has no split train or dev.
    """
    for split in ("train", "dev"):
        treebank.trees(split)
    roots_only = not any(label is not None for label in treebank.labels_below_roots())
    return make_task(treebank.task or treebank.default_task, treebank.classes, roots_only=roots_only)
