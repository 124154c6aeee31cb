"""Truncated backpropagation through time: unchanged states, truncated gradients."""

from functools import partial

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence, pack_sequence, unpack_sequence

from treenn.sequences import GRU, LSTM, DeepTransition, Elman, Jordan, PeepholeLSTM, SequenceNetwork, bidirectional
from treenn.sequences.packed import truncated

LENGTHS = (7, 6, 4, 3, 1)
CELLS = {nn.LSTM: nn.LSTMCell, nn.GRU: nn.GRUCell, nn.RNN: nn.RNNCell}
NETWORKS = [Elman, GRU, LSTM, Jordan, PeepholeLSTM, DeepTransition]


def batch(lengths: tuple[int, ...] = LENGTHS) -> tuple[list[Tensor], PackedSequence]:
    torch.manual_seed(1)
    sequences = [torch.randn(length, 3, dtype=torch.float64, requires_grad=True) for length in lengths]
    return sequences, pack_sequence(sequences)


def by_hand(x: np.ndarray, weights: list[np.ndarray], asked: np.ndarray, steps: int) -> tuple[np.ndarray, ...]:
    """Elman's network over one sequence: states, and the gradients of x, W, U and b, given those of the states.

    δ_t is the gradient of the sum within tanh; what comes back to h_{t-1} from it is U'δ_t, but for the first step of
    every piece, which gives nothing back.
    """
    W, U, b = weights
    h = [np.zeros(len(b))]
    for each in x:
        h.append(np.tanh(W @ each + U @ h[-1] + b))
    to_x, to_W, to_U, to_b, back = np.zeros_like(x), np.zeros_like(W), np.zeros_like(U), np.zeros_like(b), 0.0
    for t in reversed(range(len(x))):
        delta = (1 - h[t + 1] ** 2) * (asked[t] + back)
        to_x[t] = W.T @ delta
        to_W, to_U, to_b = to_W + np.outer(delta, x[t]), to_U + np.outer(delta, h[t]), to_b + delta
        back = 0.0 if t % steps == 0 else U.T @ delta
    return np.array(h[1:]), to_x, to_W, to_U, to_b


@pytest.mark.parametrize("steps", [1, 2, 3, 6, 7, 100])
def test_gradients_are_exactly_those_of_the_truncated_sums(steps: int) -> None:
    torch.manual_seed(0)
    network = nn.RNN(3, 4, dtype=torch.float64)
    sequences, packed = batch()
    states = unpack_sequence(truncated(network, packed, steps))
    asked = [torch.randn_like(each) for each in states]
    ours = torch.autograd.grad(states, [*sequences, *network.parameters()], asked)
    W, U, b, d = (parameter.detach().numpy() for parameter in network.parameters())
    plain = [
        by_hand(x.detach().numpy(), [W, U, b + d], each.numpy(), steps)
        for x, each in zip(sequences, asked, strict=True)
    ]
    for state, to_x, (expected, expected_x, *_) in zip(states, ours, plain, strict=False):
        np.testing.assert_allclose(state.detach(), expected, rtol=1e-12)
        np.testing.assert_allclose(to_x, expected_x, rtol=1e-10, atol=1e-14)
    for gradient, of_parameter in zip(ours[-4:], (2, 3, 4, 4), strict=True):
        np.testing.assert_allclose(gradient, sum(each[of_parameter] for each in plain), rtol=1e-10, atol=1e-14)


@pytest.mark.parametrize("steps", [1, 3, None])
@pytest.mark.parametrize("kind", list(CELLS))
def test_torch_networks_equal_their_cells_in_a_loop(kind: type[nn.RNNBase], steps: int | None) -> None:
    torch.manual_seed(0)
    network, cell = kind(3, 4, dtype=torch.float64), CELLS[kind](3, 4, dtype=torch.float64)
    cell.load_state_dict({name.removesuffix("_l0"): weight for name, weight in network.state_dict().items()})
    sequences, packed = batch()
    states = truncated(network, packed, steps)
    (states.data * torch.arange(4)).sum().backward()
    ours = [each.grad.clone() for each in sequences]
    for each in sequences:
        each.grad = None
    for x, expected in zip(sequences, unpack_sequence(states), strict=True):
        state = None
        for t, row in enumerate(x):
            if steps and t % steps == 0 and state is not None:
                state = tuple(part.detach() for part in state) if kind is nn.LSTM else state.detach()
            state = cell(row.unsqueeze(0), state)
            h = (state[0] if kind is nn.LSTM else state)[0]
            torch.testing.assert_close(expected[t], h, rtol=1e-12, atol=1e-14)
            (h * torch.arange(4)).sum().backward(retain_graph=True)
    for our, x in zip(ours, sequences, strict=True):
        torch.testing.assert_close(our, x.grad, rtol=1e-10, atol=1e-14)
    for our, their in zip(network.parameters(), cell.parameters(), strict=True):
        torch.testing.assert_close(our.grad, their.grad, rtol=1e-10, atol=1e-14)


@pytest.mark.parametrize("make", NETWORKS)
def test_gradients_stop_at_the_start_of_their_segment(make: type[SequenceNetwork]) -> None:
    torch.manual_seed(0)
    network = make(3, 4).double()
    (x,), packed = batch((7,))
    whole = network(packed)
    network.tbptt_steps = 3
    states = network(packed)
    torch.testing.assert_close(states.data, whole.data, rtol=1e-12, atol=1e-14)
    for t, first in ((0, 0), (2, 0), (3, 3), (5, 3), (6, 6)):
        (gradient,) = torch.autograd.grad(states.data[t].sum(), x, retain_graph=True)
        assert [bool(row.any()) for row in gradient] == [first <= step <= t for step in range(7)]
    (gradient,) = torch.autograd.grad(whole.data[6].sum(), x)
    assert all(row.any() for row in gradient)


def test_both_directions_are_cut() -> None:
    network = bidirectional(partial(LSTM, tbptt_steps=2), 3, 4).double()
    (x,), packed = batch((5,))
    (gradient,) = torch.autograd.grad(network(packed).data[2].sum(), x)
    # pieces from the front are 0-1, 2-3, 4; from the back 4-3, 2-1, 0
    assert [bool(row.any()) for row in gradient] == [False, False, True, False, False]
