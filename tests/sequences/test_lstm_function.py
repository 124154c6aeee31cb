"""The hand-written recurrence, compared with torch's LSTM and finite differences."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.rnn import PackedSequence

from treenn.sequences.lstm_function import LSTMFunction
from treenn.sequences.packed import truncated

ALIVE = pytest.mark.parametrize("alive", [[4, 4, 3, 1, 1], [2], [1, 1, 1], [1100, 530, 512, 2]])


def case(alive: list[int], size: int = 3) -> tuple[nn.LSTM, Tensor]:
    torch.manual_seed(1)
    return nn.LSTM(5, size).double(), torch.randn(sum(alive), 5, dtype=torch.float64, requires_grad=True)


def states(lstm: nn.LSTM, x: Tensor, alive: list[int], truncate: int | None = None) -> Tensor:
    W, U, b, d = lstm.parameters()
    return LSTMFunction.apply(F.linear(x, W, b + d), U, alive, None, truncate)


def gradients(result: Tensor, lstm: nn.LSTM, x: Tensor) -> tuple[Tensor, ...]:
    return torch.autograd.grad(result.sin().sum(), (x, *lstm.parameters()))


@ALIVE
@pytest.mark.parametrize("truncate", [None, 1, 2])
def test_states_and_gradients_are_those_of_torch(alive: list[int], truncate: int | None) -> None:
    lstm, x = case(alive)
    mine, theirs = states(lstm, x, alive, truncate), truncated(lstm, PackedSequence(x, torch.tensor(alive)), truncate)
    torch.testing.assert_close(mine, theirs.data)
    for one, other in zip(gradients(mine, lstm, x), gradients(theirs.data, lstm, x), strict=True):
        torch.testing.assert_close(one, other)


def test_float32_gradients_are_close_to_float64() -> None:
    alive = [40, 33, 20, 5, 2, 1]
    lstm, x = case(alive, size=16)
    exact = gradients(states(lstm, x, alive), lstm, x)
    lstm, x = lstm.float(), x.detach().float().requires_grad_()
    for one, other in zip(gradients(states(lstm, x, alive), lstm, x), exact, strict=True):
        torch.testing.assert_close(one, other.float(), rtol=1e-4, atol=1e-5)


def test_rows_of_a_table_read_as_copies() -> None:
    table, rows = torch.randn(3, 12, dtype=torch.float64), torch.tensor([2, 0, 2, 1, 2])
    U = torch.randn(12, 3, dtype=torch.float64, requires_grad=True)
    found = list[tuple[Tensor, ...]]()
    for gathered in (False, True):
        inputs = table.clone().requires_grad_()
        arguments = (inputs, U, [3, 2], None, None, rows) if gathered else (inputs[rows], U, [3, 2], None, None)
        result = LSTMFunction.apply(*arguments)
        found.append((result, *torch.autograd.grad(result.sin().sum(), (inputs, U))))
    for one, other in zip(*found, strict=True):
        torch.testing.assert_close(one, other)


def test_second_backward_pass_has_the_same_gradients() -> None:
    alive = [4, 4, 3, 1, 1]
    lstm, x = case(alive)
    loss = states(lstm, x, alive).sin().sum()
    first, second = (torch.autograd.grad(loss, (x, *lstm.parameters()), retain_graph=keep) for keep in (True, False))
    assert all(map(torch.equal, first, second))


def test_states_need_no_backward_pass() -> None:
    inputs, U = torch.randn(700, 12), torch.randn(12, 3)
    saved, free = (LSTMFunction.apply(inputs, U, [600, 100], None, None, None, save) for save in (True, False))
    assert torch.equal(saved, free)


@pytest.mark.parametrize("alive", [[4, 4, 3, 1, 1], [2], [1, 1, 1]])
def test_gradients_are_right_where_candidates_have_factors(alive: list[int]) -> None:
    inputs = torch.randn(sum(alive), 12, dtype=torch.float64, requires_grad=True)
    U = torch.randn(12, 3, dtype=torch.float64, requires_grad=True)
    factors = torch.rand(sum(alive), 3, dtype=torch.float64).round() * 2
    assert torch.autograd.gradcheck(lambda inputs, U: LSTMFunction.apply(inputs, U, alive, factors, None), (inputs, U))


def test_zero_factor_leaves_the_cell_state_unchanged() -> None:
    inputs, U = torch.randn(1, 12), torch.randn(12, 3)
    factors = torch.tensor([[0.0, 1.0, 1.0]])
    assert (LSTMFunction.apply(inputs, U, [1], factors, None) == 0).tolist() == [[True, False, False]]
