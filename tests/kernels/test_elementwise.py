"""The functions of kernels, compared with NumPy in float64."""

import numpy as np
import pytest
import torch

from treenn.runtime.arrays import FloatArray, StoredArray

pytest.importorskip("numba")

from treenn.kernels.elementwise import (
    add_converted,
    convert,
    dot,
    kernel,
    sigmoid_in_place,
    tanh_in_place,
    vector_product,
)

VALUES = np.concatenate([np.linspace(-40, 40, 4001), np.geomspace(1e-30, 10, 500), -np.geomspace(1e-30, 10, 500)])


def test_sigmoid_to_seven_digits() -> None:
    x = VALUES.astype(np.float32)
    exact = 1 / (1 + np.exp(-x.astype(np.float64)))
    sigmoid_in_place(x)
    np.testing.assert_allclose(x, exact, rtol=1e-6)


def test_tanh_to_seven_digits_near_zero_too() -> None:
    x = VALUES.astype(np.float32)
    exact = np.tanh(x.astype(np.float64))
    tanh_in_place(x)
    np.testing.assert_allclose(x, exact, rtol=1e-6)


def test_infinite_and_missing_numbers() -> None:
    x = np.array([np.inf, -np.inf, np.nan, 1e30, -1e30], dtype=np.float32)
    sigmoids, tanhs = x.copy(), x.copy()
    sigmoid_in_place(sigmoids)
    tanh_in_place(tanhs)
    np.testing.assert_allclose(sigmoids, [1, 0, np.nan, 1, 0], atol=1e-30)
    np.testing.assert_array_equal(tanhs, np.array([1, -1, np.nan, 1, -1], dtype=np.float32))


def test_products_of_vectors() -> None:
    random = np.random.default_rng(0)
    x, matrix = (random.standard_normal(shape).astype(np.float32) for shape in (15, (15, 7)))
    out = np.empty(7, dtype=np.float32)
    vector_product(x, matrix, out)
    np.testing.assert_allclose(out, x.astype(np.float64) @ matrix, rtol=1e-5, atol=1e-6)
    assert dot(x, x) == pytest.approx(float(x @ x), rel=1e-6)


def test_bfloat16_is_rounded_as_by_torch() -> None:
    special = [np.inf, -np.inf, np.nan, 0, -0.0, 1 + 2**-8, 1 + 3 * 2**-8, 3.4e38, 1e-40]
    x = np.concatenate([VALUES, special]).astype(np.float32)
    bits, back, total = np.empty(len(x), dtype=np.uint16), np.empty_like(x), np.ones_like(x)
    convert_all(bits, x)
    convert_all(back, bits)
    add_all(total, bits)
    expected = torch.from_numpy(x).bfloat16().float().numpy()
    np.testing.assert_array_equal(back, expected)
    np.testing.assert_array_equal(total, 1 + expected)


@kernel
def convert_all(out: StoredArray, x: StoredArray) -> None:
    convert(out, x)


@kernel
def add_all(total: FloatArray, x: StoredArray) -> None:
    add_converted(total, x)


def test_conversions_without_compilation() -> None:
    x, total = np.float32([1.00390625, -2.5e-3, 7.0]), np.ones(3, dtype=np.float32)
    narrow, wide = np.empty(3, dtype=np.uint16), np.empty(3, dtype=np.float32)
    convert(narrow, x)
    convert(wide, narrow)
    assert wide.tolist() == torch.from_numpy(x).bfloat16().tolist()
    add_converted(total, narrow)
    add_converted(total, wide)
    assert total.tolist() == (1 + wide + wide).tolist()
