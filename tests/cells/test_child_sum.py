"""The child-sum cell over two children, compared with the paper's equations in NumPy and the dependency encoder."""

import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import node_by_node, split_words
from strategies import trees_in_any_order
from torch import Tensor

from treenn.cells.child_sum import ChildSumTreeLSTM
from treenn.encoders import DependencyEncoder, TreeEncoder, pack, pack_dependencies
from treenn.trees import DependencyTree, Tree, parse_trees


def make_cell() -> ChildSumTreeLSTM:
    torch.manual_seed(0)
    cell = ChildSumTreeLSTM(input_size=3, hidden_size=4, forget_bias=0.7).double()
    with torch.no_grad():
        cell.b += torch.randn(16)
    return cell


def sigmoid(z: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-z))


def equations_2_to_8(
    cell: ChildSumTreeLSTM, x: np.ndarray, children: list[tuple[np.ndarray, np.ndarray]]
) -> np.ndarray:
    """One node: an input (zeros at inner nodes) and the (h, c) of its children (none at words)."""
    W = dict(zip("iou", np.split(cell.W.detach().numpy(), 3), strict=True))
    U = dict(zip("iouf", np.split(cell.U.detach().numpy(), 4), strict=True))
    b = dict(zip("iouf", np.split(cell.b.detach().numpy(), 4), strict=True))
    h_tilde = sum((h for h, _ in children), start=np.zeros(cell.hidden_size))
    i, o, u = (W[g] @ x + U[g] @ h_tilde + b[g] for g in "iou")
    c = sigmoid(i) * np.tanh(u)
    for h_k, c_k in children:
        c = c + sigmoid(U["f"] @ h_k + b["f"]) * c_k
    return np.concatenate([sigmoid(o) * np.tanh(c), c])


def test_the_cell_computes_the_papers_equations() -> None:
    cell = make_cell()
    x = torch.randn(5, 3, dtype=torch.float64)
    states = cell.leaf(x).detach().numpy()
    for word in range(5):
        np.testing.assert_allclose(states[word], equations_2_to_8(cell, x[word].numpy(), []), rtol=1e-12)
    left, right = torch.randn(2, 6, 8, dtype=torch.float64)
    parents = cell.compose(left, right)
    for row in range(6):
        children = [tuple(np.split(side[row].numpy(), 2)) for side in (left, right)]
        expected = equations_2_to_8(cell, np.zeros(3), children)
        np.testing.assert_allclose(parents[row].detach().numpy(), expected, rtol=1e-12)
    np.testing.assert_array_equal(cell.output(parents).detach(), parents.detach()[:, :4])


@settings(deadline=None, max_examples=40)
@given(st.lists(trees_in_any_order(), min_size=1, max_size=5))
def test_the_sweep_equals_plain_recursion(trees: list[Tree]) -> None:
    cell, forest = make_cell(), pack(trees)
    x = torch.randn(len(forest.words), 3, dtype=torch.float64, requires_grad=True)
    swept = forest.unpack(TreeEncoder(cell)(forest, x))
    plain = [node_by_node(cell, tree, part) for tree, part in zip(trees, split_words(trees, x), strict=True)]
    weights = [torch.randn_like(part) for part in plain]
    gradients = []
    for states in (swept, plain):
        loss = sum((part * weight).sum() for part, weight in zip(states, weights, strict=True))
        inputs = [x, *cell.parameters()]
        found = torch.autograd.grad(loss, inputs, materialize_grads=True, allow_unused=True)
        gradients.append(found)
    for ours, theirs in zip([*swept, *gradients[0]], [*plain, *gradients[1]], strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-10, atol=1e-12)


def test_gradcheck_through_the_sweep() -> None:
    cell = make_cell()
    forest = pack(parse_trees("(0 (0 (0 a) (0 b)) (0 (0 c) (0 (0 d) (0 e))))  (0 f)  (0 (0 g) (0 h))", classes=5))
    x = torch.randn(len(forest.words), 3, dtype=torch.float64, requires_grad=True)

    def encode(x: Tensor, *parameters: Tensor) -> Tensor:
        return TreeEncoder(cell)(forest, x)

    assert torch.autograd.gradcheck(encode, (x, *cell.parameters()))


def test_equals_dependency_encoder_with_zero_inner_word_vectors() -> None:
    encoder = DependencyEncoder(3, 4).double()
    encoder.cell = make_cell()
    tree = Tree(("a", "b", "c", "d"), ((1, 2), (0, 4), (5, 3)))
    x = torch.zeros(7, 3, dtype=torch.float64)
    x[:4] = torch.randn(4, 3, dtype=torch.float64)
    constituents = pack([tree])
    [states] = constituents.unpack(TreeEncoder(encoder.cell)(constituents, x[:4]))
    dependencies = pack_dependencies([DependencyTree(("w",) * 7, tree.parents)])
    by_row = torch.empty_like(x)
    by_row[dependencies.unsorted_indices] = x
    torch.testing.assert_close(dependencies.unpack(encoder(dependencies, by_row))[0], states, rtol=1e-12, atol=1e-14)


def test_children_are_unordered_with_one_forget_gate_each() -> None:
    cell = make_cell()
    left, right = torch.randn(2, 1, 8, dtype=torch.float64)
    torch.testing.assert_close(cell.compose(left, right), cell.compose(right, left), rtol=1e-12, atol=1e-14)
    with torch.no_grad():
        cell.U[:12] = 0  # only the forget gates depend on the children
    h_l = left[:, :4].clone().requires_grad_()
    for own, c_l in ((True, left[:, 4:]), (False, torch.zeros(1, 4, dtype=torch.float64))):
        c = cell.compose(torch.cat([h_l, c_l], dim=1), right)[:, 4:]
        gradient = torch.autograd.grad(c.sum(), h_l)[0]
        assert (gradient != 0).all() == own  # through the left child's gate, or not at all


def test_parameters_start_as_documented() -> None:
    cell = ChildSumTreeLSTM(input_size=3, hidden_size=4, forget_bias=1.0)
    assert cell.b.tolist() == [0.0] * 12 + [1.0] * 4
    assert cell.W.abs().max() <= 3**-0.5
    assert cell.U.abs().max() <= 4**-0.5
    assert sum(parameter.numel() for parameter in cell.parameters()) == 3 * 4 * 3 + 4 * 4 * 4 + 16
