"""The functions of numbers and vectors that kernels share, and how they are compiled."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

import numba
import numpy as np
from numba.extending import overload

from treenn.runtime.arrays import FloatArray, StoredArray

Function = TypeVar("Function", bound=Callable[..., Any])

_FAST = {"contract", "nsz"}  # fused multiply-add; the sign of 0 is not kept
_INVERSE_LN2 = np.float32(1 / np.log(2))
_LN2_HIGH = np.float32(round(np.log(2) * 2**9) / 2**9)  # 9 bits, so that its multiples are exact
_LN2_LOW = np.float32(np.log(2) - np.float64(_LN2_HIGH))
_ROUND = np.float32(1.5 * 2**23)  # x + _ROUND - _ROUND is x, rounded to a whole number
_LEAST, _MOST = np.float32(-80), np.float32(80)
_EXPONENT_BITS, _EXPONENT_BIAS = np.int32(23), np.int32(127)
_C2, _C3, _C4, _C5, _C6, _C7 = (np.float32(1 / n) for n in (2, 6, 24, 120, 720, 5040))

_HALF_BITS, _LOW_BITS, _LAST_BIT = np.uint32(16), np.uint32(0x7FFF), np.uint32(1)
_MAGNITUDE, _INFINITY, _NAN = np.uint32(0x7FFFFFFF), np.uint32(0x7F800000), np.uint16(0x7FC0)

ONE, TWO = np.float32(1), np.float32(2)


def kernel(function: Function, *, reorder: bool = False) -> Function:
    """Compile a function at its first call; the machine code is cached beside its module, or in the user's cache.

    Args:
        function: the function.
        reorder: whether the terms of a sum may be added in another order, several at a time (default: False).
    """
    options: dict[str, Any] = {"fastmath": {*_FAST, "reassoc"} if reorder else _FAST, "error_model": "numpy"}
    try:
        compiled: Function = numba.njit(function, cache=True, **options)
    except RuntimeError:  # no folder for the cache is writable
        compiled = numba.njit(function, **options)
    return compiled


def inline(function: Function) -> Function:
    """The same for a function of numbers, which loops over arrays contain, so that they are vectorized."""
    compiled: Function = numba.njit(function, fastmath=_FAST, error_model="numpy", inline="always")
    return compiled


@inline
def expm1(x: np.float32) -> np.float32:
    """Returns e^x - 1 of a float32, relative error 2e-7; x is clipped to ±80.

    With x = k ln 2 + r, |r| ≤ ln 2 / 2, it is 2^k (e^r - 1) + (2^k - 1), and e^r - 1 is its Taylor series.
    """
    x = _LEAST if x < _LEAST else x  # NaN stays NaN
    x = _MOST if x > _MOST else x
    k = (x * _INVERSE_LN2 + _ROUND) - _ROUND
    r = (x - k * _LN2_HIGH) - k * _LN2_LOW
    series = r + r * r * (_C2 + r * (_C3 + r * (_C4 + r * (_C5 + r * (_C6 + r * _C7)))))
    power = np.int32((np.int32(k) + _EXPONENT_BIAS) << _EXPONENT_BITS).view(np.float32)
    return power * series + (power - ONE)


@inline
def sigmoid(x: np.float32) -> np.float32:
    """Returns σ(x) of a float32."""
    return ONE / (TWO + expm1(-x))


@inline
def tanh(x: np.float32) -> np.float32:
    """Returns tanh(x) of a float32."""
    e = expm1(TWO * x)
    return e / (e + TWO)


@kernel
def sigmoid_in_place(x: FloatArray) -> None:
    """Overwrite a vector by its sigmoid."""
    for j in range(len(x)):
        x[j] = sigmoid(x[j])


@kernel
def tanh_in_place(x: FloatArray) -> None:
    """Overwrite a vector by its tanh."""
    for j in range(len(x)):
        x[j] = tanh(x[j])


@kernel
def add_to(total: FloatArray, x: FloatArray) -> None:
    """Add a vector to `total`."""
    for j in range(len(total)):
        total[j] += x[j]


@kernel
def copy_to(out: FloatArray, x: FloatArray) -> None:
    """Copy a vector."""
    for j in range(len(out)):
        out[j] = x[j]


@kernel
def multiply_by(product: FloatArray, x: FloatArray) -> None:
    """Multiply `product` by a vector."""
    for j in range(len(product)):
        product[j] *= x[j]


@kernel
def add_product_to(total: FloatArray, x: FloatArray, y: FloatArray) -> None:
    """Add the element-wise product of two vectors to `total`."""
    for j in range(len(total)):
        total[j] += x[j] * y[j]


@kernel
def vector_product(x: FloatArray, matrix: FloatArray, out: FloatArray) -> None:
    """Write x · matrix, of which `len(x)`, a multiple of 5, is the number of rows; 5 rows are added at a time."""
    out[:] = 0
    for k in range(0, len(x), 5):
        a, b, c, d, e = matrix[k], matrix[k + 1], matrix[k + 2], matrix[k + 3], matrix[k + 4]
        for j in range(len(out)):
            out[j] += x[k] * a[j] + x[k + 1] * b[j] + x[k + 2] * c[j] + x[k + 3] * d[j] + x[k + 4] * e[j]


@partial(kernel, reorder=True)
def dot(x: FloatArray, y: FloatArray) -> np.float32:
    """Returns the dot product of two vectors."""
    total = np.float32(0)
    for j in range(len(x)):
        total += x[j] * y[j]
    return total


@inline
def _to_bfloat16(x: np.float32) -> np.uint16:
    """Returns the bits of the nearest bfloat16, of two the even one."""
    bits = np.float32(x).view(np.uint32)
    is_nan = (bits & _MAGNITUDE) > _INFINITY
    rounded = np.uint32(bits + _LOW_BITS + ((bits >> _HALF_BITS) & _LAST_BIT)) >> _HALF_BITS
    return _NAN if is_nan else np.uint16(rounded)


@inline
def _to_float32(bits: np.uint16) -> np.float32:
    """Returns the number of the bits of a bfloat16."""
    return np.uint32(np.uint32(bits) << _HALF_BITS).view(np.float32)


def convert(out: StoredArray, x: StoredArray) -> None:
    """Copy a vector between arrays of float32 and of bfloat16, stored as uint16."""
    _convert(out, x)(out, x)


def _convert(out: Any, x: Any) -> Callable[..., None]:
    def copy(out: FloatArray, x: FloatArray) -> None:
        for j in range(len(out)):
            out[j] = x[j]

    def narrow(out: StoredArray, x: FloatArray) -> None:
        for j in range(len(out)):
            out[j] = _to_bfloat16(x[j])

    def widen(out: FloatArray, x: StoredArray) -> None:
        for j in range(len(out)):
            out[j] = _to_float32(x[j])

    if out.dtype == x.dtype:
        return copy
    return narrow if str(out.dtype) == "uint16" else widen  # a dtype of NumPy or of Numba


def add_converted(total: FloatArray, x: StoredArray) -> None:
    """Add a vector of float32 or of bfloat16, stored as uint16, to `total`."""
    _add_converted(total, x)(total, x)


def _add_converted(total: Any, x: Any) -> Callable[..., None]:
    def add(total: FloatArray, x: FloatArray) -> None:
        for j in range(len(total)):
            total[j] += x[j]

    def add_widened(total: FloatArray, x: StoredArray) -> None:
        for j in range(len(total)):
            total[j] += _to_float32(x[j])

    return add if x.dtype == total.dtype else add_widened


for _function, _of_types in ((convert, _convert), (add_converted, _add_converted)):
    overload(_function, strict=False, jit_options={"fastmath": _FAST, "error_model": "numpy"})(_of_types)
