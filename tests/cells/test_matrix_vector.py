"""The matrix-vector network, compared with its equations in NumPy, matrix by matrix."""

import numpy as np
import pytest
import torch

from treenn.cells import MatrixVectorNetwork
from treenn.trees import InputError

D, R = 4, 2


def node(state: torch.Tensor) -> tuple[np.ndarray, np.ndarray]:
    values = state.detach().numpy()
    return values[:D], values[D:].reshape(D, D)


def word(own: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The vector and the matrix A = U V + diag of a word, from its parameters in the order of the docstring."""
    a, diagonal = own[:D], 1 + own[D : 2 * D]
    U, V = own[2 * D : 2 * D + D * R].reshape(D, R), own[2 * D + D * R :].reshape(R, D)
    return a, U @ V + np.diag(diagonal)


def make(input_size: int = 3, *, map_words: bool = True) -> MatrixVectorNetwork:
    torch.manual_seed(0)
    cell = MatrixVectorNetwork(input_size, D, R, map_words=map_words).double()
    for parameter in cell.parameters():
        torch.nn.init.normal_(parameter)
    return cell


def test_a_parent_is_computed_by_the_papers_equations() -> None:
    cell = make()
    W, bias, W_M = (t.detach().numpy() for t in (cell.pair.weight, cell.pair.bias, cell.W_M))
    left, right = torch.randn(2, 6, D + D * D, dtype=torch.float64)
    parents = cell.compose(left, right)
    for row in range(6):
        (a, A), (b, B) = node(left[row]), node(right[row])
        p, P = node(parents[row])
        np.testing.assert_allclose(p, np.tanh(W @ np.concatenate([B @ a, A @ b]) + bias), rtol=1e-12)
        np.testing.assert_allclose(P, W_M @ np.vstack([A, B]), rtol=1e-10)
    np.testing.assert_array_equal(cell.output(parents).detach(), parents.detach()[:, :D])


def test_leaf_matrix_is_low_rank_plus_diagonal() -> None:
    cell = make()
    x = torch.randn(5, 3, dtype=torch.float64)
    for row, state in enumerate(cell.leaf(x)):
        own = cell.words.weight.detach().numpy() @ x[row].numpy() + cell.words.bias.detach().numpy()
        for ours, theirs in zip(node(state), word(own), strict=True):
            np.testing.assert_allclose(ours, theirs, rtol=1e-12)


def test_leaf_reads_parameters_off_unmapped_word_vectors() -> None:
    size = MatrixVectorNetwork.word_size(D, R)
    cell = make(size, map_words=False)
    x = torch.randn(5, size, dtype=torch.float64)
    for row, state in enumerate(cell.leaf(x)):
        for ours, theirs in zip(node(state), word(x[row].numpy()), strict=True):
            np.testing.assert_allclose(ours, theirs, rtol=1e-12)
    with pytest.raises(InputError, match=f"reads the {size} parameters of a word off its vector: input_size is 3"):
        MatrixVectorNetwork(3, D, R, map_words=False)


def test_initial_matrices_are_near_identity_at_every_level() -> None:
    torch.manual_seed(0)
    cell = MatrixVectorNetwork(10, 20)
    words = cell.leaf(torch.randn(2, 10))
    parent = cell.compose(words[:1], words[1:])
    for state in (words[:1], parent, cell.compose(parent, parent)):
        matrix = state[0, 20:].view(20, 20)
        torch.testing.assert_close(matrix, torch.eye(20), rtol=0, atol=0.2)
        assert not torch.equal(matrix, torch.eye(20))
