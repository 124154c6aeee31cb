"""The averages, compared with NumPy's mean, and word dropout, compared with the paper's code."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from strategies import trees_in_any_order

from treenn.cells import Average
from treenn.encoders import TreeEncoder, pack
from treenn.trees import InputError, Tree, parse_trees


@pytest.mark.parametrize("layers", [0, 1, 3])
@given(trees=st.lists(trees_in_any_order(), min_size=1, max_size=3))
def test_node_state_is_an_mlp_of_mean_words(layers: int, trees: list[Tree]) -> None:
    torch.manual_seed(0)
    cell = Average(3, 4, layers=layers).double()
    forest = pack(trees)
    x = torch.randn(len(forest.words), 3, dtype=torch.float64)
    linear = [(m.weight.detach().numpy(), m.bias.detach().numpy()) for m in cell.layers if hasattr(m, "weight")]
    assert len(linear) == max(1, layers)
    states = TreeEncoder(cell)(forest, x).detach()
    starts, ends = forest.starts.tolist(), forest.ends.tolist()
    for row in range(len(states)):
        z = x[starts[row] : ends[row]].numpy().mean(axis=0)
        for W, b in linear:
            z = W @ z + b
            z = np.maximum(z, 0) if layers else z
        np.testing.assert_allclose(states[row], z, rtol=1e-9, atol=1e-12)


def averages(cell: Average, trees: list[Tree], x: torch.Tensor) -> torch.Tensor:
    """The averages themselves: the output map is the identity."""
    with torch.no_grad():
        cell.layers[0].weight.copy_(torch.eye(len(x[0])))
        cell.layers[0].bias.zero_()
        return TreeEncoder(cell)(pack(trees), x)


def test_dropped_words_are_excluded_from_averages() -> None:
    torch.manual_seed(1)
    trees = parse_trees("(0 (0 (0 a) (0 b)) (0 (0 c) (0 d)))", classes=1)
    cell, x = Average(4, 4, word_dropout=0.5), torch.eye(4)
    seen = set()
    for _ in range(40):
        root = averages(cell, trees, x)[-1]
        kept = root > 1e-3
        torch.testing.assert_close(root[kept], torch.full((int(kept.sum()),), 1 / int(kept.sum())), rtol=1e-4, atol=0)
        seen.add(int(kept.sum()))
    assert seen == {1, 2, 3, 4}  # if all four are dropped, all four count


def test_a_single_word_is_itself_dropped_or_not() -> None:
    torch.manual_seed(0)
    trees, x = parse_trees("(0 a)", classes=1), torch.randn(1, 4)
    for _ in range(10):
        torch.testing.assert_close(averages(Average(4, 4, word_dropout=0.9), trees, x), x)


def test_is_stochastic_only_in_training_with_word_dropout() -> None:
    cell = Average(3, 4, word_dropout=0.3)
    assert cell.is_stochastic
    assert not cell.eval().is_stochastic
    assert not Average(3, 4).is_stochastic
    assert cell.leaf(torch.ones(50, 3))[:, -1].tolist() == [1.0] * 50
    with pytest.raises(InputError, match=r"word_dropout 1\.0: must be at least 0 and below 1"):
        Average(3, 4, word_dropout=1.0)
