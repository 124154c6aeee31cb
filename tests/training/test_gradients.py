import pytest
import torch
from torch import nn

from treenn.training.gradients import clip, gradient_norm


def parameters(dtype: torch.dtype = torch.float64) -> tuple[list[nn.Parameter], list[torch.Tensor]]:
    """A dense gradient and a sparse one with a repeated row, and both as dense tensors."""
    torch.manual_seed(0)
    weight, words = nn.Parameter(torch.randn(3, 4, dtype=dtype)), nn.Embedding(9, 4, sparse=True, dtype=dtype)
    (weight.square().sum() + words(torch.tensor([7, 2, 7])).square().sum() * 3).backward()
    assert words.weight.grad.is_sparse
    return [weight, words.weight], [weight.grad.clone(), words.weight.grad.to_dense()]


def flat(tensors: list[torch.Tensor]) -> torch.Tensor:
    return torch.cat([tensor.to_dense().flatten() for tensor in tensors])


def test_the_norm_is_that_of_the_dense_gradient() -> None:
    ours, dense = parameters()
    assert gradient_norm(ours) == pytest.approx(float(flat(dense).norm()), rel=1e-12)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_clipping_by_norm_reaches_exactly_the_limit(dtype: torch.dtype) -> None:
    ours, dense = parameters(dtype)
    before = clip(ours, norm=0.5)
    assert before == pytest.approx(float(flat(dense).norm()), rel=1e-6)
    assert gradient_norm(ours) == pytest.approx(0.5, rel=1e-6 if dtype == torch.float32 else 1e-14)
    torch.testing.assert_close(flat([each.grad for each in ours]), flat(dense) * (0.5 / before))


def test_clipping_by_norm_leaves_shorter_gradients_alone() -> None:
    ours, dense = parameters()
    clip(ours, norm=1e6)
    assert torch.equal(flat([each.grad for each in ours]), flat(dense))


def test_clipping_by_value_equals_dense_clipping() -> None:
    ours, dense = parameters()
    clip(ours, value=1.0)
    expected = flat(dense).clamp(-1, 1)
    assert not torch.equal(expected, flat(dense))
    assert torch.equal(flat([each.grad for each in ours]), expected)


def test_value_comes_before_norm() -> None:
    ours, dense = parameters()
    before = clip(ours, norm=0.5, value=1.0)
    expected = flat(dense).clamp(-1, 1)
    torch.testing.assert_close(flat([each.grad for each in ours]), expected * (0.5 / expected.norm()))
    assert before == pytest.approx(float(flat(dense).norm())), "what is returned is the length before both"


def test_without_a_limit_nothing_is_touched() -> None:
    ours, dense = parameters()
    gradients = [each.grad for each in ours]
    assert clip([*ours, nn.Parameter(torch.ones(2))]) == pytest.approx(float(flat(dense).norm()))
    assert all(each.grad is gradient for each, gradient in zip(ours, gradients, strict=True))
    assert not ours[1].grad.is_coalesced()


def test_an_optimizer_steps_with_the_clipped_sparse_gradient() -> None:
    (_, words), (_, dense) = parameters()
    start = words.detach().clone()
    clip([words], norm=0.5)
    torch.optim.SGD([words], lr=0.1).step()
    torch.testing.assert_close(words.detach(), start - 0.1 * dense * (0.5 / dense.norm()))
