"""The composition of the recursive autoencoder of Socher, Pennington, Huang, Ng and Manning (EMNLP 2011),
"Semi-supervised recursive autoencoders for predicting sentiment distributions".
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from treenn.cells.affine import Affine, Pointwise
from treenn.cells.cell import Cell
from treenn.runtime.matmul import linear
from treenn.trees import InputError
from treenn.trees.arguments import Width, checked

SMALLEST = 1e-12
"""What lengths are divided by at least, so that a state of zeros stays one."""


class AutoencoderCell(Cell):
    r"""One layer whose results have length 1, so that no reconstruction error is made small by small states.

    The paper's equation 2 and the end of its section 2.3, for children `c_1` and `c_2`:

        p = tanh(W [c_1; c_2] + b)                                     (2)
        p := p / ‖p‖

    The way back from a parent to its children, and the loss, are `treenn.encoders.RecursiveAutoencoder`'s. The paper's
    word vectors are the states of words, not normalised; by default here they pass an affine map W_x x + b_x first, so
    that they may have any width. Weights and biases start as in `torch.nn.Linear`.

    Args:
        input_size: width of a word vector.
        size: width of a state.
        map_words: the state of a word is W_x x + b_x (default); if False, the word vector itself, and `input_size` must
            equal `size`.

    Raises:
        InputError: where the word vectors are not as wide as the states they are to be.

    Shape: `n` rows, `x` = input_size, `d` = size: `leaf` `(n, x)` to `(n, d)`, `compose` two `(n, d)` to `(n, d)`.

    >>> cell = AutoencoderCell(input_size=4, size=3)
    >>> cell.compose(cell.leaf(torch.ones(2, 4)), cell.leaf(torch.zeros(2, 4))).norm(dim=1).round(decimals=3).tolist()
    [1.0, 1.0]
    """

    @checked
    def __init__(self, input_size: Width, size: Width, *, map_words: bool = True) -> None:
        super().__init__(input_size, state_size=size)
        if not map_words and input_size != size:
            raise InputError(
                f"map_words=False makes states of word vectors: input_size {input_size} must be size {size}"
            )
        self.words = nn.Linear(input_size, size) if map_words else None
        self.pair = nn.Linear(2 * size, size)

    def leaf(self, x: Tensor) -> Tensor:
        """The states of words."""
        return x if self.words is None else linear(x, self.words.weight, self.words.bias)

    def compose(self, left: Tensor, right: Tensor) -> Tensor:
        """The states of parents: equation 2, and length 1."""
        p = torch.tanh(linear(torch.cat([left, right], dim=1), self.pair.weight, self.pair.bias))
        return F.normalize(p, dim=1, eps=SMALLEST)

    def affine(self) -> Affine:
        """`compose` as W and the rest."""
        return Affine(self.pair.weight, self.pair.bias, _NormalizedTanh())


class _NormalizedTanh(Pointwise):
    def forward(self, z: Tensor, memories: Tensor, h: Tensor, memory: Tensor) -> tuple[Tensor, Tensor]:
        p = z.tanh_()
        length = torch.linalg.vector_norm(p, dim=1, keepdim=True).clamp_min_(SMALLEST)
        torch.div(p, length, out=h)
        return p, length

    def backward(
        self, kept: tuple[Tensor, ...], grad_h: Tensor, grad_memory: Tensor, grad_z: Tensor, grad_memories: Tensor
    ) -> None:
        p, length = kept
        h = p / length
        along = (h * grad_h).sum(dim=1, keepdim=True)
        to_p = grad_h.sub_(h.mul_(along)).div_(length)
        torch.ops.aten.tanh_backward.grad_input(to_p, p, grad_input=grad_z)
