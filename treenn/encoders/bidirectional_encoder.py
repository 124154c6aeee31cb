"""`BidirectionalTreeEncoder`: a bottom-up pass by any cell and a top-down LSTM (Teng and Zhang 2016)."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from treenn.cells.cell import Cell
from treenn.cells.tree_lstm import tree_lstm_backward
from treenn.encoders.eager import eager
from treenn.encoders.encoder import Encoder
from treenn.encoders.forest import Level, PackedForest, levels
from treenn.encoders.initialization import Initialization
from treenn.encoders.sweep import sweep
from treenn.runtime.matmul import compute_dtype, empty_table, linear, product, weight_gradient
from treenn.runtime.parameters import DeviceLike, empty_parameters
from treenn.runtime.single_backward import single_backward
from treenn.trees import InputError
from treenn.trees.arguments import Width, checked


class BidirectionalTreeEncoder(Encoder):
    r"""The bidirectional Tree-LSTM of Teng and Zhang (TACL 2017), "Head-lexicalized bidirectional tree LSTMs".

    It is also arXiv 1611.06788 (2016), "Bidirectional tree-structured LSTM with head lexicalization". A node's state is
    [h↑; h↓]: h↑ is the cell's state, computed from the words below; h↓ is computed from the root down, and depends on
    the rest of the sentence. For a node that is child k = l or r of the parent p:

        i = σ(W_i h↑ + U_ik h↓_p + b_i)
        f = σ(W_f h↑ + U_fk h↓_p + b_f)
        o = σ(W_o h↑ + U_ok h↓_p + b_o)
        u = tanh(W_u h↑ + U_uk h↓_p + b_u)
        c = i ⊙ u + f ⊙ c_p
        h↓ = o ⊙ tanh(c)

    As in the paper, left and right children have separate U, and W and b are shared by all nodes; for a root, h↓_p and
    c_p are 0. (This follows the authors' code.) It departs from the paper in:

    - no head words: the input is h↑, in the paper the vector of a node's head word;
    - no peepholes, by which the paper's gates read c;
    - any cell for the bottom-up pass, in the paper its own Tree-LSTM;
    - heads read h↓ of the node only. The authors' classifier also reads the average of h↓ over the words below. So at a
      root, h↓ is a function of h↑: this encoder adds information at the nodes below.

    The paper does not specify the initialization: W and U are initialized as in a `torch.nn.Linear` that reads
    [h↑; h↓_p], b at 0.

    Args:
        cell: the composition function of the bottom-up pass.
        down_size: width of h↓; if None, that of h↑ (default: None).
        forget_bias: initial value of b_f (default: 0.0).
        initialization: the scheme of the recurrent matrices, see `treenn.encoders.initialization` (default:
            "default").
        device: device of W, U and b (default: None).
        dtype: dtype of W, U and b (default: None).

    >>> from treenn.cells import BinaryTreeLSTM
    >>> from treenn.encoders import pack
    >>> from treenn.trees import parse_trees
    >>> forest = pack(parse_trees("(3 (2 not) (1 bad))", classes=5))
    >>> encoder = BidirectionalTreeEncoder(BinaryTreeLSTM(input_size=4, hidden_size=3), down_size=2)
    >>> encoder(forest, torch.ones(2, 4)).shape
    torch.Size([3, 5])
    """

    recurrent = ("U",)

    @checked
    def __init__(
        self,
        cell: Cell,
        down_size: Width | None = None,
        *,
        forget_bias: float = 0.0,
        initialization: Initialization = "default",
        device: DeviceLike = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        up, d = cell.output_size, cell.output_size if down_size is None else down_size
        super().__init__(cell.input_size, up + d, initialization=initialization)
        self.cell, self.forget_bias = cell, forget_bias
        # Rows of W and b: i, f, o, u; of U: those of left children, then of right ones.
        self.W, self.U, self.b = empty_parameters(device, dtype, (4 * d, up), (8 * d, d), (4 * d,))
        self.init_parameters()
        self.init_recurrent()

    def init_parameters(self) -> None:
        """See `Encoder.init_parameters`."""
        d = self.U.shape[1]
        for weight in (self.W, self.U):
            nn.init.uniform_(weight, -(self.output_size**-0.5), self.output_size**-0.5)
        nn.init.zeros_(self.b)
        nn.init.constant_(self.b[d : 2 * d], self.forget_bias)

    @property
    def supports_dedup(self) -> bool:
        """See `Encoder.supports_dedup`: False, as states depend on a node's ancestors."""
        return False

    def forward(self, forest: PackedForest, x: Tensor, *, roots_only: bool = False) -> Tensor:
        """See `Encoder.forward`.

        Raises:
            InputError: if the forest is deduplicated.
        """
        if forest.inverse is not None:
            raise InputError(
                "this forest is deduplicated, but the states of this encoder depend on a node's ancestors; "
                "pack the trees with dedup=False, or with dedup=encoder.supports_dedup"
            )
        up = sweep(self.cell, forest, x)
        if roots_only:
            up = F.embedding(forest.roots, up)
        inputs = linear(up, self.W, self.b)
        down = _without_parent(inputs) if roots_only else top_down_sweep(forest, inputs, self.U)
        return torch.cat([up, down], dim=1)


def _without_parent(inputs: Tensor) -> Tensor:
    """Returns the h↓ of roots."""
    i, _, o, u = inputs.chunk(4, dim=1)
    return torch.sigmoid(o) * torch.tanh(torch.sigmoid(i) * torch.tanh(u))


@eager  # a loop over levels, as `sweep`
def top_down_sweep(forest: PackedForest, inputs: Tensor, weight: Tensor) -> Tensor:
    """Returns h↓ of all nodes, by a hand-written backward pass as that of `sweep`.

    Its tables are sorted by parent: the left and the right child of each inner row in turn, then the roots. So the
    children of a level are contiguous, and their gates are one product of the parents' h with the concatenated weights
    of left and right children.

    Args:
        forest: a forest without deduplication.
        inputs: `(N, 4d)`, W h↑ + b of the gates i, f, o and u at every node.
        weight: `(8d, d)`, U of the same gates for left children, then for right ones.

    Shape: the result is `(N, d)` in the forest's row order.
    """
    h: Tensor = _TopDown.apply(forest, inputs, weight)  # type: ignore[no-untyped-call]
    return h


class _TopDown(torch.autograd.Function):
    """Under autocast the products are computed in its dtype; states and gradients keep their own dtype.

    Shape: `N` nodes, `I` inner nodes; `n` inner nodes of a level, which have `2n` children.
    """

    @staticmethod
    def forward(ctx: Any, forest: PackedForest, inputs: Tensor, weight: Tensor) -> Tensor:
        d, n_inner, dtype = weight.shape[1], len(forest.children), compute_dtype(inputs)
        order = torch.cat([forest.children.flatten(), forest.roots])  # (N,), the row of each position
        positions = torch.empty_like(order)
        positions[order] = torch.arange(len(order), device=order.device)
        gates = inputs.index_select(0, order)  # (N, 4d)
        h, c = inputs.new_empty(len(order), d), inputs.new_zeros(len(order), d)
        parent_h, cast_weight = empty_table(inputs, n_inner, d, dtype), weight.to(dtype)
        roots = slice(2 * n_inner, len(order))
        _gates(gates[roots], c[roots], h[roots])
        for level in reversed(levels(forest)[1:]):
            children, parents = _children(level), positions[level.rows]  # 2n positions, (n,)
            parent_h[level.inner] = h.index_select(0, parents)
            gates[children] += _per_child(product(parent_h, level.inner, cast_weight))  # (2n, 4d)
            c[children] = c.index_select(0, parents).repeat_interleave(2, dim=0)  # (2n, d)
            _gates(gates[children], c[children], h[children])
        ctx.forest = forest
        ctx.save_for_backward(weight, order, positions, gates, c, parent_h)
        return h.index_select(0, positions)

    @staticmethod
    @single_backward
    def backward(ctx: Any, grad_output: Tensor) -> tuple[Tensor | None, ...]:
        weight, order, positions, gates, c, parent_h = ctx.saved_tensors
        n_inner, d, transposed = len(ctx.forest.children), c.shape[1], weight.to(parent_h.dtype).t()  # (d, 8d)
        grad_h, grad_c = grad_output.index_select(0, order), torch.zeros_like(c)  # (N, d), (N, d)
        grad_pairs = empty_table(grad_output, n_inner, len(weight))  # (I, 8d), both children of each inner node
        for level in levels(ctx.forest)[1:]:
            children, parents = _children(level), positions[level.rows]  # 2n positions, (n,)
            parent_c = c.index_select(0, parents).repeat_interleave(2, dim=0).unsqueeze(1)  # (2n, 1, d)
            grad_z, tanh_c = _per_child(grad_pairs[level.inner]), torch.tanh(c[children])  # (2n, 4d), (2n, d)
            tree_lstm_backward(gates[children], parent_c, tanh_c, grad_h[children], grad_c[children], grad_z)
            f = gates[children, d : 2 * d]  # (2n, d)
            # A node has one parent, so each of these rows is written once.
            grad_c.index_copy_(0, parents, (grad_c[children] * f).view(len(parents), 2, d).sum(dim=1))
            grad_h.index_add_(0, parents, product(grad_pairs, level.inner, transposed).to(grad_h.dtype))
        roots = slice(2 * n_inner, len(order))
        grad_roots, no_c = torch.empty_like(gates[roots]), torch.zeros_like(c[roots]).unsqueeze(1)  # (T, 4d), (T, 1, d)
        tree_lstm_backward(gates[roots], no_c, torch.tanh(c[roots]), grad_h[roots], grad_c[roots], grad_roots)
        grad_inputs = torch.cat([_per_child(grad_pairs[:n_inner]), grad_roots]).index_select(0, positions)  # (N, 4d)
        return None, grad_inputs, weight_gradient(grad_pairs, parent_h, n_inner).to(weight.dtype)


def _children(level: Level) -> slice:
    """Returns the positions of the children of a level."""
    return slice(2 * level.inner.start, 2 * level.inner.stop)


def _per_child(table: Tensor) -> Tensor:
    """Returns a view with one row per child. Shape: `(n, 2w)` to `(2n, w)`."""
    return table.view(2 * len(table), table.shape[1] // 2)


def _gates(z: Tensor, c: Tensor, h: Tensor) -> None:
    """Overwrite the pre-activations `z` by the gates and the parents' `c` by the nodes' own; write `h`."""
    d = h.shape[1]
    z[:, : 3 * d].sigmoid_()
    i, f, o, u = torch.split(z, d, dim=1)  # (n, d) each
    u.tanh_()
    c.mul_(f).addcmul_(i, u)
    torch.mul(o, torch.tanh(c), out=h)
