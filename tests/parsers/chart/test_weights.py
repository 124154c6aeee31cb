from __future__ import annotations

import pytest
import torch

from treenn.parsers.chart.weights import dequantize, quantize


@pytest.fixture
def weights():
    generator = torch.Generator().manual_seed(0)
    rows = torch.randn(40, 30, generator=generator) * torch.logspace(-4, 2, 40).unsqueeze(1)
    return {"rows": rows, "bias": torch.randn(7, generator=generator)}


def test_weights_are_rounded_to_half_a_step(weights):
    found = dequantize(quantize(weights))
    step = weights["rows"].abs().amax(dim=1, keepdim=True) / 127
    assert ((found["rows"] - weights["rows"]).abs() <= 0.51 * step).all()
    torch.testing.assert_close(found["bias"], weights["bias"], rtol=1e-3, atol=0)


def test_quantized_matrix_size(weights):
    packed = quantize(weights)
    assert {name: (tensor.dtype, tensor.numel()) for name, tensor in packed.items()} == {
        "rows": (torch.int8, 40 * 30),
        "rows.scale": (torch.bfloat16, 40),
        "bias": (torch.half, 7),
    }


def test_packed_again_it_stays_as_it_is(weights):
    once = dequantize(quantize(weights))
    again = dequantize(quantize(once))
    assert all(torch.equal(again[name], once[name]) for name in weights)


@pytest.mark.parametrize("value", [0.0, 1e-30, 1e-7])
def test_rows_of_next_to_nothing_stay_numbers(value):
    found = dequantize(quantize({"rows": torch.full((2, 3), value)}))["rows"]
    assert found.isfinite().all()
    assert (found - value).abs().max() <= 0.01 * value
