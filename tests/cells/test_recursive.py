"""The recursive network, compared with its equation, and left-branching trees, compared with torch's RNNs."""

import numpy as np
import pytest
import torch
from strategies import left_chain
from torch import Tensor, nn

from treenn.cells import Cell, RecursiveNetwork
from treenn.cells.fused_form import AutogradGates, FusedForm
from treenn.encoders import TreeEncoder, pack
from treenn.trees import InputError

F = {"tanh": np.tanh, "relu": lambda z: np.maximum(z, 0)}


@pytest.mark.parametrize("tied", [False, True])
@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_the_cell_computes_the_papers_equations(activation: str, tied: bool) -> None:
    torch.manual_seed(0)
    cell = RecursiveNetwork(3, 4, activation, tied=tied).double()
    values = {name: parameter.detach().numpy() for name, parameter in cell.named_parameters()}
    W = np.hstack([values["pair.weight"]] * 2) if tied else values["pair.weight"]
    x, left, right = torch.randn(5, 3).double(), torch.randn(5, 4).double(), torch.randn(5, 4).double()
    words, parents = cell.leaf(x).detach().numpy(), cell.compose(left, right).detach().numpy()
    for row in range(5):
        word = F[activation](values["words.weight"] @ x[row].numpy() + values["words.bias"])
        parent = F[activation](W @ np.concatenate([left[row].numpy(), right[row].numpy()]) + values["pair.bias"])
        np.testing.assert_allclose(words[row], word, rtol=1e-12)
        np.testing.assert_allclose(parents[row], parent, rtol=1e-12)


def test_tied_children_may_change_places_and_others_not() -> None:
    torch.manual_seed(0)
    left, right = torch.randn(2, 5, 4)
    tied, untied = RecursiveNetwork(4, 4, tied=True), RecursiveNetwork(4, 4)
    torch.testing.assert_close(tied.compose(left, right), tied.compose(right, left))
    assert not torch.allclose(untied.compose(left, right), untied.compose(right, left))
    count = sum(parameter.numel() for parameter in untied.parameters())
    assert sum(parameter.numel() for parameter in tied.parameters()) == count - 4 * 4


@pytest.mark.parametrize("tied", [False, True])
def test_identity_initialization_averages_the_children(tied: bool) -> None:
    cell = RecursiveNetwork(3, 4, "relu", tied=tied, identity=True)
    left, right = torch.rand(2, 5, 4)
    torch.testing.assert_close(cell.compose(left, right), (left + right) / 2, rtol=0, atol=0.01)
    assert 0 < (cell.pair.weight - 0.5 * torch.eye(4).repeat(1, 1 if tied else 2)).abs().max() <= 0.001


def test_a_word_vector_may_itself_be_the_state() -> None:
    cell = RecursiveNetwork(4, 4, map_words=False)
    x = torch.randn(5, 4)
    assert torch.equal(cell.leaf(x), x)
    assert sum(parameter.numel() for parameter in cell.parameters()) == 4 * 8 + 4


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(InputError, match=r"activation sine: must be tanh or relu"):
        RecursiveNetwork(3, 4, "sine")
    with pytest.raises(InputError, match="input_size 3 must be hidden_size 4"):
        RecursiveNetwork(3, 4, map_words=False)


