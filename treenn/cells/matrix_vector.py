"""The matrix-vector recursive network (MV-RNN) of Socher, Huval, Manning and Ng (EMNLP 2012), "Semantic
compositionality through recursive matrix-vector spaces".
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from treenn.cells.cell import Cell
from treenn.runtime.matmul import linear
from treenn.runtime.parameters import DeviceLike
from treenn.trees import InputError
from treenn.trees.arguments import Width, checked


class MatrixVectorNetwork(Cell):
    r"""A vector and a matrix per node: the vector is its meaning, the matrix modifies the vector of its sibling.

    The paper's composition of children (a, A) and (b, B), from its section 2; the bias is an addition:

        p = tanh(W [B a; A b] + bias)
        P = W_M [A; B]

    The paper's word matrices have low rank r plus a diagonal, A = U V + diag(v).

    In the paper each word has its own a, v, U and V. A cell reads only a word vector x, which permits two readings.
    With `map_words` False, x is the word's own [a; v; U; V], trained with the embedding: the paper's model, for which
    `input_size` must be `word_size(hidden_size, rank)`. With `map_words` True (the default, for word vectors of any
    width) all words share one affine map of x; this departs from the paper.

    The paper initializes matrices at the identity plus Gaussian noise. So v is read as the difference from 1, and the
    rows of the map for v, U and V are initialized from N(0, 0.01²); the rows for a as in `torch.nn.Linear`. W and W_M
    are initialized at ½[I I] plus that noise, not at [I I], with which matrices would double at every level.

    Time grows with d³ and memory with d²: this cell is for small d.

    Args:
        input_size: width of a word vector.
        hidden_size: d, width of a node's vector; a state has d + d² elements, the vector and the matrix row by row, and
            `output` returns the vector.
        rank: r (default: 3, as in the paper).
        map_words: if True, words share one affine map of x; if False, x is [a; v; U; V] (default: True).
        device: device of the parameters (default: None).
        dtype: dtype of the parameters (default: None).

    Raises:
        InputError: if `map_words` is False and `input_size` is not `word_size(hidden_size, rank)`.

    Shape: `n` rows, `x` = input_size, `s` = d + d²: `leaf` `(n, x)` to `(n, s)`, `compose` two `(n, s)` to `(n, s)`,
        `output` `(n, s)` to `(n, d)`.

    >>> cell = MatrixVectorNetwork(input_size=4, hidden_size=3)
    >>> cell.compose(cell.leaf(torch.ones(2, 4)), cell.leaf(torch.zeros(2, 4))).shape
    torch.Size([2, 12])
    """

    options = ("rank",)

    @checked
    def __init__(
        self,
        input_size: Width,
        hidden_size: Width,
        rank: Width = 3,
        *,
        map_words: bool = True,
        device: DeviceLike = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__(input_size, state_size=hidden_size + hidden_size**2, output_size=hidden_size)
        self.hidden_size, self.rank = hidden_size, rank
        word_size = self.word_size(hidden_size, rank)
        if not map_words and input_size != word_size:
            raise InputError(
                f"map_words=False reads the {word_size} parameters of a word off its vector: input_size is {input_size}"
            )
        self.words = nn.Linear(input_size, word_size, device=device, dtype=dtype) if map_words else None
        self.pair = nn.Linear(2 * hidden_size, hidden_size, device=device, dtype=dtype)
        self.W_M = nn.Parameter(torch.empty(hidden_size, 2 * hidden_size, device=device, dtype=dtype))
        self.init_parameters()

    @torch.no_grad()
    def init_parameters(self) -> None:
        """See `Cell.init_parameters`."""
        for weight in (self.pair.weight, self.W_M):
            identity = torch.eye(self.hidden_size, device=weight.device, dtype=weight.dtype)
            weight.copy_(0.5 * identity.repeat(1, 2) + 0.01 * torch.randn_like(weight))
        self.pair.bias.zero_()
        if self.words is not None:
            self.words.weight[self.hidden_size :].normal_(std=0.01)
            self.words.bias[self.hidden_size :].zero_()

    @staticmethod
    def word_size(hidden_size: int, rank: int = 3) -> int:
        """Returns the number of parameters of a word: those of a, v, U and V."""
        return 2 * hidden_size + 2 * rank * hidden_size

    def leaf(self, x: Tensor) -> Tensor:
        """Returns the states of words."""
        parameters = x if self.words is None else linear(x, self.words.weight, self.words.bias)
        d, r = self.hidden_size, self.rank
        a, v, U, V = torch.split(parameters, [d, d, d * r, r * d], dim=1)
        A = U.view(-1, d, r) @ V.view(-1, r, d) + torch.diag_embed(1 + v)  # (n, d, d)
        return torch.cat([a, A.flatten(1)], dim=1)

    def compose(self, left: Tensor, right: Tensor) -> Tensor:
        """Returns the states of parents."""
        (a, A), (b, B) = self._parts(left), self._parts(right)
        modified = torch.cat([torch.einsum("nij,nj->ni", B, a), torch.einsum("nij,nj->ni", A, b)], dim=1)  # (n, 2d)
        p = torch.tanh(linear(modified, self.pair.weight, self.pair.bias))
        P = torch.einsum("ij,njk->nik", self.W_M, torch.cat([A, B], dim=1))  # (n, d, d)
        return torch.cat([p, P.flatten(1)], dim=1)

    def _parts(self, state: Tensor) -> tuple[Tensor, Tensor]:
        d = self.hidden_size
        return state[:, :d], state[:, d:].view(-1, d, d)
