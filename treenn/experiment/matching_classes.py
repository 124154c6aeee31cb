"""Matching of a treebank's classes with a model's by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from treebanks import AnyTreebank, Pair
from treenn.evaluation.predictions import PairPredictions, Predictions
from treenn.models.network import Network
from treenn.trees.errors import InputError


def with_classes_of(network: Network, treebank: AnyTreebank, split: str, model: str) -> AnyTreebank:
    """A split of a treebank, with its labels as indices of a model's classes.

    Classes are matched by name. If one side has only the numbers `0`, `1`, ... as names, and both have equally many
    classes, they are matched by position.

    Args:
        network: the model.
        treebank: the treebank.
        split: the split, the only one of the result.
        model: the model's name in messages.

    Raises:
        InputError: if the treebank is for another task, or has a class that the model lacks.
    """
    task = treebank.task or treebank.default_task
    if network.task.name != task:
        raise InputError(
            f"the task of this model is {network.task.name}: must be {task}, as of {treebank.name}", source=model
        )
    examples: Sequence[Any] = treebank.splits[split]
    data: Any = treebank  # of examples of any kind
    one: AnyTreebank = replace(data, splits={split: examples})
    theirs, own = network.classes, treebank.classes
    if own is None or theirs is None or tuple(own) == theirs:
        return one
    if _match_by_position(own, theirs):
        return replace(one, classes=theirs)
    check_known(own, theirs, f"of {treebank.name}", model)
    index = [theirs.index(name) for name in own]
    labelled: AnyTreebank = replace(
        data, classes=theirs, splits={split: [_relabelled(each, index) for each in examples]}
    )
    return labelled


def check_same_classes(network: Network, other: Network, name: str, other_name: str) -> None:
    """Validate that two models have the same task and the same classes, in any order.

    Args:
        network: the model.
        other: the other model.
        name: the model's name in messages.
        other_name: the other model's name.

    Raises:
        InputError: if they are not.
    """
    if network.task.name != other.task.name:
        raise InputError(
            f"the task of this model is {network.task.name}: must be {other.task.name}, as of {other_name}", source=name
        )
    own, wanted = network.classes or (), other.classes or ()
    if sorted(own) != sorted(wanted) and not _match_by_position(own, wanted):
        listed = ", ".join(map(repr, wanted))
        raise InputError(
            f"the classes of this model are {', '.join(map(repr, own))}: must be {listed}, as of {other_name}",
            source=name,
        )


def in_order_of(predictions: Any, classes: Sequence[str] | None, wanted: Sequence[str] | None) -> Any:
    """Reorder the classes of predictions. Predictions are unchanged if classes are matched by position.

    Args:
        predictions: `Predictions` or `PairPredictions`.
        classes: their classes in their order; None for scores.
        wanted: the same classes in the order of the result.
    """
    if classes is None or wanted is None or list(classes) == list(wanted) or _match_by_position(classes, wanted):
        return predictions
    places = [list(classes).index(name) for name in wanted]
    probabilities, index = predictions.probabilities[:, places], np.argsort(places)
    if isinstance(predictions, PairPredictions):
        return PairPredictions(index[predictions.targets], probabilities, scale=predictions.scale)
    labels = np.where(predictions.labels < 0, predictions.labels, index[np.maximum(predictions.labels, 0)])
    return Predictions.of(labels, probabilities, predictions.sizes, scale=predictions.scale)


def check_known(names: Sequence[str], classes: Sequence[str], place: str, model: str) -> None:
    """Validate that names are among a model's classes.

    Args:
        names: the names.
        classes: the model's classes.
        place: the place of the names, in the message.
        model: the model's name.

    Raises:
        InputError: if a name is not.
    """
    unknown = [name for name in names if name not in classes]
    if unknown:
        listed = ", ".join(map(repr, unknown[:5])) + (f" and {len(unknown) - 5} more" if len(unknown) > 5 else "")
        wanted = f"must be one of {', '.join(map(repr, classes))}"
        raise InputError(f"class {listed} {place} is unknown to this model: {wanted}", source=model)


def _match_by_position(own: Sequence[str], theirs: Sequence[str]) -> bool:
    """Return True if both have equally many classes, and the classes of one have no names but their numbers."""
    return len(own) == len(theirs) and (_are_numbers(own) or _are_numbers(theirs))


def _are_numbers(classes: Sequence[str]) -> bool:
    """Return True if the classes have no names but their numbers."""
    return list(classes) == [str(number) for number in range(len(classes))]


def _relabelled(example: Any, index: Sequence[int]) -> Any:
    if isinstance(example, Pair):
        return replace(example, target=index[int(example.target)])
    return example.map_labels(lambda label: None if label is None else index[label])
