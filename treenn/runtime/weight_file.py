"""Weights in safetensors files, which are untrusted and validated before use.

A tensor `x` is stored as it is, in 8 bits as `x` and `x.scale`, or as low-rank codes `x.codes`, `x.codes.scale` and
`x.basis` (`treenn.runtime.quantization`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from treenn.runtime.quantization import BASIS, CODES, SCALE, WeightFormat, dequantize
from treenn.trees.atomic_writing import write_bytes
from treenn.trees.errors import InputError

NAME = "model.safetensors"
"""The name of the weight file in a folder."""

_FLOATS = (torch.float16, torch.bfloat16, torch.float32, torch.float64)

_MOST_EXPANDED = 64
"""The maximum ratio of the numbers of a table to those of its codes, so that small files need little memory."""

_ANOTHER = "these are the weights of another network"

Shape = tuple[int, ...]


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
        shape = shapes[name] if name in shapes else _coded_shape(name, shapes, path)
        if shape != (wanted := tuple(tensor.shape)):
            raise InputError(
                f"{name} has the shape {_shown(shape)}; config.json and vocabulary.json give {_shown(wanted)}",
                source=path,
            )


def _coded_shape(name: str, shapes: Mapping[str, Shape], path: Path) -> Shape:
    """The shape of a table stored as low-rank codes.

    Raises:
        InputError: if there is no such table, its parts do not fit, or their rank is too low for its width.
    """
    missing = [name + suffix for suffix in (CODES, BASIS) if name + suffix not in shapes]
    if missing:
        part = missing[0] if len(missing) == 1 else name
        raise InputError(f"{part} is missing; {_ANOTHER}", source=path)
    codes, basis = shapes[name + CODES], shapes[name + BASIS]
    if not len(codes) == len(basis) == 2 or codes[1] != basis[0]:
        raise InputError(
            f"{name}{BASIS} has the shape {_shown(basis)}, and {name}{CODES} {_shown(codes)}; "
            "must be rank x width and words x rank",
            source=path,
        )
    if basis[1] > _MOST_EXPANDED * basis[0]:
        least = -(-basis[1] // _MOST_EXPANDED)
        raise InputError(f"{name}{CODES} has the rank {basis[0]}: must be {least} or more", source=path)
    return codes[0], basis[1]


def read_shapes(path: Path) -> dict[str, Shape]:
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


def read_tensors(path: Path, names: Iterable[str]) -> dict[str, Tensor]:
    """Read tensors of a file as they are stored.

    Raises:
        InputError: if this is no safetensors file, or a tensor is missing.
    """
    try:
        with safe_open(path, framework="pt") as file:
            return {name: file.get_tensor(name) for name in names}
    except (OSError, RuntimeError, MemoryError, SafetensorError) as error:
        raise _unreadable(path, error) from error


def read_weights(path: Path, expected: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Read the tensors of a file, whatever their storage, converted to the dtypes of the network.

    Args:
        path: the file.
        expected: the tensors of the network by name, which may be on the device `meta`.

    Returns:
        The tensors by name.

    Raises:
        InputError: as `check_shapes`, and if there is an unexpected tensor, one of another kind of dtype, one with a
            NaN or infinite number, or scales that do not fit its rows.
    """
    check_shapes(path, expected)
    shapes = read_shapes(path)
    parts = {part: name for name in expected for part in _parts(name, shapes)}
    if unexpected := shapes.keys() - parts.keys():
        raise InputError(f"{min(unexpected)[:100]!r} is not expected; {_ANOTHER}", source=path)
    try:
        stored = read_tensors(path, parts)
        for part, name in parts.items():
            _check_dtype(part, stored, expected[name], path)
        refuse_non_finite(path, stored)
        _check_scales(stored, path)
        weights = {name: tensor.to(expected[name].dtype) for name, tensor in dequantize(stored, expected).items()}
    except (OSError, RuntimeError, MemoryError, SafetensorError) as error:
        raise _unreadable(path, error) from error
    refuse_non_finite(path, weights)
    return weights


def _parts(name: str, shapes: Mapping[str, Shape]) -> list[str]:
    """The names of the parts of a tensor in a file."""
    whole = [name] if name in shapes else [name + CODES, name + BASIS]
    return [*whole, *(part + SCALE for part in whole if part + SCALE in shapes)]


def _check_dtype(part: str, stored: Mapping[str, Tensor], expected: Tensor, path: Path) -> None:
    """Validate the dtype of a part of a tensor.

    Raises:
        InputError: if it is another one, or integers in place of floating-point numbers have no scales.
    """
    dtype, has_scale = stored[part].dtype, part + SCALE in stored
    if dtype == torch.int8 and expected.is_floating_point() and not has_scale:
        raise InputError(f"{part}{SCALE} is missing; {_ANOTHER}", source=path)
    wanted = torch.int8 if has_scale else expected.dtype
    fits = dtype in _FLOATS if wanted.is_floating_point else dtype == wanted
    if not fits or (has_scale and not expected.is_floating_point()):
        raise InputError(f"{part} is of dtype {dtype}; must be {wanted}", source=path)


def _check_scales(stored: Mapping[str, Tensor], path: Path) -> None:
    """Validate the scales of tensors in 8 bits.

    Raises:
        InputError: if there is not one per row, or one is negative.
    """
    scales = {part: stored[part + SCALE] for part in stored if part + SCALE in stored}
    for part, scale in scales.items():
        if scale.shape != (wanted := (*stored[part].shape[:-1], 1)):
            shapes = f"{_shown(tuple(scale.shape))}; must be {_shown(wanted)}, one per row"
            raise InputError(f"{part}{SCALE} has the shape {shapes}", source=path)
        if (scale < 0).any():
            raise InputError(f"{part}{SCALE} has a negative number; must be 0 or more", source=path)


def write_weights(
    path: Path,
    weights: Mapping[str, Tensor],
    weight_format: WeightFormat,
    tables: Mapping[str, Sequence[str]],
    *,
    make_folder: bool = True,
) -> None:
    """Write weights to a file, atomically.

    Args:
        path: the file.
        weights: the weights by name.
        weight_format: their storage.
        tables: the words of each table of word vectors, by the name of the table.
        make_folder: as in `write_bytes` (default: True).

    Raises:
        InputError: if a weight is NaN or infinite, also in the stored precision, or the rank exceeds a table's width.
    """
    refuse_non_finite(path, weights)
    packed = weight_format.pack(weights, tables)
    refuse_non_finite(path, packed)
    write_bytes(path, save(packed), make_folder=make_folder)


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


def _unreadable(path: Path, error: Exception) -> InputError:
    return InputError(f"these weights cannot be read: {str(error).strip().split(chr(10))[0]}", source=path)


def _shown(shape: Shape) -> str:
    """A shape in messages.

    >>> _shown((3, 4))
    '3 x 4'
    """
    return " x ".join(map(str, shape)) or "of one number"
