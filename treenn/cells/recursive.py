"""The recursive neural network of Socher, Lin, Ng and Manning (ICML 2011), "Parsing natural scenes and natural language
with recursive neural networks".
"""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor, nn

from treenn.cells.autoencoder import check_unmapped_words
from treenn.cells.cell import Cell
from treenn.cells.fused_form import FusedForm, GateFunction, Tensors
from treenn.runtime.matmul import linear
from treenn.runtime.parameters import DeviceLike
from treenn.trees.arguments import Width, checked


class RecursiveNetwork(Cell):
    r"""One layer from the concatenated states of two children to the state of their parent.

    The paper's composition of children `l` and `r`, and its map from features `x` to a state (in the paper of image
    segments, here of words):

        p = f(W [l; r] + b)
        s = f(W_x x + b_x)

    `f` is tanh or, as in later work, ReLU. The paper scores every merge to find the tree; here the tree is given.

    Args:
        input_size: width of a word vector.
        hidden_size: width of a state.
        activation: `f` (default: "tanh").
        tied: if True, both children share one matrix, W = [M M], and their order has no effect (default: False).
        identity: if True, initialize W at ½[I I] + ε, with ε and b from U(−0.001, 0.001), so that a parent is initially
            f of the mean of its children (Socher et al. 2013, "Parsing with compositional vector grammars"); if False,
            initialize as `torch.nn.Linear`, which W_x always does (default: False).
        map_words: if True, the state of a word is s; if False, the word vector, as in that paper's sentence parser, and
            `input_size` must equal `hidden_size` (default: True).
        device: device of the parameters (default: None).
        dtype: dtype of the parameters (default: None).

    Raises:
        InputError: if `activation` is unknown, or `map_words` is False and `input_size` differs from `hidden_size`.

    Shape: `n` rows, `x` = input_size, `d` = hidden_size: `leaf` `(n, x)` to `(n, d)`, `compose` two `(n, d)` to
        `(n, d)`.

    >>> cell = RecursiveNetwork(input_size=4, hidden_size=3, activation="relu", identity=True)
    >>> cell.compose(cell.leaf(torch.ones(2, 4)), cell.leaf(torch.zeros(2, 4))).shape
    torch.Size([2, 3])
    """

    options = ("activation", "tied", "identity")

    @checked
    def __init__(
        self,
        input_size: Width,
        hidden_size: Width,
        activation: Literal["tanh", "relu"] = "tanh",
        *,
        tied: bool = False,
        identity: bool = False,
        map_words: bool = True,
        device: DeviceLike = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__(input_size, state_size=hidden_size)
        check_unmapped_words(input_size, hidden_size, map_words)
        self.tied, self.identity = tied, identity
        self.activation, self._gates = activation, _GATES[activation]
        self.words = nn.Linear(input_size, hidden_size, device=device, dtype=dtype) if map_words else None
        self.pair = nn.Linear(hidden_size if tied else 2 * hidden_size, hidden_size, device=device, dtype=dtype)
        self.init_parameters()

    def init_parameters(self) -> None:
        """See `Cell.init_parameters`."""
        if not self.identity:
            return
        for parameter in self.pair.parameters():
            nn.init.uniform_(parameter, -0.001, 0.001)
        weight, children = self.pair.weight, 1 if self.tied else 2
        with torch.no_grad():
            weight.add_(0.5 * torch.eye(len(weight), device=weight.device, dtype=weight.dtype).repeat(1, children))

    def leaf(self, x: Tensor) -> Tensor:
        """Returns the states of words."""
        return x if self.words is None else self._gates.function(linear(x, self.words.weight, self.words.bias))

    def compose(self, left: Tensor, right: Tensor) -> Tensor:
        """Returns the states of parents."""
        return self._gates.function(linear(torch.cat([left, right], dim=1), self._weight(), self.pair.bias))

    def _weight(self) -> Tensor:
        return torch.cat([self.pair.weight, self.pair.weight], dim=1) if self.tied else self.pair.weight

    def fused_form(self) -> FusedForm:
        """Returns W, b and f."""
        return FusedForm(self._weight(), self.pair.bias, self._gates)


class _Tanh(GateFunction):
    function = staticmethod(torch.tanh)

    def forward(self, z: Tensor, child_c: Tensor, h: Tensor, c: Tensor) -> Tensors:
        h.copy_(z.tanh_())
        return (z,)

    def backward(self, saved: Tensors, grad_h: Tensor, grad_c: Tensor, grad_z: Tensor, grad_child_c: Tensor) -> None:
        torch.ops.aten.tanh_backward.grad_input(grad_h, *saved, grad_input=grad_z)


class _ReLU(GateFunction):
    function = staticmethod(torch.relu)

    def forward(self, z: Tensor, child_c: Tensor, h: Tensor, c: Tensor) -> Tensors:
        h.copy_(z.relu_())
        return (z,)

    def backward(self, saved: Tensors, grad_h: Tensor, grad_c: Tensor, grad_z: Tensor, grad_child_c: Tensor) -> None:
        torch.ops.aten.threshold_backward.grad_input(grad_h, *saved, 0, grad_input=grad_z)


_GATES: dict[str, _Tanh | _ReLU] = {"tanh": _Tanh(), "relu": _ReLU()}
