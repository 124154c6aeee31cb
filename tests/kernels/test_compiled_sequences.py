"""The recurrences of an LSTM and a GRU by compiled kernels, compared with torch's."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
import torch
from torch import Tensor

from treenn.encoders import SequenceEncoder, pack
from treenn.sequences import GRU, LSTM, SequenceNetwork
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


LSTM_OPTIONS = [{}, {"cell_dropout": 0.5}, {"tbptt_steps": 2}, {"forget_bias": 1.0}]
NETWORKS = [
    *(partial(LSTM, 6, 8, **options) for options in LSTM_OPTIONS),
    partial(GRU, 6, 8),
    partial(GRU, 6, 8, tbptt_steps=2),
]


@pytest.mark.parametrize("roots", [False, True])
@pytest.mark.parametrize("network", NETWORKS, ids=str)
def test_states_and_gradients(roots: bool, network: Callable[[], SequenceNetwork]) -> None:
    torch.manual_seed(0)
    encoder = SequenceEncoder(network())
    expected, found = (by(kernels, encoder, roots=roots) for kernels in ("torch", "numba"))
    for one, other in zip(found, expected, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-6, atol=1e-6)
    assert not all(torch.equal(one, other) for one, other in zip(found, expected, strict=True))


@pytest.mark.parametrize("network", [LSTM, GRU])
def test_products_of_bfloat16(network: type[LSTM | GRU]) -> None:
    torch.manual_seed(0)
    encoder = SequenceEncoder(network(6, 8))
    expected, found = (by(kernels, encoder, roots=False, bf16=True) for kernels in ("torch", "numba"))
    for one, other in zip(found, expected, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-2, atol=1e-2)


@pytest.mark.parametrize("network", [LSTM, GRU])
def test_many_sequences_in_pieces(network: type[LSTM | GRU]) -> None:
    torch.manual_seed(0)
    recurrent, alive = network(3, 4), torch.tensor([1100, 530, 512, 2])
    x = torch.randn(int(alive.sum()), 3, requires_grad=True)
    results = list[tuple[Tensor, ...]]()
    for kernels in ("torch", "numba"):
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("TREENN_KERNELS", kernels)
            states = recurrent.run_rows(recurrent.read(x), torch.arange(len(x)).flip(0), alive)
            gradients = torch.autograd.grad(states.sin().mean(), [x, *recurrent.parameters()])
            results.append((states.detach(), *gradients))
    for one, other in zip(*results, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-6, atol=1e-6)
