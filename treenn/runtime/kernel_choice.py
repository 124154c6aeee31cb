"""Whether networks are computed by the kernels of `treenn.kernels`, which need Numba or Triton.

`TREENN_KERNELS` in the environment selects them: `numba`, for float32 on the CPU, the default if Numba is installed;
`triton`, for a Tree-LSTM of float32 on a GPU besides; `torch`, none, but torch's operations.
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

_EXTRAS = {"numba": "fast", "triton": "triton"}
_CHOICES = ("numba", "triton", "torch")


def uses_numba(*tensors: Tensor, training: bool) -> bool:
    """True if the kernels of Numba are installed, not disabled, and can read these tensors.

    Args:
        tensors: the tensors.
        training: whether gradients are needed. Loading Numba takes half a second, so prediction uses the kernels only
            in a process that has loaded it.

    Raises:
        InputError: if `TREENN_KERNELS` has another value, or selects a package that is not installed.
    """
    return numba_enabled() and (training or "numba" in sys.modules) and _are_plain(tensors, "cpu")


def uses_triton(*tensors: Tensor) -> bool:
    """True if the kernels of Triton are selected and can read these tensors.

    Raises:
        InputError: as `uses_numba`.
    """
    interpreted = os.environ.get("TRITON_INTERPRET") == "1"
    return _choice(os.environ.get(VARIABLE)) == "triton" and _are_plain(tensors, "cpu" if interpreted else "cuda")


def numba_enabled() -> bool:
    """True if the kernels of Numba are installed and not disabled.

    Raises:
        InputError: as `uses_numba`.
    """
    return _choice(os.environ.get(VARIABLE)) != "torch" and _is_installed("numba")


def _are_plain(tensors: tuple[Tensor, ...], device: str) -> bool:
    # A subclass, as of a tensor without data, has no memory that a kernel could read.
    return all(
        type(each) in (Tensor, torch.nn.Parameter) and each.dtype == torch.float32 and each.device.type == device
        for each in tensors
    )


@cache
def _choice(choice: str | None) -> str | None:
    if choice is not None and choice not in _CHOICES:
        raise InputError(f"{VARIABLE} is {choice!r} in the environment; must be {', '.join(_CHOICES[:-1])} or torch")
    if choice in _EXTRAS and not _is_installed(choice):
        remedy = f"install it by python -m pip install 'treenn[{_EXTRAS[choice]}]'"
        raise InputError(f"{VARIABLE} is {choice!r} in the environment, but {choice} is not installed; {remedy}")
    return choice


@cache
def _is_installed(package: str) -> bool:
    return find_spec(package) is not None
