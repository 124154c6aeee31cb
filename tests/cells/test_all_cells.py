"""Requirements of every cell, independent of its equations."""

from collections.abc import Callable

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import node_by_node, split_words
from strategies import left_chain, right_chain, trees_in_any_order
from torch import Tensor

from treenn.cells import (
    AutoencoderCell,
    Average,
    BinaryTreeLSTM,
    Cell,
    ChildSumTreeLSTM,
    GatedRecursiveCell,
    MatrixVectorNetwork,
    RecursiveNetwork,
    RecursiveTensorNetwork,
    TreeGRU,
)
from treenn.encoders import TreeEncoder, pack
from treenn.testing import check_cell
from treenn.trees import Tree, parse_trees

CELLS: dict[str, Callable[[], Cell]] = {
    "tree-lstm": lambda: BinaryTreeLSTM(3, 4),
    "child-sum": lambda: ChildSumTreeLSTM(3, 4),
    "recursive-tanh": lambda: RecursiveNetwork(3, 4),
    "recursive-relu": lambda: RecursiveNetwork(3, 4, "relu", identity=True),
    "recursive-tied": lambda: RecursiveNetwork(3, 4, tied=True),
    "recursive-words-as-states": lambda: RecursiveNetwork(3, 3, map_words=False),
    "rntn": lambda: RecursiveTensorNetwork(3, 4),
    "rntn-words-as-states": lambda: RecursiveTensorNetwork(3, 3, map_words=False),
    "mv-rnn": lambda: MatrixVectorNetwork(3, 4),
    "tree-gru": lambda: TreeGRU(3, 4),
    "gated-recursive": lambda: GatedRecursiveCell(3, 4),
    "gated-recursive-dropout": lambda: GatedRecursiveCell(3, 4, cell_dropout=0.2),
    "autoencoder": lambda: AutoencoderCell(3, 4),
    "average": lambda: Average(3, 4),
    "deep-average": lambda: Average(3, 4, layers=2, word_dropout=0.3),
}

every_cell = pytest.mark.parametrize("name", CELLS)


@every_cell
@pytest.mark.parametrize("seed", [0, 1])
def test_every_cell_passes_the_check_for_users_cells(name: str, seed: int) -> None:
    check_cell(CELLS[name], input_size=3, seed=seed)


def test_a_words_own_matrix_passes_too() -> None:
    size = MatrixVectorNetwork.word_size(3)
    check_cell(lambda: MatrixVectorNetwork(size, 3, map_words=False), input_size=size)


@every_cell
@pytest.mark.parametrize("share", [False, True])
@settings(max_examples=8)
@given(trees=st.lists(trees_in_any_order(max_words=8), min_size=1, max_size=4))
def test_states_and_gradients_equal_plain_recursion(name: str, share: bool, trees: list[Tree]) -> None:
    torch.manual_seed(0)
    cell, forest = CELLS[name]().double().eval(), pack(trees, dedup=share)
    x = torch.randn(len(forest.words), 3, dtype=torch.float64, requires_grad=True)
    tokens = x if forest.inverse is None else x[forest.inverse[: forest.n_tokens]]
    plain = torch.cat([node_by_node(cell, *pair) for pair in zip(trees, split_words(trees, tokens), strict=True)])
    swept = torch.cat(forest.unpack(TreeEncoder(cell)(forest, x)))
    torch.testing.assert_close(swept, plain, rtol=1e-10, atol=1e-12)
    upstream = torch.randn_like(plain)
    inputs = [x, *cell.parameters()]
    for ours, theirs in zip(_gradients(swept, inputs, upstream), _gradients(plain, inputs, upstream), strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-10, atol=1e-12)


@every_cell
def test_gradcheck_through_the_sweep(name: str) -> None:
    torch.manual_seed(0)
    cell = CELLS[name]().double().eval()
    forest = pack(parse_trees("(0 (0 (0 a) (0 b)) (0 (0 c) (0 d)))  (0 f)  (0 (0 g) (0 h))", classes=1))
    x = torch.randn(len(forest.words), 3, dtype=torch.float64, requires_grad=True)

    def encode(x: Tensor, *parameters: Tensor) -> Tensor:
        return TreeEncoder(cell)(forest, x)

    assert torch.autograd.gradcheck(encode, (x, *cell.parameters()))


@every_cell
def test_autocast_states_and_gradients_are_close_to_float32(name: str) -> None:
    torch.manual_seed(0)
    cell = CELLS[name]().eval()
    forest = pack(parse_trees("(0 (0 (0 a) (0 b)) (0 (0 c) (0 (0 d) (0 e))))  (0 f)  (0 (0 g) (0 h))", classes=1))
    x = torch.randn(len(forest.words), 3, requires_grad=True)
    results = []
    for enabled in (False, True):
        with torch.autocast("cpu", torch.bfloat16, enabled=enabled):
            states = TreeEncoder(cell)(forest, x).float()
        results.append([states, *_gradients(states, [x, *cell.parameters()], torch.ones_like(states))])
    for exact, rough in zip(*results, strict=True):
        assert rough.dtype == torch.float32
        torch.testing.assert_close(rough, exact, rtol=0, atol=0.03 * float(exact.detach().abs().max()) + 0.01)


@every_cell
@pytest.mark.parametrize("chain", [left_chain, right_chain])
def test_chains_of_300_words_give_finite_gradients(name: str, chain: Callable[[int], Tree]) -> None:
    torch.manual_seed(0)
    cell, forest = CELLS[name](), pack([chain(300)])
    x = torch.randn(300, 3, requires_grad=True)
    states = TreeEncoder(cell)(forest, x)
    states.mean().backward()
    assert torch.isfinite(states).all()
    assert torch.isfinite(x.grad).all()


def _gradients(states: Tensor, inputs: list[Tensor], upstream: Tensor) -> tuple[Tensor, ...]:
    return torch.autograd.grad(states, inputs, upstream, allow_unused=True, materialize_grads=True)
