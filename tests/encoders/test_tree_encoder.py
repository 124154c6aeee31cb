import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import node_by_node, split_words
from strategies import trees_in_any_order
from torch import Tensor, nn

from treenn.cells import BinaryTreeLSTM, Cell
from treenn.cells.fused_form import AutogradGates, FusedForm
from treenn.encoders import TreeEncoder, pack
from treenn.trees import Tree, parse_trees

FORESTS = st.lists(trees_in_any_order(), min_size=1, max_size=5)


class Bilinear(Cell):
    """A cell without affine form, whose leaf is the identity."""

    def __init__(self, size: int) -> None:
        super().__init__(size, size)
        self.weight = nn.Parameter(torch.randn(size, size, size) / size)

    def leaf(self, x: Tensor) -> Tensor:
        return x

    def compose(self, left: Tensor, right: Tensor) -> Tensor:
        return torch.tanh(torch.einsum("ni,kij,nj->nk", left, self.weight, right))


class Squashed(Cell):
    """An affine cell with gates differentiated by autograd."""

    def __init__(self) -> None:
        super().__init__(3, 3)
        self.pair = nn.Linear(6, 3, dtype=torch.float64)

    def leaf(self, x: Tensor) -> Tensor:
        return x

    def compose(self, left: Tensor, right: Tensor) -> Tensor:
        return torch.tanh(self.pair(torch.cat([left, right], dim=1)))

    def fused_form(self) -> FusedForm:
        squash = AutogradGates(lambda z, memories: (torch.tanh(z), memories.sum(dim=1)))
        return FusedForm(self.pair.weight, self.pair.bias, squash)


def make_cell(name: str) -> Cell:
    torch.manual_seed(0)
    return (BinaryTreeLSTM(input_size=3, hidden_size=4) if name == "tree-lstm" else Bilinear(3)).double()


