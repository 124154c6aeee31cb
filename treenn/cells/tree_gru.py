"""The tree-structured GRU of Kokkinos and Potamianos (EACL 2017), "Structural attention neural networks for improved
sentiment analysis", bottom-up and without its attention.
"""

import torch
from torch import Tensor, nn

from treenn.cells.cell import Cell
from treenn.runtime.matmul import linear
from treenn.trees.arguments import Width, checked


class TreeGRU(Cell):
    r"""The binary GRU: one update and one reset gate, each of which sees both children; no memory beside the state.

    For children `l` and `r`:

        z = σ(W_z x + U_z [h_l; h_r] + b_z)
        r = σ(W_r x + U_r [h_l; h_r] + b_r)
        c = tanh(W_c x + U_c [r ⊙ h_l; r ⊙ h_r] + b_c)
        h = z ⊙ (h_l + h_r) + (1 − z) ⊙ c

    Words have an input x and no children, inner nodes children and no input, as in `BinaryTreeLSTM`: a word computes z
    and c without the U terms, h = (1 − z) ⊙ c, an inner node all without the W terms. W_r meets no node and is left
    out. Biases are the same at words and at inner nodes.

    How far this is the paper's: we had its table of parameter counts and not its equations. 7,323,005 at d = 300 are
    21,702 word vectors, a softmax over 5 classes, nine d × d matrices and three biases: the W, U_l and U_r of two gates
    and a candidate, as here. That h mixes the candidate with the sum of the children's states is taken from the
    child-sum GRU of Zhou, Liu and Pan (COLING 2016), "Modelling sentence pairs with tree-structured attentive encoder",
    whose gates differ: its z sees that sum, and each child has a reset gate of its own.

    Weights start as in `torch.nn.Linear`, biases at 0.

    Args:
        input_size: width of a word vector.
        size: width of a state.

    Shape: `n` rows, `x` = input_size, `d` = size: `leaf` `(n, x)` to `(n, d)`, `compose` two `(n, d)` to `(n, d)`.

    >>> cell = TreeGRU(input_size=4, size=3)
    >>> cell.compose(cell.leaf(torch.ones(2, 4)), cell.leaf(torch.zeros(2, 4))).shape
    torch.Size([2, 3])
    """

    @checked
    def __init__(self, input_size: Width, size: Width) -> None:
        super().__init__(input_size, state_size=size)
        self.size = size
        self.W = nn.Parameter(torch.empty(2 * size, input_size))  # rows: z, c
        self.U_gates = nn.Parameter(torch.empty(2 * size, 2 * size))  # rows: r, z
        self.U_c = nn.Parameter(torch.empty(size, 2 * size))
        self.b = nn.Parameter(torch.zeros(3 * size))  # r, z, c
        for weight in (self.W, self.U_gates, self.U_c):
            nn.init.uniform_(weight, -(weight.shape[1] ** -0.5), weight.shape[1] ** -0.5)

    def leaf(self, x: Tensor) -> Tensor:
        """The states of words."""
        z, c = linear(x, self.W, self.b[self.size :]).chunk(2, dim=1)
        return (1 - torch.sigmoid(z)) * torch.tanh(c)

    def compose(self, left: Tensor, right: Tensor) -> Tensor:
        """The states of parents."""
        d = self.size
        r, z = torch.sigmoid(linear(torch.cat([left, right], dim=1), self.U_gates, self.b[: 2 * d])).chunk(2, dim=1)
        c = torch.tanh(linear(torch.cat([r * left, r * right], dim=1), self.U_c, self.b[2 * d :]))
        return z * (left + right) + (1 - z) * c
