"""Helpers of `reset_parameters` and `extra_repr`, shared by cells, sequence networks and encoders."""

from __future__ import annotations

import torch
from torch import nn

DeviceLike = torch.device | str | None
"""The argument `device` of a constructor; None is torch's default device."""


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


def sizes_repr(input_size: int, hidden_size: int, **options: object) -> str:
    """The text of `extra_repr`: the sizes, then the options that are not None, False or 0.

    >>> sizes_repr(4, 3, cell_dropout=0.0, tbptt_steps=5)
    'input_size=4, hidden_size=3, tbptt_steps=5'
    """
    sizes: dict[str, object] = {"input_size": input_size, "hidden_size": hidden_size}
    return ", ".join(f"{name}={value!r}" for name, value in (sizes | {k: v for k, v in options.items() if v}).items())
