"""Quantization of weights: 8-bit integers with one scale per row, and word vectors as low-rank codes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import torch
from torch import Tensor

from treenn.trees.errors import InputError, argument

SCALE, CODES, BASIS = ".scale", ".codes", ".basis"
"""The suffixes of the parts of a tensor: the scales of its rows, its low-rank codes, and their basis."""

_LARGEST = 127


@dataclass(frozen=True)
class WeightFormat:
    """The storage of weights in a file.

    Args:
        bits: 8, integers with one scale per row, and vectors in half precision; 16, half precision; 32, the weights
            themselves (default: 32).
        rank: with 8 bits, the rank of the codes of word vectors (default: None, no codes).
        counts: the frequency of words, by which the errors of codes are weighted (default: none, equal weights).
    """

    bits: Literal[8, 16, 32] = 32
    rank: int | None = None
    counts: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.bits not in (8, 16, 32):
            raise InputError(f"{argument('bits')} {self.bits}: must be 8, 16 or 32")
        if self.rank is not None and self.rank < 1:
            raise InputError(f"{argument('rank')} {self.rank}: must be 1 or more")
        if self.rank is not None and self.bits != 8:
            raise InputError(f"{argument('rank')} {self.rank}: needs {argument('bits', '8')}")

    def pack(self, weights: Mapping[str, Tensor], tables: Mapping[str, Sequence[str]]) -> dict[str, Tensor]:
        """Convert weights to the tensors of a file.

        Args:
            weights: the weights by name.
            tables: the words of each table of word vectors, by the name of the table.

        Raises:
            InputError: if the rank exceeds the width of a table.
        """
        weights = {name: tensor.contiguous() for name, tensor in weights.items()}
        if self.bits == 32:
            return weights
        if self.bits == 16:
            return {name: t.half() if t.is_floating_point() else t for name, t in weights.items()}
        coded = {name for name in tables if self.rank is not None}
        packed = quantize({name: tensor for name, tensor in weights.items() if name not in coded})
        for name in sorted(coded):
            packed |= self._coded(name, weights[name], tables[name])
        return packed

    def check_width(self, width: int) -> None:
        """Validate that the rank fits word vectors of this width.

        Raises:
            InputError: if it exceeds the width.
        """
        if self.rank is not None and self.rank > width:
            raise InputError(f"{argument('rank')} {self.rank}: must be at most {width}, the width of the word vectors")

    def _coded(self, name: str, table: Tensor, words: Sequence[str]) -> dict[str, Tensor]:
        assert self.rank is not None
        self.check_width(table.shape[1])
        counts = torch.tensor([1.0 + self.counts.get(word, 0) for word in words]) if self.counts else None
        codes, basis = factorize(table, self.rank, counts)
        return {**quantize({name + CODES: codes}), name + BASIS: basis}


SINGLE_PRECISION, EIGHT_BITS = WeightFormat(), WeightFormat(8)


def quantize(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Quantize weights: vectors to half precision, matrices and tables to 8-bit integers with one scale per row.

    A row is a vector along the last dimension. Its scale is its largest magnitude / 127, in bfloat16, whose precision
    suffices to make quantization idempotent: quantizing the result of `dequantize` changes nothing. Integers are
    unchanged.

    >>> packed = quantize({"rows": torch.tensor([[127.0, -1.0, 0.3], [0.0, 0.0, 0.0]])})
    >>> dequantize(packed, ["rows"])["rows"].tolist()
    [[127.0, -1.0, 0.0], [0.0, 0.0, 0.0]]
    """
    packed: dict[str, Tensor] = {}
    for name, tensor in weights.items():
        if not tensor.is_floating_point() or tensor.dim() < 2:
            packed[name] = tensor.half() if tensor.is_floating_point() else tensor
            continue
        scale = (tensor.abs().amax(dim=-1, keepdim=True) / _LARGEST).bfloat16()
        packed[name] = (tensor / scale.float()).nan_to_num_().round_().to(torch.int8)  # a row of zeros has the scale 0
        packed[name + SCALE] = scale
    return packed


def factorize(table: Tensor, rank: int, counts: Tensor | None = None) -> tuple[Tensor, Tensor]:
    """The best approximation of a table by a product of two matrices, under squared errors weighted by row.

    The rows of the basis are the first right singular vectors of the weighted table (Eckart and Young 1936), in half
    precision. The codes are the least-squares solution for this basis, so rounding it costs little.

    Args:
        table: the table. Shape: `(n, d)`.
        rank: the rank, at most d.
        counts: the weight of each row (default: equal weights). Shape: `(n,)`.

    Returns:
        The codes and the basis. Shape: `(n, rank)` and `(rank, d)`.
    """
    rows = table.detach().double()
    weighted = rows if counts is None else rows * counts.double().sqrt().unsqueeze(1)
    vectors = torch.linalg.eigh(weighted.T @ weighted).eigenvectors.flip(1)[:, :rank]  # (d, rank), descending
    largest = vectors.abs().argmax(dim=0, keepdim=True)
    basis = (vectors * vectors.gather(0, largest).sign()).T.half()  # signs independent of the linear algebra library
    codes = rows @ torch.linalg.pinv(basis.double())  # (n, d) (d, rank)
    return codes.to(table.dtype), basis.contiguous()


def dequantize(packed: Mapping[str, Tensor], names: Iterable[str]) -> dict[str, Tensor]:
    """Restore weights from the tensors of a file, up to rounding.

    Args:
        packed: the result of `quantize` or `WeightFormat.pack`.
        names: the names of the weights.

    Returns:
        The weights by name: in single precision if they are stored in 8 bits, else as they are stored.
    """
    return {name: _scaled(name, packed) if name in packed else _decoded(name, packed) for name in names}


def _decoded(name: str, packed: Mapping[str, Tensor]) -> Tensor:
    return _scaled(name + CODES, packed).float() @ _scaled(name + BASIS, packed).float()  # (n, rank) (rank, d)


def _scaled(name: str, packed: Mapping[str, Tensor]) -> Tensor:
    scale = packed.get(name + SCALE)
    return packed[name] if scale is None else packed[name].float() * scale.float()
