"""What training asks of a treebank of trees and of one of pairs: which network, which epoch is the best."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from treebanks import PairTreebank, Treebank
from treenn.evaluation.pair_predictions import PairPredictions, predict_pairs
from treenn.evaluation.predictions import Predictions, predict
from treenn.models.building import MakeHead, build, node_head
from treenn.models.names import DEPENDENCY_ENCODERS
from treenn.models.network import Network
from treenn.models.pair_folder import build_pairs, pair_head
from treenn.models.settings import Settings
from treenn.training.data import check_labels, criterion
from treenn.trees.errors import InputError, argument


@dataclass(frozen=True)
class Task:
    """What differs between kinds of treebanks.

    Args:
        build: a new network, from a vocabulary and word vectors.
        predict: what a network says of examples of the treebank.
        criterion: the metric on dev that says which epoch is the best.
    """

    build: Callable[..., Network]
    predict: Callable[[Any, Sequence[Any]], Predictions | PairPredictions]
    criterion: str


def task_of(treebank: Treebank | PairTreebank, settings: Settings) -> Task:
    """What is to be done on a treebank.

    Raises:
        InputError: where it has not what the settings ask for.
    """
    for split in ("train", "dev"):
        treebank.trees(split)
    if isinstance(treebank, PairTreebank):
        _check_pairs(treebank, settings)
        n_classes = None if treebank.classes is None else len(treebank.classes)
        best = "pearson" if treebank.classes is None else "root"
        return Task(partial(build_pairs, settings, n_classes), predict_pairs, best)
    if settings.model in DEPENDENCY_ENCODERS:
        raise InputError(f"{argument('model')} {settings.model}: needs dependency trees, but {treebank.name} has none")
    check_labels(treebank, settings)
    ask = partial(predict, roots_only=not _has_labels_below(treebank))
    return Task(partial(build, settings, len(treebank.classes)), ask, criterion(settings))


def head_of(treebank: Treebank | PairTreebank) -> MakeHead:
    """From settings to what reads the states of a network for this treebank."""
    if isinstance(treebank, PairTreebank):
        return partial(pair_head, classes=None if treebank.classes is None else len(treebank.classes))
    return partial(node_head, classes=len(treebank.classes))


def _has_labels_below(treebank: Treebank) -> bool:
    """Whether any node below a root is labelled."""
    trees = (tree for split in treebank.splits for tree in treebank.trees(split))
    return any(label is not None for tree in trees for label in tree.labels[:-1])


def _check_pairs(treebank: PairTreebank, settings: Settings) -> None:
    if settings.supervision == "spans":
        raise InputError(f"{argument('supervision')} spans: only a whole pair of {treebank.name} has a target")
    for split, pairs in treebank.splits.items():
        if not pairs:
            raise InputError(f"split {split!r} of treebank {treebank.name} has no pair")
        if settings.model in DEPENDENCY_ENCODERS and any(pair.dependencies is None for pair in pairs):
            raise InputError(
                f"{argument('model')} {settings.model}: needs dependency trees, but {treebank.name} has none"
            )
    for split in treebank.splits:
        _check_targets(treebank, split)


def _check_targets(treebank: PairTreebank, split: str) -> None:
    """Compare the pairs' targets with the classes, or with the scale."""
    count = None if treebank.classes is None else len(treebank.classes)
    for index, pair in enumerate(treebank.splits[split]):
        if not (1 <= pair.target <= 5 if count is None else pair.target in range(count)):
            wanted = "1 to 5" if count is None else f"a class number, 0 to {count - 1}"
            raise InputError(f"target {pair.target} of pair {index} of {treebank.name} {split}: must be {wanted}")
