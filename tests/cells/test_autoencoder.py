"""The autoencoder's composition, compared with the paper's equations, and its sweep, compared with recursion."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import node_by_node, split_words
from strategies import left_chain, trees_in_any_order
from torch import Tensor

from treenn.cells import AutoencoderCell
from treenn.encoders import TreeEncoder, pack
from treenn.testing import check_cell
from treenn.trees import InputError, Tree, parse_trees


def make_cell() -> AutoencoderCell:
    torch.manual_seed(0)
    return AutoencoderCell(3, 4).double()


def test_the_cell_computes_the_papers_equations() -> None:
    cell = make_cell()
    values = {name: parameter.detach().numpy() for name, parameter in cell.named_parameters()}
    x, left, right = torch.randn(5, 3).double(), torch.randn(5, 4).double(), torch.randn(5, 4).double()
    words, parents = cell.leaf(x).detach().numpy(), cell.compose(left, right).detach().numpy()
    for row in range(5):
        word = values["words.weight"] @ x[row].numpy() + values["words.bias"]
        p = np.tanh(
            values["pair.weight"][:, :4] @ left[row].numpy()
            + values["pair.weight"][:, 4:] @ right[row].numpy()
            + values["pair.bias"]
        )
        np.testing.assert_allclose(words[row], word, rtol=1e-12)
        np.testing.assert_allclose(parents[row], p / np.sqrt(sum(p**2)), rtol=1e-12)


@pytest.mark.parametrize("map_words", [False, True])
def test_it_passes_the_check_for_users_cells(map_words: bool) -> None:
    check_cell(lambda: AutoencoderCell(4, 4, map_words=map_words), input_size=4)


@pytest.mark.parametrize("share", [False, True])
@settings(max_examples=15)
@given(trees=st.lists(trees_in_any_order(max_words=8), min_size=1, max_size=4))
def test_states_and_gradients_equal_plain_recursion(share: bool, trees: list[Tree]) -> None:
    cell, forest = make_cell(), pack(trees, dedup=share)
    x = torch.randn(len(forest.words), 3, dtype=torch.float64, requires_grad=True)
    tokens = x if forest.inverse is None else x[forest.inverse[: forest.n_tokens]]
    plain = torch.cat([node_by_node(cell, *pair) for pair in zip(trees, split_words(trees, tokens), strict=True)])
    swept = torch.cat(forest.unpack(TreeEncoder(cell)(forest, x)))
    torch.testing.assert_close(swept, plain, rtol=1e-12, atol=1e-12)
    inputs, upstream = [x, *cell.parameters()], torch.randn_like(plain)
    for ours, theirs in zip(_gradients(swept, inputs, upstream), _gradients(plain, inputs, upstream), strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-10, atol=1e-12)


def test_gradcheck_through_the_sweep() -> None:
    cell = make_cell()
    forest = pack(parse_trees("(0 (0 (0 a) (0 b)) (0 (0 c) (0 d)))  (0 f)  (0 (0 g) (0 h))", classes=1))
    x = torch.randn(len(forest.words), 3, dtype=torch.float64, requires_grad=True)

    def encode(x: Tensor, *parameters: Tensor) -> Tensor:
        return TreeEncoder(cell)(forest, x)

    assert torch.autograd.gradcheck(encode, (x, *cell.parameters()))


def test_states_have_length_1_however_deep_the_tree() -> None:
    forest = pack([left_chain(2_000)])
    x = torch.randn(2_000, 3, dtype=torch.float64, requires_grad=True)
    states = TreeEncoder(make_cell())(forest, x)[2_000:]
    torch.testing.assert_close(states.norm(dim=1), torch.ones(1_999, dtype=torch.float64))
    states.sum().backward()
    assert torch.isfinite(x.grad).all()


def test_what_has_no_length_stays_without_one() -> None:
    cell, forest = AutoencoderCell(4, 4, map_words=False), pack(parse_trees("(0 (0 a) (0 b))", classes=1))
    with torch.no_grad():
        cell.pair.bias.zero_()
        assert not TreeEncoder(cell)(forest, torch.zeros(2, 4)).any()
        assert not cell.compose(torch.zeros(1, 4), torch.zeros(1, 4)).any()


def test_a_word_vector_may_itself_be_the_state() -> None:
    x = torch.randn(5, 4)
    assert torch.equal(AutoencoderCell(4, 4, map_words=False).leaf(x), x)
    with pytest.raises(InputError, match="input_size 3 must be hidden_size 4"):
        AutoencoderCell(3, 4, map_words=False)


def _gradients(states: Tensor, inputs: list[Tensor], upstream: Tensor) -> tuple[Tensor, ...]:
    return torch.autograd.grad(states, inputs, upstream, allow_unused=True, materialize_grads=True)
