"""Kernels of the Tree-LSTM with two children for GPUs, in Triton: the gates of a level, and their derivatives.

They are those of `treenn.kernels.tree_lstm`, but the rows of a backward pass read the gradients of their parents. Each
row of a level is one program. On a CPU, Triton's interpreter computes them, if `TRITON_INTERPRET=1` is in the
environment when this module is imported.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import triton
import triton.language as tl
from torch import Tensor

Kernel = TypeVar("Kernel", bound=Callable[..., Any])
_jit: Callable[[Kernel], Kernel] = triton.jit


def forward(z: Tensor, start: int, children: Tensor, masks: Tensor, h: Tensor, c: Tensor) -> None:
    """Overwrite the pre-activations of a level by its gates, and write its h and c."""
    d = h.shape[1]
    arguments = z, start, children, masks, h, c, len(h) - len(children), d
    launch: Any = _forward
    launch[(len(z),)](*arguments, BLOCK=triton.next_power_of_2(d), MASKED=len(masks) > 0)


def backward(
    gates: Tensor,
    start: int,
    children: Tensor,
    masks: Tensor,
    c: Tensor,
    edges: Tensor,
    offsets: Tensor,
    grad_output: Tensor,
    grad_h: Tensor,
    grad_c: Tensor,
    grad_z: Tensor,
) -> None:
    """Write the gradients of a level w.r.t. its pre-activations and its children's c, from those of its parents.

    Args:
        gates: `(n, 5d)`, the gates of the level.
        start: the level's first inner row.
        children: `(I, 2)`, the rows of the children.
        masks: `(I, d)`, dropout masks of u, or `(0, d)`.
        c: `(D, d)`, the cell states.
        edges: `(2I,)`, the edges to the parents of each row.
        offsets: `(D + 1,)`, the first edge of each row in `edges`.
        grad_output: `(D, d)`, the gradients w.r.t. h from outside the sweep.
        grad_h: `(2I, d)`, the gradients w.r.t. the h at the lower end of each edge; those of parents are complete.
        grad_c: `(2I, d)`, the same w.r.t. c; a level writes those of its own edges.
        grad_z: `(I, 5d)`, the gradients w.r.t. the pre-activations; a level writes its rows.
    """
    d = c.shape[1]
    saved = gates, start, children, masks, c, edges, offsets
    arguments = *saved, grad_output, grad_h, grad_c, grad_z, len(c) - len(children), d
    launch: Any = _backward
    launch[(len(gates),)](*arguments, BLOCK=triton.next_power_of_2(d), MASKED=len(masks) > 0)


@_jit
def _tanh(x: Any) -> Any:
    return 2.0 * tl.sigmoid(2.0 * x) - 1.0


@_jit
def _forward(
    z: Any,
    start: Any,
    children: Any,
    masks: Any,
    h: Any,
    c: Any,
    words: Any,
    d: Any,
    BLOCK: tl.constexpr,
    MASKED: tl.constexpr,
) -> None:
    k = tl.program_id(0).to(tl.int64)
    inner, j = start + k, tl.arange(0, BLOCK)
    valid, row = j < d, z + k * 5 * d + j
    i = tl.sigmoid(tl.load(row, valid, 0.0))
    f_l = tl.sigmoid(tl.load(row + d, valid, 0.0))
    f_r = tl.sigmoid(tl.load(row + 2 * d, valid, 0.0))
    o = tl.sigmoid(tl.load(row + 3 * d, valid, 0.0))
    u = _tanh(tl.load(row + 4 * d, valid, 0.0))
    new = i * u
    if MASKED:
        new *= tl.load(masks + inner * d + j, valid, 0.0)
    new += f_l * tl.load(c + tl.load(children + 2 * inner) * d + j, valid, 0.0)
    new += f_r * tl.load(c + tl.load(children + 2 * inner + 1) * d + j, valid, 0.0)
    tl.store(row, i, valid)
    tl.store(row + d, f_l, valid)
    tl.store(row + 2 * d, f_r, valid)
    tl.store(row + 3 * d, o, valid)
    tl.store(row + 4 * d, u, valid)
    tl.store(c + (words + inner) * d + j, new, valid)
    tl.store(h + (words + inner) * d + j, o * _tanh(new), valid)


@_jit
def _backward(
    gates: Any,
    start: Any,
    children: Any,
    masks: Any,
    c: Any,
    edges: Any,
    offsets: Any,
    grad_output: Any,
    grad_h: Any,
    grad_c: Any,
    grad_z: Any,
    words: Any,
    d: Any,
    BLOCK: tl.constexpr,
    MASKED: tl.constexpr,
) -> None:
    k = tl.program_id(0).to(tl.int64)
    inner, j = start + k, tl.arange(0, BLOCK)
    row, valid = words + inner, j < d
    of_h, of_c = tl.load(grad_output + row * d + j, valid, 0.0), tl.zeros((BLOCK,), tl.float32)
    for place in range(tl.load(offsets + row), tl.load(offsets + row + 1)):
        edge = tl.load(edges + place)
        of_h += tl.load(grad_h + edge * d + j, valid, 0.0)
        of_c += tl.load(grad_c + edge * d + j, valid, 0.0)
    gate = gates + k * 5 * d + j
    i, f_l, f_r = tl.load(gate, valid, 0.0), tl.load(gate + d, valid, 0.0), tl.load(gate + 2 * d, valid, 0.0)
    o, u = tl.load(gate + 3 * d, valid, 0.0), tl.load(gate + 4 * d, valid, 0.0)
    tanh_c = _tanh(tl.load(c + row * d + j, valid, 0.0))
    of_c += of_h * o * (1.0 - tanh_c * tanh_c)
    of_product = of_c  # w.r.t. i ⊙ u
    if MASKED:
        of_product = of_c * tl.load(masks + inner * d + j, valid, 0.0)
    c_l = tl.load(c + tl.load(children + 2 * inner) * d + j, valid, 0.0)
    c_r = tl.load(c + tl.load(children + 2 * inner + 1) * d + j, valid, 0.0)
    out = grad_z + inner * 5 * d + j
    tl.store(out, of_product * u * i * (1.0 - i), valid)
    tl.store(out + d, of_c * c_l * f_l * (1.0 - f_l), valid)
    tl.store(out + 2 * d, of_c * c_r * f_r * (1.0 - f_r), valid)
    tl.store(out + 3 * d, of_h * tanh_c * o * (1.0 - o), valid)
    tl.store(out + 4 * d, of_product * i * (1.0 - u * u), valid)
    tl.store(grad_c + 2 * inner * d + j, of_c * f_l, valid)
    tl.store(grad_c + (2 * inner + 1) * d + j, of_c * f_r, valid)
