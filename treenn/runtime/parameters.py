"""`SizedModule`: the base of cells, sequence networks and encoders, with sizes, `repr`, reset and dropout."""

from __future__ import annotations

from abc import ABC
from typing import ClassVar

import torch
from torch import nn

DeviceLike = torch.device | str | None
"""The argument `device` of a constructor; None is torch's default device."""


def empty_parameters(device: DeviceLike, dtype: torch.dtype | None, *shapes: tuple[int, ...]) -> list[nn.Parameter]:
    """Returns one uninitialized parameter per shape.

    >>> W, b = empty_parameters("cpu", None, (3, 2), (3,))
    """
    return [nn.Parameter(torch.empty(shape, device=device, dtype=dtype)) for shape in shapes]


class SizedModule(nn.Module, ABC):
    """A module from rows of width `input_size` to rows of width `output_size`.

    Args:
        input_size: width of an input row.
        output_size: width of an output row.

    >>> class Scale(SizedModule):
    ...     options = ("factor",)
    ...     factor = 2.0
    >>> Scale(4, 3)
    Scale(input_size=4, hidden_size=3, factor=2.0)
    """

    options: ClassVar[tuple[str, ...]] = ()
    """The names of the attributes that `repr` shows after the sizes, unless they are None, False, 0 or "default"; an
    option whose name ends in `dropout` is a probability, with which the module is stochastic in training."""

    def __init__(self, input_size: int, output_size: int) -> None:
        super().__init__()
        self.input_size, self.output_size = input_size, output_size

    def extra_repr(self) -> str:
        """Returns the sizes and the options, for `repr`."""
        shown = {"input_size": self.input_size, "hidden_size": self.output_size}
        shown |= {name: value for name in self.options if (value := getattr(self, name)) and value != "default"}
        return ", ".join(f"{name}={value!r}" for name, value in shown.items())

    def reset_parameters(self) -> None:
        """Initialize all parameters again, with the same random draws as the constructor."""
        reset_children(self)
        self.init_parameters()

    def init_parameters(self) -> None:
        """Initialize the module's own parameters, those outside its submodules (default: does nothing)."""

    @property
    def is_stochastic(self) -> bool:
        """True if results currently differ between calls, as in training with dropout; then `pack` must not dedup."""
        if self.training and any(getattr(self, name) for name in self.options if name.endswith("dropout")):
            return True
        return any(each.is_stochastic for each in self.modules() if isinstance(each, SizedModule) and each is not self)


def reset_children(module: nn.Module) -> None:
    """Reset the parameters of all submodules, in the order in which they were registered.

    >>> layers = nn.Sequential(nn.Linear(2, 2), nn.Tanh())
    >>> reset_children(layers)
    """
    for child in module.children():
        reset = getattr(child, "reset_parameters", None)
        if reset is None:
            reset_children(child)
        else:
            reset()
