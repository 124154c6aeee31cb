"""What `treenn bench` measures."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from treenn.architectures import ENCODERS
from treenn.bench.steps import RECURRENT
from treenn.trees import InputError


@dataclass(frozen=True)
class Plan:
    """The contenders and the sizes.

    Args:
        cells: names of `ENCODERS`; left empty, all of them. torch's recurrent networks are measured beside them.
        batch_sizes: trees in one training step.
        steps: how many are timed at each size.
        share: compute each distinct subtree of a batch once in training.
        device: `"cpu"` or `"cuda"`.
        prediction_batch: trees that are predicted together.

    Raises:
        InputError: where a cell is not known or named twice, a number is not positive, or torch finds no GPU.
    """

    cells: tuple[str, ...] = ()
    batch_sizes: tuple[int, ...] = (25, 256)
    steps: int = 20
    share: bool = True
    device: str = "cpu"
    prediction_batch: int = 4000

    def __post_init__(self) -> None:
        for cell in self.cells:
            if cell not in ENCODERS:
                raise InputError(f"--cells {cell}: no such cell; there are {', '.join(ENCODERS)}")
        if len(set(self.cells)) < len(self.cells):
            raise InputError(f"--cells {','.join(self.cells)}: name each cell once")
        for name, smallest in (("batch", min(self.batch_sizes)), ("steps", self.steps)):
            if smallest < 1:
                raise InputError(f"--{name} {smallest}: must be 1 or more")
        if self.device not in ("cpu", "cuda"):
            raise InputError(f"--device {self.device}: must be cpu or cuda")
        if self.device == "cuda" and not torch.cuda.is_available():
            raise InputError("--device cuda: torch finds no GPU on this machine; use --device cpu")

    @property
    def encoders(self) -> tuple[str, ...]:
        """The networks over trees."""
        return self.cells or tuple(ENCODERS)

    @property
    def contenders(self) -> tuple[str, ...]:
        """All that is trained."""
        return (*self.encoders, *RECURRENT)
