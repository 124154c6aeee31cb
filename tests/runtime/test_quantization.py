"""Weights in 8 bits, and word vectors as low-rank codes."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from treenn.runtime.quantization import WeightFormat, dequantize, factorize, quantize
from treenn.trees import InputError


@pytest.fixture
def weights():
    generator = torch.Generator().manual_seed(0)
    rows = torch.randn(40, 30, generator=generator) * torch.logspace(-4, 2, 40).unsqueeze(1)
    return {"rows": rows, "bias": torch.randn(7, generator=generator)}


def test_weights_are_rounded_to_half_a_step(weights):
    found = dequantize(quantize(weights), weights)
    step = weights["rows"].abs().amax(dim=1, keepdim=True) / 127
    assert ((found["rows"] - weights["rows"]).abs() <= 0.51 * step).all()
    torch.testing.assert_close(found["bias"].float(), weights["bias"], rtol=1e-3, atol=0)


def test_quantized_matrix_size(weights):
    packed = quantize(weights)
    assert {name: (tensor.dtype, tensor.numel()) for name, tensor in packed.items()} == {
        "rows": (torch.int8, 40 * 30),
        "rows.scale": (torch.bfloat16, 40),
        "bias": (torch.half, 7),
    }


def test_integers_and_higher_orders_are_packed():
    given = {"count": torch.tensor([3, 4]), "tensor": torch.randn(2, 3, 5)}
    packed = quantize(given)
    assert packed["count"] is given["count"]
    assert packed["tensor.scale"].shape == (2, 3, 1)
    torch.testing.assert_close(dequantize(packed, given)["tensor"], given["tensor"], rtol=0, atol=0.02)


def test_packed_again_it_stays_as_it_is(weights):
    once = dequantize(quantize(weights), weights)
    again = dequantize(quantize(once), weights)
    assert all(torch.equal(again[name], once[name]) for name in weights)


@pytest.mark.parametrize("value", [0.0, 1e-30, 1e-7])
def test_rows_of_next_to_nothing_stay_numbers(value):
    found = dequantize(quantize({"rows": torch.full((2, 3), value)}), ["rows"])["rows"]
    assert found.isfinite().all()
    assert (found - value).abs().max() <= 0.01 * value


def weighted_optimum(table, rank, counts):
    """The least weighted squared error of a given rank, by NumPy's singular values (Eckart and Young 1936)."""
    singular = np.linalg.svd(np.sqrt(counts)[:, None] * table, compute_uv=False)
    return (singular[rank:] ** 2).sum()


@pytest.mark.parametrize("weighted", [False, True])
def test_factors_have_the_least_weighted_error(weighted):
    generator = torch.Generator().manual_seed(1)
    table = torch.randn(50, 12, generator=generator) @ torch.randn(12, 12, generator=generator)
    counts = torch.randint(1, 1000, (50,), generator=generator).float() if weighted else torch.ones(50)
    codes, basis = factorize(table, 5, counts if weighted else None)
    assert (codes.shape, basis.shape, basis.dtype) == ((50, 5), (5, 12), torch.half)
    error = (counts[:, None] * (codes @ basis.float() - table) ** 2).sum()
    assert error == pytest.approx(weighted_optimum(table.numpy(), 5, counts.numpy()), rel=1e-3)


def test_full_rank_restores_the_table(weights):
    table = weights["rows"][30:]
    codes, basis = factorize(table, 30)
    torch.testing.assert_close(codes @ basis.float(), table, rtol=1e-3, atol=1e-3)


def test_codes_of_frequent_words_are_more_accurate():
    table = torch.randn(20, 8, generator=torch.Generator().manual_seed(2))
    words = [f"w{index}" for index in range(20)]

    def error(counts):
        weight_format = WeightFormat(8, 3, counts)
        packed = weight_format.pack({"words": table}, {"words": words})
        assert sorted(packed) == ["words.basis", "words.codes", "words.codes.scale"]
        return (dequantize(packed, ["words"])["words"] - table)[0].norm()

    assert error({"w0": 10_000}) < 0.2 * error({})


def test_other_matrices_have_no_codes(weights):
    packed = WeightFormat(8, 2).pack(weights | {"words": torch.randn(4, 3)}, {"words": list("abcd")})
    assert {"rows", "rows.scale", "bias", "words.codes"} < packed.keys()
    assert "words" not in packed


@pytest.mark.parametrize(
    ("bits", "rank", "message"),
    [
        (4, None, "bits 4: must be 8, 16 or 32"),
        (8, 0, "rank 0: must be 1 or more"),
        (16, 5, "rank 5: needs bits=8"),
    ],
)
def test_formats_that_do_not_exist(bits, rank, message):
    with pytest.raises(InputError, match=f"^{message}$"):
        WeightFormat(bits, rank)


def test_rank_beyond_the_width_is_refused(weights):
    with pytest.raises(InputError, match="rank 31: must be at most 30, the width of the word vectors"):
        WeightFormat(8, 31).pack(weights, {"rows": ["word"] * 40})