@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_left_branching_tree_equals_torch_rnn(activation: str) -> None:
    """The first word of the tree is the network's initial state, every other word one input."""
    torch.manual_seed(0)
    d, n = 4, 7
    rnn = nn.RNN(d, d, nonlinearity=activation, dtype=torch.float64)
    cell = RecursiveNetwork(d, d, activation, map_words=False).double()
    with torch.no_grad():
        cell.pair.weight.copy_(torch.cat([rnn.weight_hh_l0, rnn.weight_ih_l0], dim=1))
        cell.pair.bias.copy_(rnn.bias_hh_l0 + rnn.bias_ih_l0)
    x = torch.randn(n + 1, d, dtype=torch.float64, requires_grad=True)
    states = _inner_states(cell, x)
    expected, _ = rnn(x[1:], x[:1])
    torch.testing.assert_close(states, expected, rtol=1e-12, atol=1e-12)
    upstream = torch.randn_like(expected)
    to_x, to_weight, to_bias = torch.autograd.grad(states, [x, cell.pair.weight, cell.pair.bias], upstream)
    their_x, to_hh, to_ih, their_bias = torch.autograd.grad(
        expected, [x, rnn.weight_hh_l0, rnn.weight_ih_l0, rnn.bias_hh_l0], upstream
    )
    for our, their in ((to_x, their_x), (to_weight, torch.cat([to_hh, to_ih], dim=1)), (to_bias, their_bias)):
        torch.testing.assert_close(our, their, rtol=1e-12, atol=1e-12)


class LSTMOnATree(Cell):
    """A step of torch's LSTM: the left child is the previous state, [h; c], the right child a word, [x; 0]."""

    def __init__(self, lstm: nn.LSTM) -> None:
        super().__init__(2 * lstm.hidden_size, 2 * lstm.hidden_size, lstm.hidden_size)
        self.lstm = lstm

    def leaf(self, x: Tensor) -> Tensor:
        return x

    def compose(self, left: Tensor, right: Tensor) -> Tensor:
        (h, c), (x, _) = left.chunk(2, dim=1), right.chunk(2, dim=1)
        affine = self.fused_form()
        z = torch.cat([h, x], dim=1) @ affine.weight.T + affine.bias
        return torch.cat(_lstm_gates(z, torch.stack([c, torch.zeros_like(c)], dim=1)), dim=1)

    def fused_form(self) -> FusedForm:
        weight = torch.cat([self.lstm.weight_hh_l0, self.lstm.weight_ih_l0], dim=1)
        return FusedForm(weight, self.lstm.bias_hh_l0 + self.lstm.bias_ih_l0, AutogradGates(_lstm_gates))

    def output(self, state: Tensor) -> Tensor:
        return state.chunk(2, dim=1)[0]


def _lstm_gates(z: Tensor, memories: Tensor) -> tuple[Tensor, Tensor]:
    i, f, g, o = z.chunk(4, dim=1)
    c = torch.sigmoid(f) * memories[:, 0] + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(c), c


class WithoutFusedForm(LSTMOnATree):
    def fused_form(self) -> None:
        return None

    def compose(self, left: Tensor, right: Tensor) -> Tensor:
        return LSTMOnATree(self.lstm).compose(left, right)


@pytest.mark.parametrize("kind", [LSTMOnATree, WithoutFusedForm])
def test_left_branching_lstm_cell_equals_torch_lstm(kind: type[LSTMOnATree]) -> None:
    """Both sweeps. The cell is user-defined, because no weights make Tai's forget gates exactly 0 at a word."""
    torch.manual_seed(0)
    d, n = 4, 7
    lstm = nn.LSTM(d, d, dtype=torch.float64)
    first = torch.randn(1, 2 * d, dtype=torch.float64, requires_grad=True)
    words = torch.randn(n, d, dtype=torch.float64, requires_grad=True)
    states = _inner_states(kind(lstm), torch.cat([first, torch.cat([words, torch.zeros_like(words)], dim=1)]))
    expected, _ = lstm(words, (first[:, :d], first[:, d:]))
    torch.testing.assert_close(states, expected, rtol=1e-12, atol=1e-12)
    upstream = torch.randn_like(expected)
    inputs = [first, words, *lstm.parameters()]
    for our, their in zip(
        torch.autograd.grad(states, inputs, upstream), torch.autograd.grad(expected, inputs, upstream), strict=True
    ):
        torch.testing.assert_close(our, their, rtol=1e-12, atol=1e-12)


def _inner_states(cell: Cell, x: Tensor) -> Tensor:
    """Outputs of the inner nodes of a left-branching tree, bottom-up."""
    forest = pack([left_chain(len(x))])
    return forest.unpack(TreeEncoder(cell)(forest, x))[0][len(x) :]
