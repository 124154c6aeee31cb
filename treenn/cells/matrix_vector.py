"""The matrix-vector recursive network (MV-RNN) of Socher, Huval, Manning and Ng (EMNLP 2012), "Semantic
compositionality through recursive matrix-vector spaces".
"""

import torch
from torch import Tensor, nn

from treenn.cells.cell import Cell
from treenn.runtime.matmul import linear
from treenn.trees import InputError
from treenn.trees.arguments import Width, checked


class MatrixVectorNetwork(Cell):
    r"""Every node is a vector, what it means, and a matrix, how it changes the meaning of its neighbour.

    The paper's composition of children (a, A) and (b, B), its section 2; the bias is ours:

        p = tanh(W [B a; A b] + bias)
        P = W_M [A; B]

    and its word matrices of low rank r plus a diagonal, A = U V + diag(v).

    There each word has a, v, U and V of its own. Here a cell is given a word vector x and no more, so there are two
    readings of the paper. With `map_words` off, x is the word's own [a; v; U; V], trained as the embedding is: the
    paper's model, for which `input_size` must be `word_size(size, rank)`. With it on (the default, for word vectors
    of any width) they are one affine map of x, which all words share; this departs from the paper.

    The paper starts matrices at the identity plus a little Gaussian noise. So v is read as its difference from 1, and
    the map starts v, U and V at N(0, 0.01²) of x; a's part starts as in `torch.nn.Linear`. W and W_M start at ½[I I]
    plus that noise and not at [I I], with which matrices would double at every level.

    A node costs time in d³ and memory in d²: this is a cell for small d.

    Args:
        input_size: width of a word vector.
        size: d, width of a node's vector; a state is the vector and the matrix, row by row, d + d² numbers, of which
            `output` gives the vector.
        rank: r, 3 in the paper.
        map_words: see above.

    Raises:
        InputError: where word vectors that are to hold a word's own numbers do not have as many.

    Shape: `n` rows, `x` = input_size, `s` = d + d²: `leaf` `(n, x)` to `(n, s)`, `compose` two `(n, s)` to `(n, s)`,
        `output` `(n, s)` to `(n, d)`.

    >>> cell = MatrixVectorNetwork(input_size=4, size=3)
    >>> cell.compose(cell.leaf(torch.ones(2, 4)), cell.leaf(torch.zeros(2, 4))).shape
    torch.Size([2, 12])
    """

    @checked
    def __init__(self, input_size: Width, size: Width, rank: Width = 3, *, map_words: bool = True) -> None:
        super().__init__(input_size, state_size=size + size * size, output_size=size)
        self.size, self.rank = size, rank
        own = self.word_size(size, rank)
        if not map_words and input_size != own:
            raise InputError(
                f"map_words=False reads a word's own {own} numbers off its vector: input_size is {input_size}"
            )
        self.words = nn.Linear(input_size, own) if map_words else None
        self.pair = nn.Linear(2 * size, size)
        self.W_M = nn.Parameter(torch.empty(size, 2 * size))
        with torch.no_grad():
            for weight in (self.pair.weight, self.W_M):
                weight.copy_(0.5 * torch.eye(size).repeat(1, 2) + 0.01 * torch.randn(size, 2 * size))
            self.pair.bias.zero_()
            if self.words is not None:
                self.words.weight[size:].normal_(std=0.01)
                self.words.bias[size:].zero_()

    @staticmethod
    def word_size(size: int, rank: int = 3) -> int:
        """How many numbers a word has of its own: a, v, U and V."""
        return 2 * size + 2 * rank * size

    def leaf(self, x: Tensor) -> Tensor:
        """The states of words."""
        own = x if self.words is None else linear(x, self.words.weight, self.words.bias)
        d, r = self.size, self.rank
        a, v, U, V = torch.split(own, [d, d, d * r, r * d], dim=1)
        A = U.view(-1, d, r) @ V.view(-1, r, d) + torch.diag_embed(1 + v)
        return torch.cat([a, A.flatten(1)], dim=1)

    def compose(self, left: Tensor, right: Tensor) -> Tensor:
        """The states of parents."""
        (a, A), (b, B) = self._parts(left), self._parts(right)
        changed = torch.cat([torch.einsum("nij,nj->ni", B, a), torch.einsum("nij,nj->ni", A, b)], dim=1)
        p = torch.tanh(linear(changed, self.pair.weight, self.pair.bias))
        P = torch.einsum("ij,njk->nik", self.W_M, torch.cat([A, B], dim=1))
        return torch.cat([p, P.flatten(1)], dim=1)

    def _parts(self, state: Tensor) -> tuple[Tensor, Tensor]:
        return state[:, : self.size], state[:, self.size :].view(-1, self.size, self.size)

    def output(self, state: Tensor) -> Tensor:
        """The vectors. Shape: `(n, d + d²)` to `(n, d)`."""
        return state[:, : self.size]
