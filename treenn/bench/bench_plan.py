"""Options of `treenn bench`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from treenn.bench.steps import RECURRENT, Precision
from treenn.models.names import ENCODERS
from treenn.trees.arguments import Count, Device, check_fields
from treenn.trees.errors import InputError, argument


@dataclass(frozen=True)
class BenchPlan:
    """The encoders, batch sizes and device of a benchmark.

    Args:
        cells: names of `ENCODERS` (default: all). torch's recurrent networks are always measured too.
        batch_sizes: trees per training step.
        steps: number of timed steps per batch size.
        dedup: compute each distinct subtree of a batch once in training.
        device: `"cpu"` or `"cuda"`.
        precision: the dtype of matrix products in training, as in `Settings`.
        prediction_batch: trees per prediction batch.

    Raises:
        InputError: if a cell is unknown or repeated, a number is not positive, or no GPU is available for `cuda`.
    """

    cells: Sequence[str] = ()
    batch_sizes: Sequence[Count] = (25, 256)
    steps: Count = 20
    dedup: bool = True
    device: Device = "cpu"
    precision: Precision = "float32"
    prediction_batch: Count = 4000

    def __post_init__(self) -> None:
        check_fields(self)
        for cell in self.cells:
            if cell not in ENCODERS:
                raise InputError(f"{argument('cells')} {cell}: must be one of {', '.join(ENCODERS)}")
        if len(set(self.cells)) < len(self.cells):
            raise InputError(f"{argument('cells')} {','.join(self.cells)}: must name each cell once")
        if self.device == "cuda" and not torch.cuda.is_available():
            raise InputError(f"{argument('device')} cuda: there is no GPU on this machine; must be cpu")

    @property
    def encoders(self) -> tuple[str, ...]:
        """Names of the tree encoders to measure."""
        return tuple(self.cells or ENCODERS)

    @property
    def contenders(self) -> tuple[str, ...]:
        """Names of all networks to train: the tree encoders and torch's recurrent networks."""
        return (*self.encoders, *RECURRENT)
