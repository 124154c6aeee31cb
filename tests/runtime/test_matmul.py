import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional as F

from treenn.runtime.matmul import empty_table, linear, padded_table, product, room, rounded, weight_gradient


@given(st.integers(1, 10**6))
def test_rounding_wastes_little_and_meets_few_sizes(n: int) -> None:
    assert n <= rounded(n) <= max(n + 7, n * 5 // 4)
    assert rounded(n) <= room(n)
    assert rounded(rounded(n)) == rounded(n)


def test_few_sizes_are_ever_met() -> None:
    assert len({rounded(n) for n in range(1, 10_000)}) < 50


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("n", [1, 3, 4, 5, 17, 33, 150])
def test_product_equals_torch_whatever_follows_the_rows(n: int, dtype: torch.dtype) -> None:
    torch.manual_seed(0)
    table = empty_table(torch.empty(0, dtype=dtype), n + 9, 12)
    table[: n + 9] = torch.randn(n + 9, 12)
    weight, bias = torch.randn(7, 12, dtype=dtype), torch.randn(7, dtype=dtype)
    rows = slice(4, 4 + n)
    close = {"rtol": 1e-5, "atol": 1e-5} if dtype == torch.float32 else {"rtol": 1e-12, "atol": 1e-12}
    torch.testing.assert_close(product(table, rows, weight, bias), F.linear(table[rows], weight, bias), **close)
    behind = weight.t().contiguous().t()
    torch.testing.assert_close(product(table, rows, behind), table[rows] @ weight.t(), **close)
    table[4 + n :] = torch.nan
    assert torch.isfinite(product(table, rows, weight, bias)).all()


@pytest.mark.parametrize("n", [0, 1, 5, 40])
def test_weight_gradients_count_the_filled_rows_alone(n: int) -> None:
    gradient, inputs = empty_table(torch.empty(0), n, 7), empty_table(torch.empty(0), n, 12)
    gradient[:n], inputs[:n] = torch.randn(n, 7), torch.randn(n, 12)
    torch.testing.assert_close(weight_gradient(gradient, inputs, n), gradient[:n].t() @ inputs[:n])


@pytest.mark.parametrize("zeros", [3, 512, 700, 1500])
def test_skipping_zero_rows_keeps_bits(zeros: int) -> None:
    gradient, inputs = empty_table(torch.ones(1), 1500, 24), empty_table(torch.ones(1), 1500, 8)
    gradient[:1500], inputs[:1500] = torch.randn(1500, 24), torch.randn(1500, 8)
    inputs[:zeros] = 0
    skipped = weight_gradient(gradient, inputs, 1500, zeros=zeros)
    assert torch.equal(skipped, weight_gradient(gradient, inputs, 1500))


def test_linear_is_torchs_with_its_gradients() -> None:
    torch.manual_seed(0)
    inputs = torch.randn(6, 4), torch.randn(3, 4), torch.randn(3)
    doubles = [tensor.double().requires_grad_() for tensor in inputs]
    assert torch.autograd.gradcheck(linear, doubles)
    singles, others = ([tensor.clone().requires_grad_() for tensor in inputs] for _ in range(2))
    weights = torch.randn(6, 3)
    (linear(*singles) * weights).sum().backward()
    (F.linear(*others) * weights).sum().backward()
    for ours, theirs in zip(singles, others, strict=True):
        torch.testing.assert_close(ours.grad, theirs.grad)


@pytest.mark.parametrize("n", [0, 1, 5, 33])
def test_padded_table_fits_one_product(n: int) -> None:
    table, weight = padded_table(torch.empty(0), n, 12), torch.randn(7, 12)
    table[:n] = 1
    torch.testing.assert_close(product(table, slice(0, n), weight), F.linear(torch.ones(n, 12), weight))
    assert len(table) == rounded(n) and not table[n:].any()
