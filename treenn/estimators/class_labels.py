"""Class labels of any hashable type, and the weights of their examples."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from numbers import Number
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.utils import column_or_1d
from sklearn.utils.class_weight import compute_class_weight
from sklearn.utils.multiclass import check_classification_targets, unique_labels

from treenn.trees.arguments import NonNegative, check
from treenn.trees.errors import InputError, argument

AnyArray = npt.NDArray[Any]


def read_labels(y: Any) -> tuple[list[Hashable], AnyArray]:
    """Read the label of each example and the distinct labels, sorted if they are ordered.

    Texts, numbers and bools are validated by scikit-learn. Other labels may be of any hashable type, such as tuples and
    members of an enumeration; their array has the dtype object.

    Raises:
        ValueError: (scikit-learn's) if y has two dimensions, or is continuous.
        InputError: if a label is None.
    """
    items = list(y.tolist() if hasattr(y, "tolist") else y) if getattr(y, "ndim", 1) == 1 else []
    if any(item is None for item in items):
        raise InputError(f"{argument('y')}[{items.index(None)}] is None: must be a label")
    if not any(isinstance(item, Hashable) and not isinstance(item, str | bytes | Number) for item in items):
        check_classification_targets(y)
        targets = column_or_1d(y, warn=True)
        return targets.tolist(), unique_labels(targets)
    distinct = dict.fromkeys(items)
    try:
        ordered: Sequence[Any] = sorted(distinct)
    except TypeError:
        ordered = list(distinct)
    classes = np.empty(len(ordered), dtype=object)
    for number, label in enumerate(ordered):  # a slice assignment would convert tuples to rows
        classes[number] = label
    return items, classes


def class_names(classes: AnyArray) -> tuple[str, ...]:
    """The names of the classes in a model folder: their texts, or reprs if two texts are equal.

    >>> class_names(np.array([0, 1])), class_names(np.array([1, "1"], dtype=object))
    (('0', '1'), ('1', "'1'"))
    """
    names = tuple(str(label) for label in classes.tolist())
    return names if len(set(names)) == len(names) else tuple(repr(label) for label in classes.tolist())


def class_shares(numbers: Sequence[int | None], weights: Sequence[float], count: int) -> npt.NDArray[np.float64]:
    """The weighted share of each class; equal shares if no example has a class.

    Args:
        numbers: the class number of each example; None for unlabelled ones.
        weights: the weight of each example.
        count: the number of classes.

    Shape: `(count,)`.
    """
    known = [(number, weight) for number, weight in zip(numbers, weights, strict=True) if number is not None]
    totals = np.bincount([number for number, _ in known], [weight for _, weight in known], minlength=count)
    return totals / totals.sum() if totals.any() else np.full(count, 1 / count)


def weigh_classes(
    class_weight: Any, numbers: Sequence[int | None], classes: AnyArray, weights: Sequence[float]
) -> list[float]:
    """Multiply the weights of examples by those of their classes, as scikit-learn's `compute_class_weight`.

    Args:
        class_weight: `"balanced"`, weights by label, or None.
        numbers: the class number of each example; None for unlabelled ones, whose weights are unchanged.
        classes: the labels.
        weights: the weights of the examples.

    Raises:
        InputError: if `class_weight` is something else, or has unknown labels while a label of y has no weight.
    """
    if class_weight is None:
        return list(weights)
    if isinstance(class_weight, str) and class_weight != "balanced":
        raise InputError(f"{argument('class_weight')} {class_weight!r}: must be 'balanced', a dict by label, or None")
    known = [(number, weight) for number, weight in zip(numbers, weights, strict=True) if number is not None and weight]
    of_labels = class_weight if isinstance(class_weight, str) else _by_number(class_weight, classes)
    present = np.unique([number for number, _ in known])
    factors = compute_class_weight(
        of_labels,
        classes=present,
        y=[number for number, _ in known],
        sample_weight=[weight for _, weight in known] if of_labels == "balanced" else None,
    )
    factor = dict(zip(present.tolist(), factors.tolist(), strict=True))
    found = [weight * factor.get(number, 1.0) for number, weight in zip(numbers, weights, strict=True)]
    if not any(found):
        raise InputError(f"{argument('class_weight')}: must not make all weights 0")
    return found


def _by_number(class_weight: Any, classes: AnyArray) -> dict[int, float]:
    given: Mapping[Any, Any] = check("class_weight", class_weight, Mapping[Any, Any])
    labels = classes.tolist()
    unknown = [label for label in given if label not in labels]
    missing = [label for label in labels if label not in given]
    if unknown and missing:
        raise InputError(
            f"{argument('class_weight')} has {unknown[0]!r}, which is no label, but not {missing[0]!r}: must have the "
            "labels of y"
        )
    values = {label: check(f"class_weight[{label!r}]", value, NonNegative) for label, value in given.items()}
    return {number: float(values[label]) if label in values else 1.0 for number, label in enumerate(labels)}
