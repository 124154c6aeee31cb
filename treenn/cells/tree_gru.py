"""The tree-structured GRU of Kokkinos and Potamianos (EACL 2017), "Structural attention neural networks for improved
sentiment analysis", bottom-up and without its attention.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from treenn.cells.cell import Cell
from treenn.runtime.matmul import linear
from treenn.runtime.parameters import DeviceLike, empty_parameters
from treenn.trees.arguments import Width, checked


class TreeGRU(Cell):
    r"""The binary GRU: one update and one reset gate that read both children, and no cell state.

    For children `l` and `r`:

        z = σ(W_z x + U_z [h_l; h_r] + b_z)
        r = σ(W_r x + U_r [h_l; h_r] + b_r)
        c = tanh(W_c x + U_c [r ⊙ h_l; r ⊙ h_r] + b_c)
        h = z ⊙ (h_l + h_r) + (1 − z) ⊙ c

    As in `BinaryTreeLSTM`, words have an input x and no children, inner nodes have children and no input: a word
    computes z and c without the U terms and h = (1 − z) ⊙ c, an inner node all equations without the W terms. W_r is
    not used and omitted. Words and inner nodes share the biases.

    Sources: of the paper the table of parameter counts was available, not the equations. 7,323,005 parameters at
    d = 300 are 21,702 word vectors, a softmax over 5 classes, nine d × d matrices and three biases: W, U_l and U_r of
    two gates and a candidate, as here. That h interpolates between the candidate and the sum of the children's states
    follows the child-sum GRU of Zhou, Liu and Pan (COLING 2016), "Modelling sentence pairs with tree-structured
    attentive encoder", whose gates differ: z reads that sum, and each child has its own reset gate.

    Weights are initialized as in `torch.nn.Linear`, biases at 0.

    Args:
        input_size: width of a word vector.
        hidden_size: width of a state.
        device: device of the parameters (default: None).
        dtype: dtype of the parameters (default: None).

    Shape: `n` rows, `x` = input_size, `d` = hidden_size: `leaf` `(n, x)` to `(n, d)`, `compose` two `(n, d)` to
        `(n, d)`.

    >>> cell = TreeGRU(input_size=4, hidden_size=3)
    >>> cell.compose(cell.leaf(torch.ones(2, 4)), cell.leaf(torch.zeros(2, 4))).shape
    torch.Size([2, 3])
    """

    @checked
    def __init__(
        self, input_size: Width, hidden_size: Width, *, device: DeviceLike = None, dtype: torch.dtype | None = None
    ) -> None:
        super().__init__(input_size, state_size=hidden_size)
        self.hidden_size = d = hidden_size
        # Rows of W: z, c; of U_gates: r, z; of b: r, z, c.
        shapes = (2 * d, input_size), (2 * d, 2 * d), (d, 2 * d), (3 * d,)
        self.W, self.U_gates, self.U_c, self.b = empty_parameters(device, dtype, *shapes)
        self.init_parameters()

    def init_parameters(self) -> None:
        """See `Cell.init_parameters`."""
        for weight in (self.W, self.U_gates, self.U_c):
            nn.init.uniform_(weight, -(weight.shape[1] ** -0.5), weight.shape[1] ** -0.5)
        nn.init.zeros_(self.b)

    def leaf(self, x: Tensor) -> Tensor:
        """Returns the states of words."""
        z, c = linear(x, self.W, self.b[self.hidden_size :]).chunk(2, dim=1)
        return (1 - torch.sigmoid(z)) * torch.tanh(c)

    def compose(self, left: Tensor, right: Tensor) -> Tensor:
        """Returns the states of parents."""
        d = self.hidden_size
        r, z = torch.sigmoid(linear(torch.cat([left, right], dim=1), self.U_gates, self.b[: 2 * d])).chunk(2, dim=1)
        c = torch.tanh(linear(torch.cat([r * left, r * right], dim=1), self.U_c, self.b[2 * d :]))
        return z * (left + right) + (1 - z) * c
