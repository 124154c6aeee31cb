"""Dropout on the candidate of the binary Tree-LSTM: both sweeps, compared with recursion with the same masks."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import ByAutograd
from strategies import trees_in_any_order

from treenn.cells import BinaryTreeLSTM
from treenn.cells.tree_lstm import TreeLSTMGates
from treenn.encoders import TreeEncoder, pack
from treenn.trees import Tree


def both(dropout: float = 0.4) -> list[TreeEncoder]:
    torch.manual_seed(0)
    fast = TreeEncoder(BinaryTreeLSTM(6, 8, cell_dropout=dropout)).double()
    plain = TreeEncoder(ByAutograd(6, 8, cell_dropout=dropout)).double()
    plain.load_state_dict(fast.state_dict())
    return [fast, plain]


@settings(deadline=None, max_examples=30)
@given(trees=st.lists(trees_in_any_order(), min_size=1, max_size=6))
def test_fused_sweep_equals_autograd_given_equal_masks(trees: list[Tree]) -> None:
    forest, results = pack(trees), []
    for encoder in both():
        torch.manual_seed(1)
        x = torch.randn(len(forest.words), 6, dtype=torch.float64, requires_grad=True)
        states = encoder(forest, x)
        (states * torch.linspace(-1, 1, states.numel()).view_as(states)).sum().backward()
        gradients = [torch.zeros_like(p) if p.grad is None else p.grad for p in encoder.parameters()]
        results.append([states.detach(), x.grad, *gradients])
    for fast, plain in zip(*results, strict=True):
        torch.testing.assert_close(fast, plain, rtol=1e-10, atol=1e-12)


def test_gradcheck_of_the_written_out_derivative() -> None:
    gates = TreeLSTMGates(3, dropout=0.5)

    def function(z: torch.Tensor, memories: torch.Tensor) -> torch.Tensor:
        return Swept.apply(gates, z, memories)

    torch.manual_seed(0)
    z = torch.randn(4, 15, dtype=torch.float64, requires_grad=True)
    memories = torch.randn(4, 2, 3, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(function, (z, memories))


class Swept(torch.autograd.Function):
    """`TreeLSTMGates` as a function of its inputs, with a fixed mask."""

    @staticmethod
    def forward(ctx, gates: TreeLSTMGates, z: torch.Tensor, memories: torch.Tensor) -> torch.Tensor:
        torch.manual_seed(3)
        h, memory = z.new_empty(len(z), gates.d), z.new_empty(len(z), gates.d)
        ctx.kept, ctx.gates = gates.forward(z.clone(), memories, h, memory), gates
        assert (ctx.kept[-1] == 0).any()
        return torch.cat([h, memory], dim=1)

    @staticmethod
    def backward(ctx, gradient: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        z, memories, *_ = ctx.kept
        grad_z, grad_memories = torch.empty_like(z), torch.empty_like(memories)
        grad_h, grad_memory = gradient.clone().chunk(2, dim=1)
        ctx.gates.backward(ctx.kept, grad_h, grad_memory, grad_z, grad_memories)
        return None, grad_z, grad_memories


def test_the_candidate_is_dropped_and_memory_is_kept() -> None:
    cell = BinaryTreeLSTM(3, 5, cell_dropout=0.5).double()
    torch.manual_seed(0)
    words = cell.leaf(torch.randn(2000, 3, dtype=torch.float64))
    c = words[:, 5:]
    assert (c == 0).double().mean().item() == pytest.approx(0.5, abs=0.02)
    whole = cell.eval().leaf(torch.ones(1, 3, dtype=torch.float64))[0, 5:]
    mean = cell.train().leaf(torch.ones(20_000, 3, dtype=torch.float64))[:, 5:].mean(dim=0)
    torch.testing.assert_close(mean, whole, rtol=0.05, atol=0.01)
    remembered = torch.ones(500, 10, dtype=torch.float64)
    assert (cell.compose(remembered, remembered)[:, 5:] != 0).all(), "dropout spares the memory behind the forget gates"


def test_evaluation_disables_dropout_and_training_disables_dedup() -> None:
    dropping, plain = both(0.4)[0], both(0.0)[0]
    forest = pack([Tree(("a", "b", "a"), ((0, 1), (3, 2)))])
    x = torch.randn(len(forest.words), 6, dtype=torch.float64)
    assert not dropping.supports_dedup
    assert plain.supports_dedup
    assert not torch.equal(dropping(forest, x), plain(forest, x))
    assert dropping.eval().supports_dedup
    assert torch.equal(dropping(forest, x), plain(forest, x))
