"""The recursive neural network of Socher, Lin, Ng and Manning (ICML 2011), "Parsing natural scenes and natural language
with recursive neural networks".
"""

from typing import Literal

import torch
from torch import Tensor, nn

from treenn.cells.affine import Affine, Pointwise
from treenn.cells.cell import Cell
from treenn.runtime.matmul import linear
from treenn.trees import InputError
from treenn.trees.arguments import Width, checked


class RecursiveNetwork(Cell):
    r"""One layer that reads two children and gives their parent, of the same width as each of them.

    The paper's composition of children `l` and `r`, and its map from features `x` to a state (there of the segments of
    an image, here of words):

        p = f(W [l; r] + b)
        s = f(W_x x + b_x)

    `f` is tanh or, as in later work, ReLU. The paper scores every merge to find the tree; here trees are given.

    Args:
        input_size: width of a word vector.
        size: width of a state.
        activation: `f`.
        tied: one matrix for both children, W = [M M]: then the order of the children does not matter.
        identity: start at W = ½[I I] + ε, ε and b from U(−0.001, 0.001), so that a parent starts as f of the mean of
            its children (Socher et al. 2013, "Parsing with compositional vector grammars"). Otherwise, and for W_x,
            weights and biases start as in `torch.nn.Linear`.
        map_words: left on, a word's state is s; off, it is the word vector itself, as where that paper parses
            sentences. That needs `input_size` to equal `size`.

    Raises:
        InputError: where there is no such activation, or the word vectors are not as wide as the states they are to be.

    Shape: `n` rows, `x` = input_size, `d` = size: `leaf` `(n, x)` to `(n, d)`, `compose` two `(n, d)` to `(n, d)`.

    >>> cell = RecursiveNetwork(input_size=4, size=3, activation="relu", identity=True)
    >>> cell.compose(cell.leaf(torch.ones(2, 4)), cell.leaf(torch.zeros(2, 4))).shape
    torch.Size([2, 3])
    """

    @checked
    def __init__(
        self,
        input_size: Width,
        size: Width,
        activation: Literal["tanh", "relu"] = "tanh",
        *,
        tied: bool = False,
        identity: bool = False,
        map_words: bool = True,
    ) -> None:
        super().__init__(input_size, state_size=size)
        if not map_words and input_size != size:
            raise InputError(
                f"map_words=False makes states of word vectors: input_size {input_size} must be size {size}"
            )
        self.tied, self.activation = tied, _POINTWISE[activation]
        self.words = nn.Linear(input_size, size) if map_words else None
        self.pair = nn.Linear(size if tied else 2 * size, size)
        if identity:
            self._start_at_the_mean(size)

    def _start_at_the_mean(self, size: int) -> None:
        for parameter in self.pair.parameters():
            nn.init.uniform_(parameter, -0.001, 0.001)
        with torch.no_grad():
            self.pair.weight += 0.5 * torch.eye(size).repeat(1, 1 if self.tied else 2)

    def leaf(self, x: Tensor) -> Tensor:
        """The states of words."""
        return x if self.words is None else self.activation.function(linear(x, self.words.weight, self.words.bias))

    def compose(self, left: Tensor, right: Tensor) -> Tensor:
        """The states of parents."""
        return self.activation.function(linear(torch.cat([left, right], dim=1), self._weight(), self.pair.bias))

    def _weight(self) -> Tensor:
        return torch.cat([self.pair.weight, self.pair.weight], dim=1) if self.tied else self.pair.weight

    def affine(self) -> Affine:
        """`compose` as W and f."""
        return Affine(self._weight(), self.pair.bias, self.activation)


class _Tanh(Pointwise):
    function = staticmethod(torch.tanh)

    def forward(self, z: Tensor, memories: Tensor, h: Tensor, memory: Tensor) -> tuple[Tensor, ...]:
        h.copy_(z.tanh_())
        return (z,)

    def backward(
        self, kept: tuple[Tensor, ...], grad_h: Tensor, grad_memory: Tensor, grad_z: Tensor, grad_memories: Tensor
    ) -> None:
        torch.ops.aten.tanh_backward.grad_input(grad_h, *kept, grad_input=grad_z)


class _ReLU(Pointwise):
    function = staticmethod(torch.relu)

    def forward(self, z: Tensor, memories: Tensor, h: Tensor, memory: Tensor) -> tuple[Tensor, ...]:
        h.copy_(z.relu_())
        return (z,)

    def backward(
        self, kept: tuple[Tensor, ...], grad_h: Tensor, grad_memory: Tensor, grad_z: Tensor, grad_memories: Tensor
    ) -> None:
        torch.ops.aten.threshold_backward.grad_input(grad_h, *kept, 0, grad_input=grad_z)


_POINTWISE: dict[str, _Tanh | _ReLU] = {"tanh": _Tanh(), "relu": _ReLU()}
