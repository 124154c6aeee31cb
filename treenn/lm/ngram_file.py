"""Files of n-gram counts: safetensors, which are untrusted and validated before use."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import save

from treenn.lm.ngram_counts import NGramCounts
from treenn.runtime.arrays import IntArray
from treenn.runtime.weight_file import read_shapes, read_tensors
from treenn.trees.atomic_writing import write_bytes
from treenn.trees.errors import InputError


def write_counts(path: Path, counts: Sequence[NGramCounts]) -> None:
    """Write the n-grams of each order; the keys of order 1 are implied."""
    tensors = {"counts.1": counts[0].counts}
    for n, order in enumerate(counts[1:], start=2):
        tensors |= {f"keys.{n}": order.keys, f"counts.{n}": order.counts.astype(np.int32)}
    write_bytes(path, save(tensors))


def read_counts(path: Path, order: int, words: int) -> list[NGramCounts]:
    """Read the n-grams of each order.

    Args:
        path: the file.
        order: the highest order.
        words: the number of tokens, the start symbol included.

    Raises:
        InputError: if this is no file of n-grams of this order, or its numbers are out of range.
    """
    arrays = {"keys.1": np.arange(words), **_read_arrays(path, order)}
    found, contexts = list[NGramCounts](), 1
    for n in range(1, order + 1):
        found.append(NGramCounts(arrays[f"keys.{n}"], arrays[f"counts.{n}"]))
        _check_order(n, found[-1], contexts * words, path)
        contexts = len(found[-1].keys)
    return found


def _read_arrays(path: Path, order: int) -> dict[str, IntArray]:
    names = ["counts.1", *(f"{part}.{n}" for n in range(2, order + 1) for part in ("keys", "counts"))]
    if read_shapes(path).keys() != set(names):
        raise InputError(f"must have the tensors {', '.join(names)}", source=path)
    tensors = read_tensors(path, names)
    if any(each.dtype not in (torch.int32, torch.int64) or each.ndim != 1 for each in tensors.values()):
        raise InputError("each tensor must have one dimension of whole numbers", source=path)
    return {name: each.numpy().astype(np.int64) for name, each in tensors.items()}


def _check_order(n: int, order: NGramCounts, end: int, path: Path) -> None:
    """Validate the n-grams of one order, which index arrays."""
    keys, counts = order.keys, order.counts
    ascending = len(keys) > 0 and keys[0] >= 0 and keys[-1] < end and bool((np.diff(keys) > 0).all())
    if len(keys) != len(counts) or not ascending or (counts < 0).any():
        raise InputError(
            f"keys.{n} must be ascending numbers from 0 to {end - 1}, each with a count of 0 or more", source=path
        )
