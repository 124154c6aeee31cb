"""The binary Tree-LSTM of Tai, Socher and Manning (ACL 2015), "Improved semantic representations from
tree-structured long short-term memory networks", section 3.2.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from treenn.cells.cell import Cell
from treenn.cells.fused_form import FusedForm, GateFunction, Tensors
from treenn.runtime.kernel_choice import uses_numba
from treenn.runtime.matmul import STORED_DTYPES, compute_dtype, linear
from treenn.runtime.parameters import DeviceLike, empty_parameters
from treenn.trees.arguments import Share, Width, checked


class BinaryTreeLSTM(Cell):
    r"""The N-ary Tree-LSTM with N = 2: two forget gates, each of which reads both children.

    Equations 9 to 14 of the paper, for children `l` and `r`:

        i   = σ(W_i x + U_i [h_l; h_r] + b_i)                           (9)
        f_k = σ(W_f x + U_fk [h_l; h_r] + b_f),  k = l, r              (10)
        o   = σ(W_o x + U_o [h_l; h_r] + b_o)                          (11)
        u   = tanh(W_u x + U_u [h_l; h_r] + b_u)                       (12)
        c   = i ⊙ u + f_l ⊙ c_l + f_r ⊙ c_r                            (13)
        h   = o ⊙ tanh(c)                                              (14)

    As in the paper's sentiment trees (section 4), only words have an input x and only inner nodes have children. A word
    computes (9), (11) and (12) without the U terms and c = i ⊙ u; an inner node computes all equations without the W
    terms; W_f is not used and omitted. Words and inner nodes share the biases, and both forget gates share b_f, as in
    the equations. (The authors' code differs from the paper: for a word, c = W x and h = σ(W' x) ⊙ tanh(c).)

    The paper does not specify the initialization: weights are initialized as in `torch.nn.Linear`, biases at 0.

    Args:
        input_size: width of a word vector.
        hidden_size: width of h and of c; a state is [h; c], so `state_size` is twice this and `output_size` is this.
        forget_bias: initial value of b_f (default: 0.0).
        cell_dropout: dropout on u in training, with an independent mask per node, so that the cell state is never
            dropped (Semeniuta, Severyn and Barth, COLING 2016, "Recurrent dropout without memory loss"); not in the
            paper (default: 0.0).
        device: device of the parameters (default: None).
        dtype: dtype of the parameters (default: None).

    Shape: `n` rows, `x` = input_size, `d` = hidden_size: `leaf` `(n, x)` to `(n, 2d)`, `compose` two `(n, 2d)` to
        `(n, 2d)`.

    >>> cell = BinaryTreeLSTM(input_size=4, hidden_size=3)
    >>> cell.compose(cell.leaf(torch.ones(2, 4)), cell.leaf(torch.zeros(2, 4))).shape
    torch.Size([2, 6])
    """

    options = ("forget_bias", "cell_dropout")

    @checked
    def __init__(
        self,
        input_size: Width,
        hidden_size: Width,
        forget_bias: float = 0.0,
        *,
        cell_dropout: Share = 0.0,
        device: DeviceLike = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__(input_size, state_size=2 * hidden_size, output_size=hidden_size)
        self.hidden_size, self.forget_bias, self.cell_dropout = hidden_size, forget_bias, cell_dropout
        # Rows of W: i, o, u; of U: i, f_l, f_r, o, u; of b: i, f, o, u.
        shapes = (3 * hidden_size, input_size), (5 * hidden_size, 2 * hidden_size), (4 * hidden_size,)
        self.W, self.U, self.b = empty_parameters(device, dtype, *shapes)
        self.init_parameters()

    def init_parameters(self) -> None:
        """See `Cell.init_parameters`."""
        for weight in (self.W, self.U):
            nn.init.uniform_(weight, -(weight.shape[1] ** -0.5), weight.shape[1] ** -0.5)
        nn.init.zeros_(self.b)
        nn.init.constant_(self.b[self.hidden_size : 2 * self.hidden_size], self.forget_bias)

    def leaf(self, x: Tensor) -> Tensor:
        """Returns the states of words: equations 9 and 11 to 14 without children."""
        if uses_numba(x, self.W, self.b, training=torch.is_grad_enabled()) and compute_dtype(x) in STORED_DTYPES:
            return self._compiled_leaf(x)
        b_i, _, b_o, b_u = self.b.chunk(4)
        i, o, u = linear(x, self.W, torch.cat([b_i, b_o, b_u])).chunk(3, dim=1)
        c = torch.sigmoid(i) * self._dropout(torch.tanh(u))
        return torch.cat([torch.sigmoid(o) * torch.tanh(c), c], dim=1)

    def _compiled_leaf(self, x: Tensor) -> Tensor:
        from treenn.cells.compiled_words import CompiledWords  # Numba is optional

        mask = self._dropout(x.new_ones(len(x), self.hidden_size)) if self.is_stochastic else x.new_empty(0, 0)
        states: Tensor = CompiledWords.apply(x, self.W, self.b, mask)  # type: ignore[no-untyped-call]
        return states

    def compose(self, left: Tensor, right: Tensor) -> Tensor:
        """Returns the states of parents: equations 9 to 14 without an input."""
        (h_l, c_l), (h_r, c_r) = left.chunk(2, dim=1), right.chunk(2, dim=1)
        i, f_l, f_r, o, u = linear(torch.cat([h_l, h_r], dim=1), self.U, self._bias()).chunk(5, dim=1)
        c = torch.sigmoid(i) * self._dropout(torch.tanh(u)) + torch.sigmoid(f_l) * c_l + torch.sigmoid(f_r) * c_r
        return torch.cat([torch.sigmoid(o) * torch.tanh(c), c], dim=1)

    def _dropout(self, u: Tensor) -> Tensor:
        return F.dropout(u, self.cell_dropout, self.training)

    def _bias(self) -> Tensor:
        d = self.hidden_size
        return torch.cat([self.b[: 2 * d], self.b[d:]])  # i, f, f, o, u

    def fused_form(self) -> FusedForm:
        """Returns U, the biases and the gates."""
        dropout = self.cell_dropout if self.training else 0.0
        return FusedForm(self.U, self._bias(), TreeLSTMGates(self.hidden_size, dropout))


class TreeLSTMGates(GateFunction):
    """Equations 9 to 14 from the pre-activations on, in place, and their derivatives.

    Args:
        hidden_size: width of h and of c.
        dropout: dropout on u (default: 0.0).
    """

    def __init__(self, hidden_size: int, dropout: float = 0.0) -> None:
        self.d, self.dropout = hidden_size, dropout

    def forward(self, z: Tensor, child_c: Tensor, h: Tensor, c: Tensor) -> Tensors:
        """See `GateFunction.forward`."""
        d = self.d
        z[:, : 4 * d].sigmoid_()
        i, f_l, f_r, o, u = z.chunk(5, dim=1)  # (n, d) each
        u.tanh_()
        # The mask that `compose` draws from the same random state.
        masks = (F.dropout(torch.ones_like(u), self.dropout),) if self.dropout else ()  # (n, d)
        torch.mul(i, u, out=c)
        for mask in masks:
            c.mul_(mask)
        c.addcmul_(f_l, child_c[:, 0]).addcmul_(f_r, child_c[:, 1])
        tanh_c = torch.tanh(c)  # (n, d)
        torch.mul(o, tanh_c, out=h)
        return z, child_c, tanh_c, *masks

    def backward(self, saved: Tensors, grad_h: Tensor, grad_c: Tensor, grad_z: Tensor, grad_child_c: Tensor) -> None:
        """See `GateFunction.backward`."""
        z, child_c, tanh_c, *masks = saved  # (n, 5d), (n, 2, d), (n, d)
        tree_lstm_backward(z, child_c, tanh_c, grad_h, grad_c, grad_z, *masks)
        f = z[:, self.d : 3 * self.d].view(-1, 2, self.d)  # (n, 2, d)
        torch.mul(grad_c.unsqueeze(1), f, out=grad_child_c)


def tree_lstm_backward(
    gates: Tensor, read_c: Tensor, tanh_c: Tensor, grad_h: Tensor, grad_c: Tensor, grad_z: Tensor, *masks: Tensor
) -> None:
    """The derivatives of the gates of a Tree-LSTM with any number of forget gates, c = i ⊙ u + Σ_k f_k ⊙ c_k.

    Adds the gradient through h to `grad_c`, writes `grad_z`, the gradient w.r.t. the pre-activations, and overwrites
    `grad_h`.

    Args:
        gates: `(n, (k + 3)d)`, the gates i, f_1 ... f_k, o and u.
        read_c: `(n, k, d)`, the cell states c_k that the forget gates read.
        tanh_c: `(n, d)`.
        grad_h: `(n, d)`, the gradient w.r.t. h.
        grad_c: `(n, d)`, the gradient w.r.t. c, without its part through h.
        grad_z: `(n, (k + 3)d)`, output.
        masks: the dropout mask of u `(n, d)`, if any.
    """
    d = tanh_c.shape[1]
    widths = [d, read_c.shape[1] * d, d, d]
    i, _, o, u = torch.split_with_sizes(gates, widths, dim=1)  # (n, d), (n, kd), (n, d), (n, d)
    grad_i, grad_f, grad_o, grad_u = torch.split_with_sizes(grad_z, widths, dim=1)  # likewise
    torch.mul(grad_h, tanh_c, out=grad_o)
    grad_c.add_(torch.ops.aten.tanh_backward(grad_h.mul_(o), tanh_c))
    torch.mul(grad_c, u, out=grad_i)
    torch.mul(grad_c, i, out=grad_u)
    for mask in masks:
        grad_i.mul_(mask)
        grad_u.mul_(mask)
    torch.mul(grad_c.unsqueeze(1), read_c, out=grad_f.view(read_c.shape))  # (n, k, d)
    grad_sigmoids = grad_z[:, :-d]  # (n, (k + 2)d)
    torch.ops.aten.sigmoid_backward.grad_input(grad_sigmoids, gates[:, :-d], grad_input=grad_sigmoids)
    torch.ops.aten.tanh_backward.grad_input(grad_u, u, grad_input=grad_u)
