"""`TensorBatch`: the base of batches, whose tensors are moved to a device together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

import torch
from torch import Tensor


@dataclass(frozen=True)
class TensorBatch:
    """The base of batches: frozen dataclasses with tensors, and with other batches, as fields.

    >>> @dataclass(frozen=True)
    ... class Points(TensorBatch):
    ...     names: tuple[str, ...]
    ...     x: Tensor
    >>> Points(("a", "b"), torch.ones(2)).to("meta").x.device
    device(type='meta')
    """

    on_cpu: ClassVar[tuple[str, ...]] = ()
    """The fields that stay on the CPU."""

    def to(self, device: torch.device | str, *, non_blocking: bool = True) -> Self:
        """Returns the batch with its tensors on a device."""
        return self.map_tensors(lambda tensor: tensor.to(device, non_blocking=non_blocking))

    def pin_memory(self) -> Self:
        """Returns the batch with its tensors in page-locked memory, as `DataLoader(pin_memory=True)` calls it."""
        return self.map_tensors(Tensor.pin_memory)

    def map_tensors(self, function: Callable[[Tensor], Tensor]) -> Self:
        """Returns the batch with `function(tensor)` for each tensor that does not stay on the CPU."""
        parts = {name: value for name, value in vars(self).items() if name not in self.on_cpu}
        changed: dict[str, Any] = {name: function(value) for name, value in parts.items() if isinstance(value, Tensor)}
        for name, value in parts.items():
            if isinstance(value, TensorBatch):
                changed[name] = value.map_tensors(function)
        return replace(self, **changed)
