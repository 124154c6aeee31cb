"""The recurrence of an LSTM by compiled kernels, compared with torch's operations."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from treenn.encoders import SequenceEncoder, pack
from treenn.sequences import LSTM
from treenn.trees import parse_trees

pytest.importorskip("numba")

TREES = parse_trees("(0 (0 (0 a) (0 b)) (0 (0 c) (0 (0 a) (0 b))))  (0 f)  (0 (0 a) (0 b))", classes=5)


def by(kernels: str, encoder: SequenceEncoder, *, roots: bool, bf16: bool = False) -> list[Tensor]:
    """The states in training and in prediction, and the gradients of a loss."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TREENN_KERNELS", kernels)
        forest = pack(TREES)
        torch.manual_seed(1)
        x = torch.randn(len(forest.words), 6, requires_grad=True)
        with torch.autocast("cpu", torch.bfloat16, enabled=bf16):
            states = encoder.train()(forest, x, roots_only=roots)
            with torch.no_grad():
                predicted = encoder.eval()(forest, x, roots_only=roots)
        gradients = torch.autograd.grad(states.sin().sum(), [x, *encoder.parameters()])
        return [states.detach(), predicted, *gradients]


@pytest.mark.parametrize("roots", [False, True])
@pytest.mark.parametrize("options", [{}, {"cell_dropout": 0.5}, {"tbptt_steps": 2}, {"forget_bias": 1.0}])
def test_states_and_gradients(roots: bool, options: dict[str, float]) -> None:
    torch.manual_seed(0)
    encoder = SequenceEncoder(LSTM(6, 8, **options))
    expected, found = (by(kernels, encoder, roots=roots) for kernels in ("torch", "numba"))
    for one, other in zip(found, expected, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-6, atol=1e-6)
    assert not all(torch.equal(one, other) for one, other in zip(found, expected, strict=True))


def test_products_of_bfloat16() -> None:
    torch.manual_seed(0)
    encoder = SequenceEncoder(LSTM(6, 8))
    expected, found = (by(kernels, encoder, roots=False, bf16=True) for kernels in ("torch", "numba"))
    for one, other in zip(found, expected, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-2, atol=1e-2)


def test_many_sequences_in_pieces() -> None:
    torch.manual_seed(0)
    lstm, alive = LSTM(3, 4), torch.tensor([1100, 530, 512, 2])
    x = torch.randn(int(alive.sum()), 16, requires_grad=True)
    results = list[tuple[Tensor, ...]]()
    for kernels in ("torch", "numba"):
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("TREENN_KERNELS", kernels)
            states = lstm.run_rows(x, torch.arange(len(x)).flip(0), alive)
            results.append((states.detach(), *torch.autograd.grad(states.sin().mean(), [x, lstm.lstm.weight_hh_l0])))
    for one, other in zip(*results, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-6, atol=1e-6)
