"""The tree GRU, compared with its equations in NumPy, node by node."""

import numpy as np
import torch

from treenn.cells import TreeGRU


def sigmoid(z: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-z))


def equations(cell: TreeGRU, x: np.ndarray, h_l: np.ndarray, h_r: np.ndarray) -> np.ndarray:
    """One node: its input (zeros at inner nodes) and its children's states (zeros at words)."""
    d = cell.hidden_size
    W, gates, U_c, b = (p.detach().numpy() for p in (cell.W, cell.U_gates, cell.U_c, cell.b))
    below = np.concatenate([h_l, h_r])
    r = sigmoid(gates[:d] @ below + b[:d])
    z = sigmoid(W[:d] @ x + gates[d:] @ below + b[d : 2 * d])
    candidate = np.tanh(W[d:] @ x + U_c[:, :d] @ (r * h_l) + U_c[:, d:] @ (r * h_r) + b[2 * d :])
    return z * (h_l + h_r) + (1 - z) * candidate


def test_the_cell_computes_its_equations() -> None:
    torch.manual_seed(0)
    cell = TreeGRU(input_size=3, hidden_size=4).double()
    torch.nn.init.normal_(cell.b)
    x, left, right = torch.randn(5, 3).double(), torch.randn(5, 4).double(), torch.randn(5, 4).double()
    words, parents = cell.leaf(x).detach().numpy(), cell.compose(left, right).detach().numpy()
    for row in range(5):
        np.testing.assert_allclose(words[row], equations(cell, x[row].numpy(), np.zeros(4), np.zeros(4)), rtol=1e-12)
        expected = equations(cell, np.zeros(3), left[row].numpy(), right[row].numpy())
        np.testing.assert_allclose(parents[row], expected, rtol=1e-12)


def test_gates_do_what_they_are_for() -> None:
    torch.manual_seed(0)
    cell = TreeGRU(input_size=3, hidden_size=2)
    left, right = torch.randn(2, 5, 2)
    with torch.no_grad():
        cell.b[2:4] = 100.0  # z = 1: the parent is the sum of its children
        torch.testing.assert_close(cell.compose(left, right), left + right)
        cell.b[2:4], cell.b[:2] = -100.0, -100.0  # z = 0, r = 0: the children have no effect
        torch.testing.assert_close(cell.compose(left, right), torch.tanh(cell.b[4:]).expand(5, 2))


def test_parameter_count_matches_paper_except_leaf_reset_gate() -> None:
    d = 300
    with torch.device("meta"):
        count = sum(parameter.numel() for parameter in TreeGRU(d, d).parameters())
    word_vectors, softmax = 21_702 * d, 5 * d + 5
    assert count + d * d + word_vectors + softmax == 7_323_005
