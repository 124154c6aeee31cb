"""Weights in safetensors files, which are untrusted and validated before use."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from treenn.trees import InputError

NAME = "model.safetensors"
"""The name of the weight file in a folder."""

_FLOATS = (torch.float16, torch.bfloat16, torch.float32, torch.float64)


def check_shapes(path: Path, expected: Mapping[str, Tensor]) -> None:
    """Compare the header of a file with the tensors of a network, which may be on the device `meta`.

    Only the header is read, so a network of absurd sizes is refused before allocation.

    Args:
        path: the file.
        expected: the tensors by name; the file may have others.

    Raises:
        InputError: if the file is no safetensors file, or a tensor is missing or has another shape.
    """
    shapes = read_shapes(path)
    for name, tensor in expected.items():
        if name not in shapes:
            raise InputError(f"{name} is missing; these are the weights of another network", source=path)
        if shapes[name] != (wanted := tuple(tensor.shape)):
            raise InputError(
                f"{name} has the shape {_shown(shapes[name])}; config.json and vocabulary.json give {_shown(wanted)}",
                source=path,
            )


def read_shapes(path: Path) -> dict[str, tuple[int, ...]]:
    """The shape of each tensor in a file, from its header.

    Raises:
        InputError: if this is no safetensors file.
    """
    if not path.is_file():  # a pipe would block
        raise InputError("there is no such weight file", source=path)
    try:
        with safe_open(path, framework="pt") as file:
            return {name: tuple(file.get_slice(name).get_shape()) for name in file.keys()}  # noqa: SIM118
    except (OSError, RuntimeError, ValueError, MemoryError, SafetensorError) as error:
        raise _unreadable(path, error) from error


def read_weights(path: Path, expected: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Read the tensors of a file, converted to the dtypes of the network.

    Args:
        path: the file.
        expected: the tensors of the network by name, which may be on the device `meta`.

    Returns:
        The tensors by name.

    Raises:
        InputError: as `check_shapes`, and if there is an unexpected tensor, one of another kind of dtype, or one with a
            NaN or infinite number.
    """
    check_shapes(path, expected)
    if unexpected := read_shapes(path).keys() - expected.keys():
        raise InputError(
            f"{min(unexpected)[:100]!r} is not expected; these are the weights of another network", source=path
        )
    try:
        with safe_open(path, framework="pt") as file:
            weights = {name: _converted(file.get_tensor(name), name, tensor, path) for name, tensor in expected.items()}
    except (OSError, RuntimeError, MemoryError, SafetensorError) as error:
        raise _unreadable(path, error) from error
    refuse_non_finite(path, weights)
    return weights


def refuse_non_finite(path: Path, weights: Mapping[str, Tensor]) -> None:
    """Refuse weights with a NaN or infinite number.

    Raises:
        InputError: names the file and the tensor.
    """
    for name, tensor in weights.items():
        if tensor.is_floating_point() and not tensor.isfinite().all():
            dtype = str(tensor.dtype).removeprefix("torch.")
            raise InputError(
                f"{name} has a NaN or infinite number (in {dtype}); the model must be trained again", source=path
            )


def _converted(tensor: Tensor, name: str, expected: Tensor, path: Path) -> Tensor:
    fits = tensor.dtype in _FLOATS if expected.is_floating_point() else tensor.dtype == expected.dtype
    if not fits:
        raise InputError(f"{name} is of dtype {tensor.dtype}; must be {expected.dtype}", source=path)
    return tensor.to(expected.dtype)


def _unreadable(path: Path, error: Exception) -> InputError:
    return InputError(f"these weights cannot be read: {str(error).strip().split(chr(10))[0]}", source=path)


def _shown(shape: tuple[int, ...]) -> str:
    """A shape in messages.

    >>> _shown((3, 4))
    '3 x 4'
    """
    return " x ".join(map(str, shape)) or "of one number"
