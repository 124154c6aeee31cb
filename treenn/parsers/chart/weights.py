"""A network's weights in 8 bits: what a parser's folder holds of them."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

_LARGEST = 127
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
