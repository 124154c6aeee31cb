"""The gated recursive cell of Shen, Tan, Hosseini, Lin, Sordoni and Courville (NeurIPS 2019), "Ordered Memory", where
it composes the slots of a memory; networks for ListOps have used it since.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from treenn.cells.cell import Cell
from treenn.runtime.matmul import linear
from treenn.trees.arguments import Probability, Width, checked


class GatedRecursiveCell(Cell):
    r"""A parent is a gated sum of its two children and of a candidate, normalised.

    The paper's gated recursive cell, for children `l` and `r`, checked against the authors' code:

        [g_l; g_r; g_u; u] = W_2 ReLU(W_1 [l; r] + b_1) + b_2
        p = LN(σ(g_l) ⊙ l + σ(g_r) ⊙ r + σ(g_u) ⊙ u)

    and a word's state, with the same layer normalisation, as there:

        s = LN(W_x x + b_x)

    In the Ordered Memory a soft stack decides what is composed, here the tree does. Weights and biases start as in
    `torch.nn.Linear`, LN with gain 1 and bias 0.

    Args:
        input_size: width of a word vector.
        size: width of a state.
        hidden: width between W_1 and W_2; left out, four times `size` as in the paper.
        cell_dropout: on [l; r] and on the hidden layer, as in the authors' code, which has 0.2 by default.

    Shape: `n` rows, `x` = input_size, `d` = size: `leaf` `(n, x)` to `(n, d)`, `compose` two `(n, d)` to `(n, d)`.

    >>> cell = GatedRecursiveCell(input_size=4, size=3)
    >>> cell.compose(cell.leaf(torch.ones(2, 4)), cell.leaf(torch.zeros(2, 4))).shape
    torch.Size([2, 3])
    """

    @checked
    def __init__(
        self, input_size: Width, size: Width, *, hidden: Width | None = None, cell_dropout: Probability = 0.0
    ) -> None:
        super().__init__(input_size, state_size=size)
        self.size, self.cell_dropout = size, cell_dropout
        hidden = 4 * size if hidden is None else hidden
        self.words = nn.Linear(input_size, size)
        self.first, self.second = nn.Linear(2 * size, hidden), nn.Linear(hidden, 4 * size)
        self.norm = nn.LayerNorm(size)

    @property
    def random(self) -> bool:
        """True while training with dropout."""
        return self.training and self.cell_dropout > 0

    def leaf(self, x: Tensor) -> Tensor:
        """The states of words."""
        state: Tensor = self.norm(linear(x, self.words.weight, self.words.bias))
        return state

    def compose(self, left: Tensor, right: Tensor) -> Tensor:
        """The states of parents."""
        pair = self._dropped(torch.cat([left, right], dim=1))
        hidden = self._dropped(torch.relu(linear(pair, self.first.weight, self.first.bias)))
        gates, u = linear(hidden, self.second.weight, self.second.bias).tensor_split([3 * self.size], dim=1)
        g_l, g_r, g_u = torch.sigmoid(gates).chunk(3, dim=1)
        state: Tensor = self.norm(g_l * left + g_r * right + g_u * u)
        return state

    def _dropped(self, values: Tensor) -> Tensor:
        return F.dropout(values, self.cell_dropout, self.training)
