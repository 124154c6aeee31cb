"""The top-down pass, compared with its equations in NumPy and with recursion."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import node_by_node, split_words
from strategies import left_chain, right_chain, trees_in_any_order
from torch import Tensor

from treenn.cells import Average, BinaryTreeLSTM, Cell, GatedRecursiveCell, RecursiveTensorNetwork
from treenn.encoders import BidirectionalTreeEncoder, PackedForest, TreeEncoder, pack
from treenn.trees import InputError, Tree, parse_trees

TREES = parse_trees("(0 (0 (0 a) (0 b)) (0 (0 c) (0 (0 d) (0 e))))  (0 f)  (0 (0 g) (0 h))", classes=5)
CELLS = {
    "tree-lstm": lambda: BinaryTreeLSTM(3, 4),
    "rntn": lambda: RecursiveTensorNetwork(3, 4),
    "average": lambda: Average(3, 4),
}


def make_encoder(cell: Cell | None = None, down_size: int = 2) -> BidirectionalTreeEncoder:
    torch.manual_seed(0)
    encoder = BidirectionalTreeEncoder(cell or BinaryTreeLSTM(3, 4), down_size)
    torch.nn.init.normal_(encoder.b)
    return encoder.double()


def make_x(forest: PackedForest) -> Tensor:
    torch.manual_seed(1)
    return torch.randn(len(forest.words), 3, dtype=torch.float64, requires_grad=True)


def parents_of(tree: Tree) -> dict[int, tuple[int, int]]:
    """Parent and side (0 left, 1 right) of every node but the root."""
    n = len(tree.words)
    return {child: (n + k, side) for k, merge in enumerate(tree.merges) for side, child in enumerate(merge)}


def node_by_node_both_ways(encoder: BidirectionalTreeEncoder, tree: Tree, x: Tensor) -> Tensor:
    """Recursion under autograd: a node's downward state depends on its parent's."""
    up, parents = node_by_node(encoder.cell, tree, x), parents_of(tree)
    U = encoder.U.chunk(2)

    def down(node: int) -> tuple[Tensor, Tensor]:
        z, c_above = encoder.W @ up[node] + encoder.b, torch.zeros(())
        if node in parents:
            parent, side = parents[node]
            h_above, c_above = down(parent)
            z = z + U[side] @ h_above
        i, f, o, u = z.chunk(4)
        c = torch.sigmoid(i) * torch.tanh(u) + torch.sigmoid(f) * c_above
        return torch.sigmoid(o) * torch.tanh(c), c

    return torch.cat([up, torch.stack([down(node)[0] for node in range(len(tree))])], dim=1)


@pytest.mark.parametrize("name", CELLS)
@settings(max_examples=20)
@given(trees=st.lists(trees_in_any_order(max_words=8), min_size=1, max_size=4))
def test_states_and_gradients_equal_plain_recursion(name: str, trees: list[Tree]) -> None:
    encoder, forest = make_encoder(CELLS[name]()), pack(trees)
    x = make_x(forest)
    states = torch.cat(forest.unpack(encoder(forest, x)))
    parts = zip(trees, split_words(trees, x), strict=True)
    plain = torch.cat([node_by_node_both_ways(encoder, tree, part) for tree, part in parts])
    torch.testing.assert_close(states, plain, rtol=1e-12, atol=1e-12)
    upstream, inputs = torch.randn_like(plain), [x, *encoder.parameters()]
    for ours, theirs in zip(_gradients(states, inputs, upstream), _gradients(plain, inputs, upstream), strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-10, atol=1e-12)


def test_the_way_down_computes_the_equations() -> None:
    encoder, forest = make_encoder(), pack(TREES[:1])
    tree, states = TREES[0], forest.unpack(encoder(forest, make_x(forest)))[0].detach().numpy()
    W, U, b = (parameter.detach().numpy() for parameter in (encoder.W, encoder.U, encoder.b))
    d, parents = 2, parents_of(tree)

    def sigmoid(z: np.ndarray) -> np.ndarray:
        return 1 / (1 + np.exp(-z))

    def part(gate: int, side: int | None) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        rows = slice(gate * d, gate * d + d)
        return W[rows], b[rows], np.zeros((d, d)) if side is None else U[side * 4 * d :][rows]

    h, c = {}, {}
    for node in reversed(range(len(tree))):
        above, side = parents.get(node, (None, None))
        h_above, c_above = h.get(above, np.zeros(d)), c.get(above, np.zeros(d))
        i, f, o, u = (
            weight @ states[node, :4] + own @ h_above + bias for weight, bias, own in (part(g, side) for g in range(4))
        )
        c[node] = sigmoid(i) * np.tanh(u) + sigmoid(f) * c_above
        h[node] = sigmoid(o) * np.tanh(c[node])
        np.testing.assert_allclose(states[node, 4:], h[node], rtol=1e-12)


def test_gradcheck() -> None:
    encoder, forest = make_encoder(), pack(TREES)

    def encode(x: Tensor, *parameters: Tensor) -> Tensor:
        return encoder(forest, x)

    assert torch.autograd.gradcheck(encode, (make_x(forest), *encoder.parameters()))


def test_leaf_states_depend_on_the_whole_sentence_only() -> None:
    forest = pack(TREES)
    x, encoder = make_x(forest), make_encoder()
    for state, reads in ((encoder(forest, x), [1, 1, 1, 1, 1, 0, 0, 0]), (TreeEncoder(encoder.cell)(forest, x), [1])):
        (to_x,) = torch.autograd.grad(state[0].sum(), x)
        assert to_x.any(dim=1).int().tolist() == reads + [0] * (8 - len(reads))


def test_left_and_right_children_have_separate_weights() -> None:
    encoder, forest = make_encoder(), pack(TREES)
    before = encoder(forest, make_x(forest))
    with torch.no_grad():
        encoder.U[: 4 * 2] += 1
    changed = (encoder(forest, make_x(forest)) != before).any(dim=1)
    # a, c, d, g and ab are left children; b is below one; de, e and h are not, but for c and d beside them
    assert [changed[row].item() for row in range(8)] == [True, True, True, True, False, False, True, False]


def test_roots_only_returns_roots_in_tree_order() -> None:
    encoder, forest = make_encoder(), pack(TREES)
    x = make_x(forest)
    torch.testing.assert_close(encoder(forest, x, roots_only=True), encoder(forest, x)[forest.roots])


def test_subtrees_are_not_shared() -> None:
    encoder, shared = make_encoder(), pack(TREES, dedup=True)
    assert not encoder.supports_dedup
    assert not encoder.eval().supports_dedup
    with pytest.raises(InputError, match=r"pack the trees with dedup=False, or with dedup=encoder\.supports_dedup"):
        encoder(shared, make_x(shared))


def test_what_other_encoders_may_share() -> None:
    assert TreeEncoder(BinaryTreeLSTM(3, 4)).supports_dedup
    dropping = TreeEncoder(GatedRecursiveCell(3, 4, cell_dropout=0.2))
    assert not dropping.supports_dedup
    assert dropping.eval().supports_dedup


@pytest.mark.parametrize("chain", [left_chain, right_chain])
@pytest.mark.parametrize("n", [3_000, pytest.param(100_000, marks=pytest.mark.slow)])
def test_deep_chains_run_forward_and_backward(chain, n: int) -> None:
    forest = pack([chain(n)])
    x = torch.randn(n, 3, requires_grad=True)
    states = BidirectionalTreeEncoder(BinaryTreeLSTM(3, 2))(forest, x)
    states.sum().backward()
    assert torch.isfinite(states).all()
    assert (x.grad.abs().sum(dim=1) > 0).all()


def test_going_backward_twice_gives_the_same_gradients_twice() -> None:
    encoder, forest = make_encoder(), pack(TREES)
    x = make_x(forest)
    states = encoder(forest, x)
    inputs, upstream = [x, *encoder.parameters()], torch.ones_like(states)
    assert all(map(torch.equal, _gradients(states, inputs, upstream), _gradients(states, inputs, upstream)))


def test_autocast_computes_in_bfloat16_and_learns_in_float32() -> None:
    encoder, forest = make_encoder().float(), pack(TREES)
    x = make_x(forest).float().detach()
    results = []
    for enabled in (False, True):
        with torch.autocast("cpu", torch.bfloat16, enabled=enabled):
            states = encoder(forest, x)
        results.append([states, *_gradients(states, list(encoder.parameters()), torch.ones_like(states))])
    assert not torch.equal(results[0][0], results[1][0])
    for exact, rough in zip(*results, strict=True):
        assert rough.dtype == torch.float32
        torch.testing.assert_close(rough, exact, rtol=0, atol=0.03 * float(exact.detach().abs().max()))


@pytest.mark.parametrize(("up", "down"), [(4, 4), (3, 2), (1, 1)])
def test_both_ways_may_differ_in_width(up: int, down: int) -> None:
    encoder, forest = BidirectionalTreeEncoder(BinaryTreeLSTM(3, up), down), pack(TREES * 3)
    states = encoder(forest, make_x(forest).float())
    assert states.shape == (len(forest.labels), encoder.output_size) == (len(forest.labels), up + down)
    states.sum().backward()
    assert BidirectionalTreeEncoder(BinaryTreeLSTM(3, up)).output_size == 2 * up
    with pytest.raises(InputError, match="down_size 0: must be 1 to 10000"):
        BidirectionalTreeEncoder(BinaryTreeLSTM(3, up), 0)


def _gradients(states: Tensor, inputs: list[Tensor], upstream: Tensor) -> tuple[Tensor, ...]:
    return torch.autograd.grad(states, inputs, upstream, retain_graph=True, allow_unused=True, materialize_grads=True)
