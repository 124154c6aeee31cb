"""The validation split of early stopping."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from sklearn.model_selection import train_test_split

from treenn.trees.errors import InputError, argument


def hold_out(indices: Sequence[int], strata: Sequence[Any], fraction: float, seed: int) -> tuple[list[int], list[int]]:
    """Split examples into those to fit and a validation split, stratified by class if possible.

    Args:
        indices: the examples.
        strata: the class of each example, None without a class; such examples are not used for validation.
        fraction: the fraction of the validation split.
        seed: the seed.

    Raises:
        InputError: if there are too few examples.
    """
    candidates = [index for index in indices if strata[index] is not None]
    others = [index for index in indices if strata[index] is None]
    classes = [strata[index] for index in candidates]
    counts = Counter(classes)
    held = -int(-fraction * len(candidates) // 1)
    is_stratified = min(counts.values(), default=0) > 1 and len(counts) <= min(held, len(candidates) - held)
    if not 0 < held < len(candidates):
        raise InputError(
            f"{argument('validation_fraction')} {fraction}: {len(candidates)} examples cannot be split; must have two "
            f"or more, or {argument('early_stopping', False)}"
        )
    fitted, validation = train_test_split(
        candidates, test_size=held, random_state=seed, stratify=classes if is_stratified else None
    )
    return sorted([*fitted, *others]), validation
