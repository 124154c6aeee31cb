"""Whether networks are computed by the kernels of `treenn.kernels`, which need Numba.

They are, for float32 on the CPU, if Numba is installed; with `TREENN_KERNELS=torch` in the environment, or without
Numba, torch's operations are used.
"""

from __future__ import annotations

import os
import sys
from functools import cache
from importlib.util import find_spec

import torch
from torch import Tensor

from treenn.trees.errors import InputError

VARIABLE = "TREENN_KERNELS"
"""The environment variable that selects them."""

_CHOICES = ("numba", "torch")


def compiles(*tensors: Tensor, training: bool) -> bool:
    """True if kernels are installed, not disabled, and can read these tensors.

    Args:
        tensors: the tensors.
        training: whether gradients are needed. Loading Numba takes half a second, so prediction uses the kernels only
            in a process that has loaded it.

    Raises:
        InputError: if the environment variable `TREENN_KERNELS` has another value than numba or torch, or requires
            Numba and it is not installed.
    """
    return (
        kernels_enabled(os.environ.get(VARIABLE))
        and (training or "numba" in sys.modules)
        # A subclass, as of a tensor without data, has no memory that a kernel could read.
        and all(type(t) in (Tensor, torch.nn.Parameter) for t in tensors)
        and all(t.dtype == torch.float32 and t.device.type == "cpu" for t in tensors)
    )


@cache
def kernels_enabled(choice: str | None = None) -> bool:
    """True if kernels are used.

    Args:
        choice: the value of `TREENN_KERNELS`; if None, they are used if Numba is installed (default: None).

    Raises:
        InputError: if the value is unknown, or Numba is required and not installed.
    """
    if choice is not None and choice not in _CHOICES:
        raise InputError(f"{VARIABLE} is {choice!r} in the environment; must be {' or '.join(_CHOICES)}")
    installed = find_spec("numba") is not None
    if choice == "numba" and not installed:
        remedy = "install it by python -m pip install 'treenn[fast]'"
        raise InputError(f"{VARIABLE} is 'numba' in the environment, but Numba is not installed; {remedy}")
    return installed and choice != "torch"
