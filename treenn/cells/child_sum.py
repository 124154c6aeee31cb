"""The child-sum Tree-LSTM of Tai, Socher and Manning (ACL 2015), "Improved semantic representations from
tree-structured long short-term memory networks", section 3.1.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from treenn.cells.cell import Cell
from treenn.cells.fused_form import FusedForm
from treenn.cells.tree_lstm import TreeLSTMGates
from treenn.runtime.matmul import linear
from treenn.runtime.parameters import DeviceLike, empty_parameters
from treenn.trees.arguments import Width, checked


class ChildSumTreeLSTM(Cell):
    r"""The Tree-LSTM over unordered children: it reads the sum of their hidden states, with a forget gate per child.

    Equations 2 to 8 of the paper, for a node with the children `k`:

        h~  = Σ_k h_k                                  (2)
        i   = σ(W_i x + U_i h~ + b_i)                  (3)
        f_k = σ(W_f x + U_f h_k + b_f)                 (4)
        o   = σ(W_o x + U_o h~ + b_o)                  (5)
        u   = tanh(W_u x + U_u h~ + b_u)               (6)
        c   = i ⊙ u + Σ_k f_k ⊙ c_k                    (7)
        h   = o ⊙ tanh(c)                              (8)

    The paper applies it to dependency trees, whose nodes are words with an input x: see
    `treenn.encoders.DependencyEncoder`, which contains one of these cells and adds W_f. As a cell it is applied to
    binary constituency trees, for which the paper uses its binary Tree-LSTM: only words have an input x and only inner
    nodes have children. A word computes (3), (5) and (6) without the U terms and c = i ⊙ u; an inner node computes all
    equations without the W terms; W_f is not used and omitted.

    The paper does not specify the initialization: weights are initialized as in `torch.nn.Linear`, biases at 0.

    Args:
        input_size: width of a word vector.
        hidden_size: width of h and of c; a state is [h; c], so `state_size` is twice this and `output_size` is this.
        forget_bias: initial value of b_f (default: 0.0).
        device: device of the parameters (default: None).
        dtype: dtype of the parameters (default: None).

    Shape: `n` rows, `x` = input_size, `d` = hidden_size: `leaf` `(n, x)` to `(n, 2d)`, `compose` two `(n, 2d)` to
        `(n, 2d)`.

    >>> cell = ChildSumTreeLSTM(input_size=4, hidden_size=3)
    >>> left, right = cell.leaf(torch.ones(2, 4)), cell.leaf(torch.zeros(2, 4))
    >>> torch.allclose(cell.compose(left, right), cell.compose(right, left))
    True
    """

    options = ("forget_bias",)

    @checked
    def __init__(
        self,
        input_size: Width,
        hidden_size: Width,
        forget_bias: float = 0.0,
        *,
        device: DeviceLike = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__(input_size, state_size=2 * hidden_size, output_size=hidden_size)
        self.hidden_size, self.forget_bias = hidden_size, forget_bias
        # Rows of W: i, o, u; of U and b: i, o, u, f.
        shapes = (3 * hidden_size, input_size), (4 * hidden_size, hidden_size), (4 * hidden_size,)
        self.W, self.U, self.b = empty_parameters(device, dtype, *shapes)
        self.init_parameters()

    def init_parameters(self) -> None:
        """See `Cell.init_parameters`."""
        for weight in (self.W, self.U):
            nn.init.uniform_(weight, -(weight.shape[1] ** -0.5), weight.shape[1] ** -0.5)
        nn.init.zeros_(self.b)
        nn.init.constant_(self.b[3 * self.hidden_size :], self.forget_bias)

    def leaf(self, x: Tensor) -> Tensor:
        """Returns the states of words: equations 3 and 5 to 8 without children."""
        i, o, u = linear(x, self.W, self.b[: 3 * self.hidden_size]).chunk(3, dim=1)
        c = torch.sigmoid(i) * torch.tanh(u)
        return torch.cat([torch.sigmoid(o) * torch.tanh(c), c], dim=1)

    def compose(self, left: Tensor, right: Tensor) -> Tensor:
        """Returns the states of parents: equations 2 to 8 without an input."""
        (h_l, c_l), (h_r, c_r), d = left.chunk(2, dim=1), right.chunk(2, dim=1), self.hidden_size
        i, o, u = linear(h_l + h_r, self.U[: 3 * d], self.b[: 3 * d]).chunk(3, dim=1)
        f_l, f_r = (torch.sigmoid(linear(h, self.U[3 * d :], self.b[3 * d :])) for h in (h_l, h_r))
        c = torch.sigmoid(i) * torch.tanh(u) + f_l * c_l + f_r * c_r
        return torch.cat([torch.sigmoid(o) * torch.tanh(c), c], dim=1)

    def fused_form(self) -> FusedForm:
        """Returns one map of [h_l; h_r], as U h~ = [U U] [h_l; h_r], and the gates of the binary Tree-LSTM."""
        U_i, U_o, U_u, U_f = self.U.chunk(4)
        b_i, b_o, b_u, b_f = self.b.chunk(4)
        zeros = torch.zeros_like(U_f)
        left, right = torch.cat([U_i, U_f, zeros, U_o, U_u]), torch.cat([U_i, zeros, U_f, U_o, U_u])  # (5d, d)
        bias = torch.cat([b_i, b_f, b_f, b_o, b_u])
        return FusedForm(torch.cat([left, right], dim=1), bias, TreeLSTMGates(self.hidden_size))
