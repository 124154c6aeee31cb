"""The recursive neural tensor network (RNTN) of Socher, Perelygin, Wu, Chuang, Manning, Ng and Potts (EMNLP 2013),
"Recursive deep models for semantic compositionality over a sentiment treebank", section 4.3.
"""

import torch
from torch import Tensor, nn

from treenn.cells.cell import Cell
from treenn.runtime.matmul import linear
from treenn.trees import InputError
from treenn.trees.arguments import Width, checked


class RecursiveTensorNetwork(Cell):
    r"""A recursive network whose children also multiply each other: each slice of a tensor is one bilinear form.

    For children `b` and `c`, with one slice V[k] for each number of the parent (section 4.3):

        p[k] = tanh([b; c]ᵀ V[k] [b; c] + (W [b; c])[k] + b[k])

    The paper leaves the bias out of its notation. Its word vectors are the states of words; by default here they pass
    one layer first, s = tanh(W_x x + b_x), so that word vectors may have any width.

    The paper does not say where V and W start; here as in the authors' code (CoreNLP): W = [I I] + ε, ε from
    U(±1/(2√d)), V from U(±1/(4d)), b at 0. W_x and b_x start as in `torch.nn.Linear`.

    Time and parameters grow with d³: the paper's d is 25 to 35.

    Args:
        input_size: width of a word vector.
        size: width of a state.
        map_words: left on, a word's state is s; off, the word vector itself, for which `input_size` must equal `size`.

    Raises:
        InputError: where the word vectors are not as wide as the states they are to be.

    Shape: `n` rows, `x` = input_size, `d` = size: `leaf` `(n, x)` to `(n, d)`, `compose` two `(n, d)` to `(n, d)`; V is
        `(d, 2d, 2d)`.

    >>> cell = RecursiveTensorNetwork(input_size=4, size=3)
    >>> cell.compose(cell.leaf(torch.ones(2, 4)), cell.leaf(torch.zeros(2, 4))).shape
    torch.Size([2, 3])
    """

    @checked
    def __init__(self, input_size: Width, size: Width, *, map_words: bool = True) -> None:
        super().__init__(input_size, state_size=size)
        if not map_words and input_size != size:
            raise InputError(
                f"map_words=False makes states of word vectors: input_size {input_size} must be size {size}"
            )
        self.words = nn.Linear(input_size, size) if map_words else None
        self.V = nn.Parameter(torch.empty(size, 2 * size, 2 * size).uniform_(-1 / (4 * size), 1 / (4 * size)))
        noise = torch.empty(size, 2 * size).uniform_(-1 / (2 * size**0.5), 1 / (2 * size**0.5))
        self.W = nn.Parameter(torch.eye(size).repeat(1, 2) + noise)
        self.b = nn.Parameter(torch.zeros(size))

    def leaf(self, x: Tensor) -> Tensor:
        """The states of words."""
        return x if self.words is None else torch.tanh(linear(x, self.words.weight, self.words.bias))

    def compose(self, left: Tensor, right: Tensor) -> Tensor:
        """The states of parents."""
        pair = torch.cat([left, right], dim=1)
        # aᵀVa + Wa = (Va + W)·a: all slices in one multiplication, of which W is the bias
        slices = linear(pair, self.V.flatten(0, 1), self.W.flatten()).view(len(pair), *self.W.shape)
        return torch.tanh((slices * pair.unsqueeze(1)).sum(dim=2) + self.b)
