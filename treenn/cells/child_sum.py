"""The child-sum Tree-LSTM of Tai, Socher and Manning (ACL 2015), "Improved semantic representations from
tree-structured long short-term memory networks", section 3.1.
"""

import torch
from torch import Tensor, nn

from treenn.cells.affine import Affine
from treenn.cells.cell import Cell
from treenn.cells.tree_lstm import Gates
from treenn.runtime.matmul import linear
from treenn.trees.arguments import Width, checked


class ChildSumTreeLSTM(Cell):
    r"""The Tree-LSTM whose children have no order: it reads their sum, with one forget gate for each child.

    Equations 2 to 8 of the paper, for a node with the children `k`:

        h~  = Σ_k h_k                                  (2)
        i   = σ(W_i x + U_i h~ + b_i)                  (3)
        f_k = σ(W_f x + U_f h_k + b_f)                 (4)
        o   = σ(W_o x + U_o h~ + b_o)                  (5)
        u   = tanh(W_u x + U_u h~ + b_u)               (6)
        c   = i ⊙ u + Σ_k f_k ⊙ c_k                    (7)
        h   = o ⊙ tanh(c)                              (8)

    The paper runs it over dependency trees, where every node is a word and has an x: that is
    `treenn.encoders.DependencyEncoder`, which holds one of these cells and adds W_f. As a cell it runs over binary
    constituency trees, which the paper leaves to its binary Tree-LSTM: only words have an input x and only inner nodes
    have children, so a word computes (3), (5) and (6) without the U terms and c = i ⊙ u; an inner node all of them
    without the W terms; W_f meets no node and is left out.

    Args:
        input_size: width of a word vector.
        size: width of h and of c; a state is [h; c], so `state_size` is twice this and `output_size` is this.
        forget_bias: where b_f starts. The paper gives no initialisation: weights start as in `torch.nn.Linear`,
            the other biases at 0.

    Shape: `n` rows, `x` = input_size, `d` = size: `leaf` `(n, x)` to `(n, 2d)`, `compose` two `(n, 2d)` to `(n, 2d)`.

    >>> cell = ChildSumTreeLSTM(input_size=4, size=3)
    >>> left, right = cell.leaf(torch.ones(2, 4)), cell.leaf(torch.zeros(2, 4))
    >>> torch.allclose(cell.compose(left, right), cell.compose(right, left))
    True
    """

    @checked
    def __init__(self, input_size: Width, size: Width, forget_bias: float = 0.0) -> None:
        super().__init__(input_size, state_size=2 * size, output_size=size)
        self.size = size
        self.W = nn.Parameter(torch.empty(3 * size, input_size))  # rows: i, o, u
        self.U = nn.Parameter(torch.empty(4 * size, size))  # rows: i, o, u, f
        self.b = nn.Parameter(torch.zeros(4 * size))  # i, o, u, f
        for weight in (self.W, self.U):
            nn.init.uniform_(weight, -(weight.shape[1] ** -0.5), weight.shape[1] ** -0.5)
        nn.init.constant_(self.forget_biases(), forget_bias)

    def forget_biases(self) -> Tensor:
        """b_f, a part of b: where `treenn.models.initialization` finds it."""
        return self.b[3 * self.size :]

    def leaf(self, x: Tensor) -> Tensor:
        """The states of words: equations 3 and 5 to 8 without children."""
        i, o, u = linear(x, self.W, self.b[: 3 * self.size]).chunk(3, dim=1)
        c = torch.sigmoid(i) * torch.tanh(u)
        return torch.cat([torch.sigmoid(o) * torch.tanh(c), c], dim=1)

    def compose(self, left: Tensor, right: Tensor) -> Tensor:
        """The states of parents: equations 2 to 8 without an input."""
        (h_l, c_l), (h_r, c_r), d = left.chunk(2, dim=1), right.chunk(2, dim=1), self.size
        i, o, u = linear(h_l + h_r, self.U[: 3 * d], self.b[: 3 * d]).chunk(3, dim=1)
        f_l, f_r = (torch.sigmoid(linear(h, self.U[3 * d :], self.b[3 * d :])) for h in (h_l, h_r))
        c = torch.sigmoid(i) * torch.tanh(u) + f_l * c_l + f_r * c_r
        return torch.cat([torch.sigmoid(o) * torch.tanh(c), c], dim=1)

    def affine(self) -> Affine:
        """`compose` as one map of [h_l; h_r], U h~ = [U U] [h_l; h_r], and the binary Tree-LSTM's gates."""
        U_i, U_o, U_u, U_f = self.U.chunk(4)
        b_i, b_o, b_u, b_f = self.b.chunk(4)
        none = torch.zeros_like(U_f)
        left, right = torch.cat([U_i, U_f, none, U_o, U_u]), torch.cat([U_i, none, U_f, U_o, U_u])
        bias = torch.cat([b_i, b_f, b_f, b_o, b_u])
        return Affine(torch.cat([left, right], dim=1), bias, Gates(self.size))

    def output(self, state: Tensor) -> Tensor:
        """The h part. Shape: `(n, 2d)` to `(n, d)`."""
        return state[:, : self.size]
