"""8-bit quantization of a network's weights, for the parser's folder."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

_LARGEST = 127
_SCALE = ".scale"


def quantize(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Quantize weights: vectors to half precision, matrices to 8-bit integers with one scale per row.

    A row's scale is its largest magnitude / 127, in bfloat16, whose precision suffices to make quantization idempotent:
    quantizing the result of `dequantize` changes nothing.

    >>> dequantize(quantize({"rows": torch.tensor([[127.0, -1.0, 0.3], [0.0, 0.0, 0.0]])}))["rows"].tolist()
    [[127.0, -1.0, 0.0], [0.0, 0.0, 0.0]]
    """
    packed: dict[str, Tensor] = {}
    for name, tensor in weights.items():
        if tensor.dim() < 2:
            packed[name] = tensor.half()
            continue
        scale = (tensor.abs().amax(dim=1, keepdim=True) / _LARGEST).bfloat16()
        packed[name] = (tensor / scale.float()).nan_to_num_().round_().to(torch.int8)  # a row of zeros has the scale 0
        packed[name + _SCALE] = scale
    return packed


def dequantize(packed: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Restore the weights from the result of `quantize`, up to rounding."""
    return {
        name: tensor.float() * packed[name + _SCALE].float() if name + _SCALE in packed else tensor.float()
        for name, tensor in packed.items()
        if not name.endswith(_SCALE)
    }
