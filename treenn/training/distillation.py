"""Distillation: the class probabilities of trained models at every node, as soft targets of another model.

Hinton, Vinyals and Dean (2015), "Distilling the knowledge in a neural network", at a temperature of 1, with the mean
probability of several teachers. Trees without labels, such as parsed text, are training examples as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt

from treenn.contextual import FrozenVectors
from treenn.runtime.progress import Progress, ignore
from treenn.trees import Tree
from treenn.trees.arguments import Count, check_items, check_list, checked
from treenn.trees.errors import InputError, argument

if TYPE_CHECKING:
    from treebanks import AnyTreebank
    from treenn.models.network import Network
    from treenn.models.settings import Settings

FloatArray: TypeAlias = npt.NDArray[np.floating[Any]]

_PART = 2048
"""The number of trees whose vectors are computed before the teachers predict them."""

_ROUNDING = 0.01  # of half precision, in the sum of a node's probabilities


@checked
def soft_targets(
    teachers: Any, trees: Sequence[Tree], batch_size: Count = 100, progress: Progress = ignore
) -> list[FloatArray]:
    """The mean class probabilities of trained models at every node of each tree, in half precision.

    Args:
        teachers: networks of `treenn.load_model`, with the same classes.
        trees: the trees.
        batch_size: the number of trees in a batch (default: 100).
        progress: called after every batch (default: no report).

    Returns:
        One array per tree.

    Shape: `(nodes, classes)` each, in the order of the tree's node numbers.

    Raises:
        InputError: if there is no teacher or no tree, or the teachers have different classes.
    """
    teachers = check_list("teachers", teachers)
    if not teachers:
        raise InputError(f"{argument('teachers')}: must be one model or more, the list is empty")
    if len({teacher.classes for teacher in teachers}) > 1:
        raise InputError(f"{argument('teachers')}: must all have the same classes")
    targets: list[FloatArray] = []
    for start in range(0, len(trees), _PART):
        part = trees[start : start + _PART]
        _share_vectors(teachers, part, progress)
        total = np.zeros((sum(len(tree.labels) for tree in part), len(teachers[0].classes)), dtype=np.float32)
        for number, teacher in enumerate(teachers):

            def report(done: int, of: int, text: str, before: int = start * len(teachers) + number * len(part)) -> None:
                progress(before + done, len(teachers) * len(trees), "predicting by teachers")

            total += teacher.predict(part, batch_size, progress=report).probabilities / len(teachers)
        ends = np.cumsum([len(tree.labels) for tree in part])[:-1]
        targets += [each.astype(np.float16) for each in np.split(total, ends)]
    return targets


def _share_vectors(teachers: Sequence[Network], trees: Sequence[Tree], progress: Progress) -> None:
    """Let teachers with the same frozen encoder share its vectors, which are computed once and cached on disk.

    Each part of the trees has a file in the cache, so that a command that was stopped goes on with the next part.
    """
    shared: dict[tuple[str, tuple[int, ...]], FrozenVectors] = {}
    for teacher in teachers:
        own = teacher.contextual
        if not isinstance(own, FrozenVectors):
            continue
        key = (own.fingerprint, own.layers)
        if key not in shared:
            own.precompute((tree.words for tree in trees), progress=progress)
            shared[key] = own
        teacher.contextual = shared[key]


def check_soft_targets(
    targets: Sequence[FloatArray], treebank: AnyTreebank, network: Network, settings: Settings
) -> None:
    """Validate that each training tree has a distribution at every node, and that the task learns from them.

    Raises:
        InputError: if a number or a shape differs, a row is no distribution, or the task or the supervision does not
            permit distillation.
    """
    if not targets:
        return
    name, task = argument("soft_targets"), network.task
    if not task.distils or task.classes is None:
        raise InputError(f"{name}: task {task.name} does not learn from probabilities")
    if settings.supervision == "spans":
        raise InputError(f"{argument('supervision')} spans: cannot be combined with {name}; must be nodes or roots")
    check_items("soft_targets", targets, np.ndarray)
    if len(targets) != len(treebank.train):
        raise InputError(f"{name} has {len(targets)} items: must have {len(treebank.train)}, one per training example")
    for number, (tree, rows) in enumerate(zip(treebank.trees("train"), targets, strict=True)):
        wanted = (len(tree.labels), len(task.classes))
        if rows.shape != wanted:
            raise InputError(f"{name}[{number}] has shape {rows.shape}: must be {wanted}, nodes and classes")
        sums = rows.astype(np.float64).sum(axis=1)
        if not ((rows >= 0).all() and (abs(sums - 1) < _ROUNDING).all()):
            raise InputError(f"{name}[{number}]: each row must be a distribution, numbers from 0 with the sum 1")
