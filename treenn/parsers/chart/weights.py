"""Networks' weights in 8 bits, and their word vectors as one table: what a parser's folder holds of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

_LARGEST = 127

_RANK = 116
"""Of the word vectors of several networks: what three of them in 10 MB have room for."""

_SCALE = ".scale"


def pack(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Weights as they are saved: vectors in half precision, matrices as whole numbers of 8 bits.

    Each row of a matrix has a scale of its own: its largest number is 127 or -127 times that. The scales are bfloat16:
    so near the row's own that 127 stays 127, and packing what `unpack` gives changes nothing.

    >>> unpack(pack({"rows": torch.tensor([[127.0, -1.0, 0.3], [0.0, 0.0, 0.0]])}))["rows"].tolist()
    [[127.0, -1.0, 0.0], [0.0, 0.0, 0.0]]
    """
    packed: dict[str, Tensor] = {}
    for name, tensor in weights.items():
        if tensor.dim() < 2:
            packed[name] = tensor.half()
            continue
        scale = (tensor.abs().amax(dim=1, keepdim=True) / _LARGEST).bfloat16()
        packed[name] = (tensor / scale.float()).nan_to_num_().round_().to(torch.int8)  # a row of zeros has no scale
        packed[name + _SCALE] = scale
    return packed


def unpack(packed: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The weights that `pack` was given, rounded."""
    return {
        name: tensor.float() * packed[name + _SCALE].float() if name + _SCALE in packed else tensor.float()
        for name, tensor in packed.items()
        if not name.endswith(_SCALE)
    }


def share_words(tables: Sequence[Tensor]) -> tuple[Tensor, list[Tensor]]:
    """Several networks' word vectors as one table, and the map from it to each network's own.

    Networks that start from the same pretrained vectors end with vectors that differ little: side by side they are all
    but of low rank. This is the best table of that rank (Eckart and Young, *The Approximation of One Matrix by Another
    of Lower Rank*, Psychometrika 1936).

    Shape: of each table `(words, x)`; of the one `(words, r)`, r at most 116, and of each map `(r, x)`.
    """
    left, sizes, right = torch.linalg.svd(torch.cat(list(tables), dim=1), full_matrices=False)
    maps = right[:_RANK].split([table.shape[1] for table in tables], dim=1)
    return (left[:, :_RANK] * sizes[:_RANK]).contiguous(), [found.contiguous() for found in maps]
