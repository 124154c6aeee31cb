"""The recursive neural tensor network (RNTN) of Socher, Perelygin, Wu, Chuang, Manning, Ng and Potts (EMNLP 2013),
"Recursive deep models for semantic compositionality over a sentiment treebank", section 4.3.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from treenn.cells.autoencoder import check_unmapped_words
from treenn.cells.cell import Cell
from treenn.runtime.matmul import linear
from treenn.runtime.parameters import DeviceLike, empty_parameters
from treenn.trees.arguments import Width, checked


class RecursiveTensorNetwork(Cell):
    r"""A recursive network with multiplicative interactions: each slice of a tensor is a bilinear form of the children.

    For children `b` and `c`, with one slice V[k] per element of the parent's state (section 4.3):

        p[k] = tanh([b; c]ᵀ V[k] [b; c] + (W [b; c])[k] + b[k])

    The paper omits the bias from its notation. Its word vectors are the states of words; by default here they pass one
    layer, s = tanh(W_x x + b_x), so that word vectors may have any width.

    The paper does not specify the initialization of V and W; as in the authors' code (CoreNLP), W = [I I] + ε with ε
    from U(±1/(2√d)), V is drawn from U(±1/(4d)), and b is 0. W_x and b_x are initialized as in `torch.nn.Linear`.

    Time and parameters grow with d³: the paper's d is 25 to 35.

    Args:
        input_size: width of a word vector.
        hidden_size: width of a state.
        map_words: if True, the state of a word is s; if False, the word vector, and `input_size` must equal
            `hidden_size` (default: True).
        device: device of the parameters (default: None).
        dtype: dtype of the parameters (default: None).

    Raises:
        InputError: if `map_words` is False and `input_size` differs from `hidden_size`.

    Shape: `n` rows, `x` = input_size, `d` = hidden_size: `leaf` `(n, x)` to `(n, d)`, `compose` two `(n, d)` to
        `(n, d)`; V is `(d, 2d, 2d)`.

    >>> cell = RecursiveTensorNetwork(input_size=4, hidden_size=3)
    >>> cell.compose(cell.leaf(torch.ones(2, 4)), cell.leaf(torch.zeros(2, 4))).shape
    torch.Size([2, 3])
    """

    @checked
    def __init__(
        self,
        input_size: Width,
        hidden_size: Width,
        *,
        map_words: bool = True,
        device: DeviceLike = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__(input_size, state_size=hidden_size)
        check_unmapped_words(input_size, hidden_size, map_words)
        d = hidden_size
        self.words = nn.Linear(input_size, d, device=device, dtype=dtype) if map_words else None
        self.V, self.W, self.b = empty_parameters(device, dtype, (d, 2 * d, 2 * d), (d, 2 * d), (d,))
        self.init_parameters()

    def init_parameters(self) -> None:
        """See `Cell.init_parameters`."""
        d = self.state_size
        nn.init.uniform_(self.V, -1 / (4 * d), 1 / (4 * d))
        nn.init.uniform_(self.W, -1 / (2 * d**0.5), 1 / (2 * d**0.5))
        nn.init.zeros_(self.b)
        with torch.no_grad():
            self.W.add_(torch.eye(d, device=self.W.device, dtype=self.W.dtype).repeat(1, 2))

    def leaf(self, x: Tensor) -> Tensor:
        """Returns the states of words."""
        return x if self.words is None else torch.tanh(linear(x, self.words.weight, self.words.bias))

    def compose(self, left: Tensor, right: Tensor) -> Tensor:
        """Returns the states of parents."""
        pair = torch.cat([left, right], dim=1)  # (n, 2d)
        # aᵀVa + Wa = (Va + W)·a: one product for all slices, with W as its bias.
        slices = linear(pair, self.V.flatten(0, 1), self.W.flatten()).view(len(pair), *self.W.shape)  # (n, d, 2d)
        return torch.tanh((slices * pair.unsqueeze(1)).sum(dim=2) + self.b)
