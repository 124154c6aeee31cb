"""Compiled sweeps of Tree-LSTMs, compared with those by torch's operations."""

from collections.abc import Sequence
from importlib.util import find_spec

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import left_chain, right_chain, trees_in_any_order
from torch import Tensor

from treenn.cells import BinaryTreeLSTM
from treenn.cells.child_sum import ChildSumTreeLSTM
from treenn.encoders import TreeEncoder, pack
from treenn.trees import Tree, parse_trees

pytest.importorskip("numba")
needs_triton = pytest.mark.skipif(find_spec("triton") is None, reason="Triton, an extra of 286 MB, is not installed")
KERNELS = pytest.mark.parametrize("kernels", ["numba", pytest.param("triton", marks=needs_triton)])


def by(
    kernels: str, encoder: TreeEncoder, trees: list[Tree], *, dedup: bool = False, bf16: bool = False
) -> list[Tensor]:
    """The states of all nodes, and the gradients of a loss."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TREENN_KERNELS", kernels)
        patch.setenv("TRITON_INTERPRET", "1")
        forest = pack(trees, dedup=dedup)
        torch.manual_seed(1)
        x = torch.randn(len(forest.words), encoder.cell.input_size, requires_grad=True)
        with torch.autocast("cpu", torch.bfloat16, enabled=bf16):
            states = encoder(forest, x)
        torch.manual_seed(2)
        loss = (states * torch.randn(states.shape)).sum() / len(states)
        return [states.detach(), *torch.autograd.grad(loss, [x, *encoder.parameters()], materialize_grads=True)]


def assert_same(
    encoder: TreeEncoder, trees: Sequence[Tree], kernels: str = "numba", tolerance: float = 1e-6, **options: bool
) -> None:
    expected, found = (by(each, encoder, trees, **options) for each in ("torch", kernels))
    for one, other in zip(found, expected, strict=True):
        torch.testing.assert_close(one, other, rtol=tolerance, atol=tolerance)


def tree_lstm(**options: float) -> TreeEncoder:
    torch.manual_seed(0)
    return TreeEncoder(BinaryTreeLSTM(6, 8, forget_bias=1.0, **options))


@pytest.mark.parametrize("dedup", [False, True])
@settings(deadline=None, max_examples=30)
@given(trees=st.lists(trees_in_any_order(), min_size=1, max_size=12))
def test_states_and_gradients(dedup: bool, trees: list[Tree]) -> None:
    assert_same(tree_lstm(), trees, dedup=dedup)


TREES = [*parse_trees("(0 (0 (0 a) (0 b)) (0 (0 c) (0 (0 a) (0 b))))  (0 f)", classes=5), *map(left_chain, range(1, 9))]


@KERNELS
def test_the_kernels_are_used(kernels: str) -> None:
    expected, found = (by(each, tree_lstm(), TREES) for each in ("torch", kernels))
    assert not all(torch.equal(one, other) for one, other in zip(found, expected, strict=True))


@KERNELS
@pytest.mark.parametrize("dedup", [False, True])
def test_several_shapes_of_trees(kernels: str, dedup: bool) -> None:
    assert_same(tree_lstm(), TREES, kernels, dedup=dedup)


@KERNELS
def test_equal_dropout_masks(kernels: str) -> None:
    assert_same(tree_lstm(cell_dropout=0.5), TREES, kernels)


@KERNELS
def test_child_sum_tree_lstm(kernels: str) -> None:
    torch.manual_seed(0)
    assert_same(TreeEncoder(ChildSumTreeLSTM(6, 8)), TREES, kernels)


@KERNELS
def test_products_of_bfloat16(kernels: str) -> None:
    assert_same(tree_lstm(), TREES, kernels, bf16=True, tolerance=1e-2)


def test_chain_of_3000_levels() -> None:
    assert_same(tree_lstm(), [left_chain(3000), right_chain(3000)])


def test_a_second_backward_pass() -> None:
    encoder, forest = tree_lstm(), pack(TREES)
    x = torch.randn(len(forest.words), 6, requires_grad=True)
    loss = encoder(forest, x).sum()
    first = torch.autograd.grad(loss, [x, *encoder.parameters()], retain_graph=True)
    second = torch.autograd.grad(loss, [x, *encoder.parameters()])
    assert all(torch.equal(one, other) for one, other in zip(first, second, strict=True))


def test_states_without_gradients() -> None:
    encoder, forest = tree_lstm(), pack(TREES)
    x = torch.randn(len(forest.words), 6)
    trained = encoder(forest, x).detach()
    with torch.inference_mode():
        assert torch.equal(encoder(forest, x), trained)
