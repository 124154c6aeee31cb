"""The gated recursive cell of Shen, Tan, Hosseini, Lin, Sordoni and Courville (NeurIPS 2019), "Ordered Memory", where
it composes the slots of a memory; networks for ListOps have used it since.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from treenn.cells.cell import Cell
from treenn.runtime.matmul import linear
from treenn.runtime.parameters import DeviceLike
from treenn.trees.arguments import Probability, Width, checked


class GatedRecursiveCell(Cell):
    r"""A gated sum of the two children and of a candidate, layer-normalized.

    The paper's gated recursive cell, for children `l` and `r`, checked against the authors' code:

        [g_l; g_r; g_u; u] = W_2 ReLU(W_1 [l; r] + b_1) + b_2
        p = LN(σ(g_l) ⊙ l + σ(g_r) ⊙ r + σ(g_u) ⊙ u)

    The state of a word uses the same layer normalization, as in that code:

        s = LN(W_x x + b_x)

    In the Ordered Memory a soft stack decides which nodes are composed, here the tree does. Weights and biases are
    initialized as in `torch.nn.Linear`, LN with gain 1 and bias 0.

    Args:
        input_size: width of a word vector.
        hidden_size: width of a state.
        inner_size: width between W_1 and W_2; if None, four times `hidden_size` as in the paper (default: None).
        cell_dropout: dropout on [l; r] and on the inner layer in training (default: 0.0; authors' code: 0.2).
        device: device of the parameters (default: None).
        dtype: dtype of the parameters (default: None).

    Shape: `n` rows, `x` = input_size, `d` = hidden_size: `leaf` `(n, x)` to `(n, d)`, `compose` two `(n, d)` to
        `(n, d)`.

    >>> cell = GatedRecursiveCell(input_size=4, hidden_size=3)
    >>> cell.compose(cell.leaf(torch.ones(2, 4)), cell.leaf(torch.zeros(2, 4))).shape
    torch.Size([2, 3])
    """

    options = ("cell_dropout",)

    @checked
    def __init__(
        self,
        input_size: Width,
        hidden_size: Width,
        *,
        inner_size: Width | None = None,
        cell_dropout: Probability = 0.0,
        device: DeviceLike = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__(input_size, state_size=hidden_size)
        self.hidden_size, self.cell_dropout = hidden_size, cell_dropout
        inner_size = 4 * hidden_size if inner_size is None else inner_size
        self.words = nn.Linear(input_size, hidden_size, device=device, dtype=dtype)
        self.first = nn.Linear(2 * hidden_size, inner_size, device=device, dtype=dtype)
        self.second = nn.Linear(inner_size, 4 * hidden_size, device=device, dtype=dtype)
        self.norm = nn.LayerNorm(hidden_size, device=device, dtype=dtype)

    def leaf(self, x: Tensor) -> Tensor:
        """Returns the states of words."""
        state: Tensor = self.norm(linear(x, self.words.weight, self.words.bias))
        return state

    def compose(self, left: Tensor, right: Tensor) -> Tensor:
        """Returns the states of parents."""
        pair = self._dropout(torch.cat([left, right], dim=1))  # (n, 2d)
        inner = self._dropout(torch.relu(linear(pair, self.first.weight, self.first.bias)))
        gates, u = linear(inner, self.second.weight, self.second.bias).tensor_split([3 * self.hidden_size], dim=1)
        g_l, g_r, g_u = torch.sigmoid(gates).chunk(3, dim=1)  # (n, d) each
        state: Tensor = self.norm(g_l * left + g_r * right + g_u * u)
        return state

    def _dropout(self, values: Tensor) -> Tensor:
        return F.dropout(values, self.cell_dropout, self.training)