@pytest.mark.parametrize("share", [False, True])
@pytest.mark.parametrize("name", ["tree-lstm", "bilinear"])
@settings(deadline=None, max_examples=40)
@given(forest_trees=FORESTS)
def test_states_and_gradients_equal_plain_recursion(name: str, share: bool, forest_trees: list[Tree]) -> None:
    cell, forest = make_cell(name), pack(forest_trees, dedup=share)
    encoder = TreeEncoder(cell)
    x = torch.randn(len(forest.words), 3, dtype=torch.float64, requires_grad=True)
    of_tokens = x if forest.inverse is None else x[forest.inverse[: forest.n_tokens]]
    states = encoder(forest, x)
    parts = split_words(forest_trees, of_tokens)
    plain = [node_by_node(cell, tree, part) for tree, part in zip(forest_trees, parts, strict=True)]
    for swept, expected in zip(forest.unpack(states), plain, strict=True):
        torch.testing.assert_close(swept, expected, rtol=1e-12, atol=1e-12)
    weights = torch.randn_like(states)
    inputs = [x, *cell.parameters()]
    ours = torch.autograd.grad((states * weights).sum(), inputs, allow_unused=True)
    oracle_loss = sum((p * w).sum() for p, w in zip(plain, forest.unpack(weights), strict=True))
    theirs = torch.autograd.grad(oracle_loss, inputs, allow_unused=True)
    for tensor, our, their in zip(inputs, ours, theirs, strict=True):
        our, their = (torch.zeros_like(tensor) if grad is None else grad for grad in (our, their))
        torch.testing.assert_close(our, their, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("name", ["tree-lstm", "bilinear"])
def test_gradcheck_through_the_sweep(name: str) -> None:
    cell = make_cell(name)
    forest = pack(parse_trees("(0 (0 (0 a) (0 b)) (0 (0 c) (0 (0 d) (0 e))))  (0 f)  (0 (0 g) (0 h))", classes=5))
    x = torch.randn(len(forest.words), 3, dtype=torch.float64, requires_grad=True)

    def encode(x: Tensor, *parameters: Tensor) -> Tensor:
        return TreeEncoder(cell)(forest, x)

    assert torch.autograd.gradcheck(encode, (x, *cell.parameters()))


def test_every_word_and_every_parameter_has_a_gradient() -> None:
    cell = make_cell("tree-lstm")
    forest = pack(parse_trees("(0 (0 (0 a) (0 b)) (0 (0 c) (0 d)))", classes=5))
    x = torch.randn(4, 3, dtype=torch.float64, requires_grad=True)
    TreeEncoder(cell)(forest, x, roots_only=True).sum().backward()
    assert (x.grad.abs().sum(dim=1) > 1e-6).all()
    assert all((parameter.grad != 0).all() for parameter in cell.parameters())


def test_roots_only_returns_roots_in_tree_order() -> None:
    encoder = TreeEncoder(make_cell("tree-lstm"))
    forest = pack(parse_trees("(0 (0 (0 a) (0 b)) (0 c))  (0 d)  (0 (0 e) (0 f))", classes=5))
    x = torch.randn(6, 3, dtype=torch.float64)
    torch.testing.assert_close(encoder(forest, x, roots_only=True), encoder(forest, x)[forest.roots])


def test_states_are_independent_of_the_batch() -> None:
    encoder = TreeEncoder(make_cell("tree-lstm"))
    forest_trees = parse_trees("(0 (0 (0 a) (0 b)) (0 c))  (0 d)  (0 (0 e) (0 f))", classes=5)
    together = pack(forest_trees)
    x = torch.randn(6, 3, dtype=torch.float64)
    for tree, part, states in zip(
        forest_trees, split_words(forest_trees, x), together.unpack(encoder(together, x)), strict=True
    ):
        alone = pack([tree])
        torch.testing.assert_close(alone.unpack(encoder(alone, part))[0], states, rtol=1e-12, atol=1e-14)


def test_frozen_parameters_and_inputs_are_left_alone() -> None:
    cell = make_cell("tree-lstm")
    cell.U.requires_grad_(False)
    forest = pack(parse_trees("(0 (0 a) (0 b))", classes=5))
    TreeEncoder(cell)(forest, torch.randn(2, 3, dtype=torch.float64)).sum().backward()
    assert cell.U.grad is None
    assert cell.W.grad is not None
    with torch.no_grad():
        assert not TreeEncoder(cell)(forest, torch.randn(2, 3, dtype=torch.float64)).requires_grad


@pytest.mark.parametrize("direction", ["left", "right"])
@pytest.mark.parametrize("n", [3_000, pytest.param(100_000, marks=pytest.mark.slow)])
def test_deep_chains_run_forward_and_backward(direction: str, n: int) -> None:
    if direction == "left":
        merges = [(0, 1), *((n + k, k + 2) for k in range(n - 2))]
    else:
        merges = [(n - 2, n - 1), *((n - 3 - k, n + k) for k in range(n - 2))]
    forest = pack([Tree(("word",) * n, tuple(merges))])
    x = torch.randn(n, 3, requires_grad=True)
    states = TreeEncoder(BinaryTreeLSTM(3, 2))(forest, x)
    states.sum().backward()
    assert len(forest.level_sizes) == n
    assert torch.isfinite(states).all()
    assert (x.grad.abs().sum(dim=1) > 0).all()


@pytest.mark.parametrize("mode", [torch.no_grad, torch.inference_mode])
@pytest.mark.parametrize("name", ["tree-lstm", "bilinear", "differentiated"])
def test_states_are_equal_without_gradients(name: str, mode: type) -> None:
    cell = Squashed() if name == "differentiated" else make_cell(name)
    forest = pack(parse_trees("(0 (0 (0 a) (0 b)) (0 c))  (0 d)", classes=5))
    x = torch.randn(4, 3, dtype=torch.float64)
    expected = TreeEncoder(cell)(forest, x)
    with mode():
        states = TreeEncoder(cell)(forest, x)
    assert torch.equal(states, expected)
    assert not states.requires_grad
