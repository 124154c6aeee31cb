"""The binary Tree-LSTM, compared with an independent NumPy implementation of the paper's equations."""

import numpy as np
import torch

from treenn.cells import BinaryTreeLSTM


def sigmoid(z: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-z))


def equations_9_to_14(cell: BinaryTreeLSTM, x: np.ndarray, children: list[tuple[np.ndarray, np.ndarray]]) -> np.ndarray:
    """One node: an input (zeros at inner nodes) and the (h, c) of its two children (none at words)."""
    d = cell.hidden_size
    W = dict(zip("iou", np.split(cell.W.detach().numpy(), 3), strict=True))
    U = dict(zip("ilrou", np.split(cell.U.detach().numpy(), 5), strict=True))
    b = dict(zip("ifou", np.split(cell.b.detach().numpy(), 4), strict=True))
    h_below = np.concatenate([h for h, _ in children]) if children else np.zeros(2 * d)
    i = sigmoid(W["i"] @ x + U["i"] @ h_below + b["i"])
    o = sigmoid(W["o"] @ x + U["o"] @ h_below + b["o"])
    u = np.tanh(W["u"] @ x + U["u"] @ h_below + b["u"])
    c = i * u
    for k, (_, c_k) in zip("lr", children, strict=False):
        c = c + sigmoid(U[k] @ h_below + b["f"]) * c_k
    return np.concatenate([o * np.tanh(c), c])


def test_the_cell_computes_the_papers_equations() -> None:
    torch.manual_seed(0)
    cell = BinaryTreeLSTM(input_size=3, hidden_size=4, forget_bias=0.7).double()
    with torch.no_grad():
        cell.b += torch.randn(16)
    x = torch.randn(5, 3, dtype=torch.float64)
    states = cell.leaf(x).detach().numpy()
    for word in range(5):
        np.testing.assert_allclose(states[word], equations_9_to_14(cell, x[word].numpy(), []), rtol=1e-12)
    left, right = torch.randn(2, 6, 8, dtype=torch.float64)
    parents = cell.compose(left, right)
    for row in range(6):
        children = [tuple(np.split(side[row].numpy(), 2)) for side in (left, right)]
        expected = equations_9_to_14(cell, np.zeros(3), children)
        np.testing.assert_allclose(parents[row].detach().numpy(), expected, rtol=1e-12)
    np.testing.assert_array_equal(cell.output(parents).detach(), parents.detach()[:, :4])


def test_each_forget_gate_sees_both_children() -> None:
    torch.manual_seed(0)
    cell = BinaryTreeLSTM(input_size=3, hidden_size=2).double()
    weight = cell.U.detach()
    for rows in (weight[2:4], weight[4:6]):
        assert (rows[:, :2] != 0).all()
        assert (rows[:, 2:] != 0).all()
    left, right = torch.randn(1, 4, dtype=torch.float64), torch.randn(1, 4, dtype=torch.float64, requires_grad=True)
    with torch.no_grad():
        cell.U[:2] = cell.U[6:] = 0  # only the forget gates depend on the children
    c = cell.compose(left, torch.cat([right[:, :2], right.detach()[:, 2:]], dim=1))[:, 2:]
    assert (torch.autograd.grad(c.sum(), right)[0][:, :2] != 0).all()


def test_forget_bias_is_set_and_other_biases_zero() -> None:
    cell = BinaryTreeLSTM(input_size=3, hidden_size=4, forget_bias=1.0)
    assert cell.b.tolist() == [0.0] * 4 + [1.0] * 4 + [0.0] * 8
    assert sum(parameter.numel() for parameter in cell.parameters()) == 3 * 4 * 3 + 5 * 4 * 8 + 16
