"""`DependencyEncoder`: the child-sum Tree-LSTM over dependency trees."""

from __future__ import annotations

from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from treenn.cells.child_sum import ChildSumTreeLSTM
from treenn.cells.tree_lstm import tree_lstm_backward
from treenn.encoders.dependency_forest import PackedDependencies
from treenn.encoders.eager import eager
from treenn.encoders.encoder import Encoder
from treenn.encoders.forest import slices
from treenn.encoders.initialization import Initialization
from treenn.runtime.matmul import compute_dtype, empty_table, linear, product, weight_gradient
from treenn.runtime.parameters import DeviceLike
from treenn.runtime.single_backward import single_backward
from treenn.trees.arguments import Width, checked


class DependencyEncoder(Encoder):
    """The dependency Tree-LSTM of Tai et al. 2015: equations 2 to 8 at every word, dependents before heads.

    See `ChildSumTreeLSTM` for the equations, the initialization and the names of the parameters. Here every node has an
    x, and forget gates read that of the head: W_f is added to the cell's parameters. On a sentence in which each word
    depends on the next one, it equals `torch.nn.LSTM`. Its forests are `PackedDependencies`.

    Args:
        input_size: width of a word vector.
        hidden_size: width of h.
        forget_bias: initial value of b_f (default: 0.0).
        initialization: the scheme of the recurrent matrices, see `treenn.encoders.initialization` (default:
            "default").
        device: device of the parameters (default: None).
        dtype: dtype of the parameters (default: None).

    >>> from treenn.encoders import pack_dependencies
    >>> from treenn.trees import DependencyTree
    >>> forest = pack_dependencies([DependencyTree(("dogs", "like", "bones"), (1, -1, 1))])
    >>> DependencyEncoder(input_size=4, hidden_size=3)(forest, torch.ones(3, 4)).shape
    torch.Size([3, 3])
    """

    forest_type = PackedDependencies

    @checked
    def __init__(
        self,
        input_size: Width,
        hidden_size: Width,
        forget_bias: float = 0.0,
        *,
        initialization: Initialization = "default",
        device: DeviceLike = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__(input_size, hidden_size, initialization=initialization)
        self.cell = ChildSumTreeLSTM(input_size, hidden_size, forget_bias, device=device, dtype=dtype)
        self.W_f = nn.Parameter(torch.empty(hidden_size, input_size, device=device, dtype=dtype))
        self.init_parameters()
        self.init_recurrent()

    def init_parameters(self) -> None:
        """See `Encoder.init_parameters`."""
        nn.init.uniform_(self.W_f, -(self.input_size**-0.5), self.input_size**-0.5)

    @property
    def supports_dedup(self) -> bool:
        """See `Encoder.supports_dedup`: False, as `pack_dependencies` has no deduplication."""
        return False

    @eager  # a loop over levels, as `sweep`
    def forward(  # type: ignore[override]  # another class of forests
        self, forest: PackedDependencies, x: Tensor, *, roots_only: bool = False
    ) -> Tensor:
        """Returns h of all words, or of the roots only.

        Shape: `T` trees, `N` words, `x` = input_size, `d` = output_size: `x` is `(N, x)`, one row per word of
            `forest.words`; the result is `(N, d)` in the forest's row order, or `(T, d)` in the order of the trees.
        """
        d, n_lowest = self.output_size, forest.level_sizes[0]
        rows = linear(x, self.cell.W, self.cell.b[: 3 * d])  # (N, 3d)
        head_inputs = linear(x[n_lowest:], self.W_f, self.cell.b[3 * d :])  # (I, d)
        # embedding: an indexing with a fast backward pass
        edges = F.embedding(forest.heads - n_lowest, head_inputs)  # (E, d)
        h: Tensor = _ChildSum.apply(forest, rows, edges, self.cell.U)  # type: ignore[no-untyped-call]
        return F.embedding(forest.roots, h) if roots_only else h


class _Level(NamedTuple):
    """A level as slices of the forest's tables: of all rows, of the rows with dependents, and of the edges."""

    rows: slice
    inner: slice
    edges: slice


def _levels(forest: PackedDependencies) -> list[_Level]:
    rows, edges = slices(forest.level_sizes), slices(forest.edge_sizes)
    inner = [slice(0, 0), *slices(forest.level_sizes[1:])]
    return [_Level(*level) for level in zip(rows, inner, edges, strict=True)]


class _Saved(NamedTuple):
    """The tensors of the backward pass.

    Args:
        gates: `(N, 3d)`, i, o and u.
        tanh_c: `(N, d)`.
        h_sum: `(I, d)`, the sum of the dependents' h.
        f: `(E, d)`, the forget gates.
        dependent_h: `(E, d)`, h of each edge's dependent.
        dependent_c: `(E, d)`, c of each edge's dependent.
    """

    gates: Tensor
    tanh_c: Tensor
    h_sum: Tensor
    f: Tensor
    dependent_h: Tensor
    dependent_c: Tensor


class _ChildSum(torch.autograd.Function):
    """h of all words, by a hand-written backward pass.

    As in `sweep`, the gradients of the weights are one product each over all rows and edges at the end, and under
    autocast the products are computed in its dtype; states and gradients keep their own. Equation numbers are those of
    the paper; see `treenn.cells.ChildSumTreeLSTM`.

    Arguments of `apply`: the forest; `rows`, W x + b of the gates i, o and u at every word; `edges`, W x + b of the
    forget gate of every edge, with the x of its head; `weight`, U of the gates i, o, u and f.

    Shape: rows `(N, 3d)`, edges `(E, d)`, weight `(4d, d)`; the result is `(N, d)`.
    """

    @staticmethod
    def forward(ctx: Any, forest: PackedDependencies, rows: Tensor, edges: Tensor, weight: Tensor) -> Tensor:
        d, n_edges = weight.shape[1], len(edges)
        h, c, tanh_c = rows.new_empty(len(rows), d), rows.new_zeros(len(rows), d), rows.new_empty(len(rows), d)
        dtype, n_inner = compute_dtype(rows), len(forest.offsets)
        cast_weight = weight.to(dtype)
        h_sum, dependent_h = empty_table(rows, n_inner, d, dtype), empty_table(rows, n_edges, d, dtype)
        saved = _Saved(rows.clone(), tanh_c, h_sum, edges.clone(), dependent_h, rows.new_empty(n_edges, d))
        for level in _levels(forest):
            here = level.rows
            if level.edges.stop:
                _gather(forest, level, h, c, saved, cast_weight)
            z = saved.gates[here]  # (n, 3d)
            z[:, : 2 * d].sigmoid_()  # (3), (5)
            z[:, 2 * d :].tanh_()  # (6)
            i, o, u = torch.split(z, d, dim=1)  # (n, d) each
            c[here].addcmul_(i, u)  # (7)
            torch.tanh(c[here], out=tanh_c[here])
            torch.mul(o, tanh_c[here], out=h[here])  # (8)
        ctx.forest = forest
        ctx.save_for_backward(weight, *saved)
        return h

    @staticmethod
    @single_backward
    def backward(ctx: Any, grad_output: Tensor) -> tuple[Tensor | None, ...]:
        weight, forest, saved = ctx.saved_tensors[0], ctx.forest, _Saved(*ctx.saved_tensors[1:])
        (n, d), n_edges, n_inner = grad_output.shape, len(forest.heads), len(forest.offsets)
        U_iou, U_f = weight.to(saved.h_sum.dtype).t().split([3 * d, d], dim=1)  # (d, 3d), (d, d)
        grad_rows, grad_edges = empty_table(grad_output, n, 3 * d), empty_table(grad_output, n_edges, d)
        grad_c, grad_h_sum = grad_output.new_empty(n, d), grad_output.new_empty(n, d)
        # One row more than there are edges: a zero row, which the roots read.
        grad_dependent_h = grad_output.new_zeros(n_edges + 1, d)
        grad_dependent_c = grad_output.new_zeros(n_edges + 1, d)
        for level in reversed(_levels(forest)):
            here, below = level.rows, level.edges
            grad_h = torch.index_select(grad_dependent_h, 0, forest.edges[here]).add_(grad_output[here])  # (n, d)
            torch.index_select(grad_dependent_c, 0, forest.edges[here], out=grad_c[here])
            # The forget gates, one per edge, are not among the rows' gates.
            gates, no_c = saved.gates[here], grad_h.new_empty(len(grad_h), 0, d)  # (n, 3d)
            tree_lstm_backward(gates, no_c, saved.tanh_c[here], grad_h, grad_c[here], grad_rows[here])
            if not below.stop:
                break
            heads, f = forest.heads[below], saved.f[below]  # (e,), (e, d)
            head_grad_c = torch.index_select(grad_c, 0, heads)  # (e, d)
            torch.mul(head_grad_c, f, out=grad_dependent_c[below])
            grad_edges[below] = torch.ops.aten.sigmoid_backward(head_grad_c.mul_(saved.dependent_c[below]), f)
            grad_h_sum[here] = product(grad_rows, here, U_iou)
            torch.index_select(grad_h_sum, 0, heads, out=grad_dependent_h[below])
            grad_dependent_h[below] += product(grad_edges, below, U_f)
        grad_U_iou = weight_gradient(grad_rows[n - n_inner :], saved.h_sum, n_inner)  # (3d, d)
        grad_U_f = weight_gradient(grad_edges, saved.dependent_h, n_edges)  # (d, d)
        return None, grad_rows[:n], grad_edges[:n_edges], torch.cat([grad_U_iou, grad_U_f]).to(weight.dtype)


def _gather(forest: PackedDependencies, level: _Level, h: Tensor, c: Tensor, saved: _Saved, weight: Tensor) -> None:
    """Add U h~ to the gates of a level's rows, and write Σ f ⊙ c of their dependents to c."""
    below, d = level.edges, weight.shape[1]
    dependents, offsets, f = forest.dependents[below], forest.offsets[level.inner], saved.f
    saved.dependent_h[below] = torch.index_select(h, 0, dependents)  # (e, d)
    torch.index_select(c, 0, dependents, out=saved.dependent_c[below])
    saved.h_sum[level.inner] = torch.embedding_bag(h, dependents, offsets)[0]  # (2)
    saved.gates[level.rows] += product(saved.h_sum, level.inner, weight[: 3 * d])
    f[below].add_(product(saved.dependent_h, below, weight[3 * d :])).sigmoid_()  # (4)
    every_edge = torch.arange(len(dependents), device=h.device)
    c[level.rows] = torch.embedding_bag(f[below] * saved.dependent_c[below], every_edge, offsets)[0]
