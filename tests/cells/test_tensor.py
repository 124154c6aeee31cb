"""The tensor network, compared with its equation in NumPy, slice by slice."""

import numpy as np
import pytest
import torch

from treenn.cells import RecursiveTensorNetwork
from treenn.trees import InputError


def test_the_cell_computes_the_papers_equations() -> None:
    torch.manual_seed(0)
    d = 4
    cell = RecursiveTensorNetwork(3, d).double()
    torch.nn.init.normal_(cell.b)
    values = {name: parameter.detach().numpy() for name, parameter in cell.named_parameters()}
    x, left, right = torch.randn(5, 3).double(), torch.randn(5, d).double(), torch.randn(5, d).double()
    words, parents = cell.leaf(x).detach().numpy(), cell.compose(left, right).detach().numpy()
    for row in range(5):
        word = np.tanh(values["words.weight"] @ x[row].numpy() + values["words.bias"])
        np.testing.assert_allclose(words[row], word, rtol=1e-12)
        both = np.concatenate([left[row].numpy(), right[row].numpy()])
        for k in range(d):
            bilinear = sum(both[i] * values["V"][k, i, j] * both[j] for i in range(2 * d) for j in range(2 * d))
            expected = np.tanh(bilinear + values["W"][k] @ both + values["b"][k])
            np.testing.assert_allclose(parents[row, k], expected, rtol=1e-12)


def test_zero_tensor_is_recursive_network_else_children_multiply() -> None:
    torch.manual_seed(0)
    cell = RecursiveTensorNetwork(4, 4, map_words=False)
    left, right = torch.randn(2, 5, 4)
    with torch.no_grad():
        cell.V.zero_()
        plain = torch.tanh(torch.cat([left, right], dim=1) @ cell.W.T)
        torch.testing.assert_close(cell.compose(left, right), plain)
        cell.V[2, 0, 4 + 1] = 0.5  # the first number of the left child times the second of the right
        change = torch.atanh(cell.compose(left, right)) - torch.atanh(plain)
    torch.testing.assert_close(change[:, 2], 0.5 * left[:, 0] * right[:, 1], rtol=1e-3, atol=1e-4)
    torch.testing.assert_close(change[:, [0, 1, 3]], torch.zeros(5, 3))


def test_weights_start_as_the_docstring_says() -> None:
    torch.manual_seed(0)
    d = 16
    cell = RecursiveTensorNetwork(3, d)
    assert cell.V.shape == (d, 2 * d, 2 * d)
    assert 0.99 / (4 * d) < cell.V.abs().max() <= 1 / (4 * d)
    noise = cell.W - torch.eye(d).repeat(1, 2)
    assert 0.9 / (2 * d**0.5) < noise.abs().max() <= 1 / (2 * d**0.5) + 1e-6
    assert not cell.b.any()


def test_unmapped_word_vectors_need_the_hidden_size() -> None:
    x = torch.randn(5, 4)
    assert torch.equal(RecursiveTensorNetwork(4, 4, map_words=False).leaf(x), x)
    with pytest.raises(InputError, match="input_size 3 must be hidden_size 4"):
        RecursiveTensorNetwork(3, 4, map_words=False)
