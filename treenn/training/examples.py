"""The training examples of a run, by batch, with their weights and soft targets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from treenn.training.distillation import FloatArray
from treenn.training.spans import with_spans


class TrainingBatch(NamedTuple):
    """A batch.

    Args:
        numbers: the number of each example in train; phrases drawn of a sentence have its number.
        examples: the examples.
        weights: the factor of each example's loss; None for 1 each.
        targets: teachers' class probabilities at the nodes of each example; None without distillation.
    """

    numbers: Sequence[int]
    examples: Sequence[Any]
    weights: Sequence[float] | None
    targets: Sequence[FloatArray] | None


@dataclass(frozen=True)
class TrainingExamples:
    """The examples of train.

    Args:
        examples: the examples, as `Task.table` returns them.
        weights: the factor of each example's loss; empty for 1 each.
        targets: teachers' class probabilities at the nodes of each example; empty without distillation.
        draws_phrases: whether phrases of each sentence are drawn in every epoch (`treenn.training.spans`).
    """

    examples: Sequence[Any]
    weights: Sequence[float]
    targets: Sequence[FloatArray]
    draws_phrases: bool

    def batch(self, indices: list[int], generator: np.random.Generator) -> TrainingBatch:
        """The batch of the examples with these indices."""
        numbers, examples = self._read(indices, generator)
        weights = [self.weights[number] for number in numbers] if self.weights else None
        targets = [self.targets[number] for number in numbers] if self.targets else None
        return TrainingBatch(numbers, examples, weights, targets)

    def _read(self, indices: list[int], generator: np.random.Generator) -> tuple[Sequence[int], Sequence[Any]]:
        batch = getattr(self.examples, "batch", None)
        examples = [self.examples[index] for index in indices] if batch is None else batch(indices)
        if not self.draws_phrases:
            return indices, examples
        drawn = [list(with_spans(tree, generator)) for tree in examples]
        numbers = [number for number, trees in zip(indices, drawn, strict=True) for _ in trees]
        return numbers, [tree for trees in drawn for tree in trees]
