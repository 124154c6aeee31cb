"""The gated recursive cell, compared with its equations in NumPy, node by node."""

import numpy as np
import pytest
import torch

from treenn.cells import GatedRecursiveCell


def sigmoid(z: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-z))


def test_the_cell_computes_the_papers_equations() -> None:
    torch.manual_seed(0)
    d = 4
    cell = GatedRecursiveCell(3, d).double()
    for parameter in cell.parameters():
        torch.nn.init.normal_(parameter)
    values = {name: parameter.detach().numpy() for name, parameter in cell.named_parameters()}

    def layer_norm(v: np.ndarray) -> np.ndarray:
        centred = v - v.mean()
        scale = np.sqrt((centred**2).mean() + 1e-5)
        return values["norm.weight"] * centred / scale + values["norm.bias"]

    x, left, right = torch.randn(5, 3).double(), torch.randn(5, d).double(), torch.randn(5, d).double()
    words, parents = cell.leaf(x).detach().numpy(), cell.compose(left, right).detach().numpy()
    for row in range(5):
        word = layer_norm(values["words.weight"] @ x[row].numpy() + values["words.bias"])
        np.testing.assert_allclose(words[row], word, rtol=1e-10)
        le, ri = left[row].numpy(), right[row].numpy()
        hidden = np.maximum(values["first.weight"] @ np.concatenate([le, ri]) + values["first.bias"], 0)
        assert hidden.shape == (4 * d,)
        g_l, g_r, g_u, u = np.split(values["second.weight"] @ hidden + values["second.bias"], 4)
        expected = layer_norm(sigmoid(g_l) * le + sigmoid(g_r) * ri + sigmoid(g_u) * u)
        np.testing.assert_allclose(parents[row], expected, rtol=1e-10)


def test_it_is_random_only_while_training_with_dropout() -> None:
    torch.manual_seed(0)
    cell = GatedRecursiveCell(3, 4, cell_dropout=0.5)
    left, right = torch.randn(2, 5, 4)
    assert cell.is_stochastic
    assert not torch.equal(cell.compose(left, right), cell.compose(left, right))
    cell.eval()
    assert not cell.is_stochastic
    assert torch.equal(cell.compose(left, right), cell.compose(left, right))
    assert not GatedRecursiveCell(3, 4).is_stochastic


def test_dropout_applies_to_layer_inputs_not_gated_values() -> None:
    torch.manual_seed(0)
    cell = GatedRecursiveCell(3, 4, cell_dropout=1.0)
    left, right = torch.randn(2, 5, 4)
    with torch.no_grad():
        g_l, g_r, g_u, u = cell.second.bias.chunk(4)  # the remainder of the two layers
        sums = torch.sigmoid(g_l) * left + torch.sigmoid(g_r) * right + torch.sigmoid(g_u) * u
        torch.testing.assert_close(cell.compose(left, right), cell.norm(sums))


@pytest.mark.parametrize(("hidden", "expected"), [(None, 16), (7, 7)])
def test_inner_size_defaults_to_four_times_hidden_size(hidden: int | None, expected: int) -> None:
    assert GatedRecursiveCell(3, 4, inner_size=hidden).first.weight.shape == (expected, 8)
