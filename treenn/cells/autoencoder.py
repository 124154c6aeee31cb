"""The composition of the recursive autoencoder of Socher, Pennington, Huang, Ng and Manning (EMNLP 2011),
"Semi-supervised recursive autoencoders for predicting sentiment distributions".
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from treenn.cells.cell import Cell
from treenn.cells.fused_form import FusedForm, GateFunction, Tensors
from treenn.runtime.matmul import linear
from treenn.runtime.parameters import DeviceLike
from treenn.trees import InputError
from treenn.trees.arguments import Width, checked

SMALLEST = 1e-12
"""The minimum of the norm that states are divided by, so that a zero state remains zero."""


class AutoencoderCell(Cell):
    r"""One layer whose output is normalized, so that small states do not reduce the reconstruction error.

    Equation 2 of the paper and the end of its section 2.3, for children `c_1` and `c_2`:

        p = tanh(W [c_1; c_2] + b)                                     (2)
        p := p / ‖p‖

    `treenn.encoders.RecursiveAutoencoder` adds the decoder and the loss. In the paper a word vector is the word's state
    and is not normalized; by default here it passes an affine map W_x x + b_x, so that word vectors may have any width.
    Weights and biases are initialized as in `torch.nn.Linear`.

    Args:
        input_size: width of a word vector.
        hidden_size: width of a state.
        map_words: if True, the state of a word is W_x x + b_x; if False, the word vector, and `input_size` must equal
            `hidden_size` (default: True).
        device: device of the parameters (default: None).
        dtype: dtype of the parameters (default: None).

    Raises:
        InputError: if `map_words` is False and `input_size` differs from `hidden_size`.

    Shape: `n` rows, `x` = input_size, `d` = hidden_size: `leaf` `(n, x)` to `(n, d)`, `compose` two `(n, d)` to
        `(n, d)`.

    >>> cell = AutoencoderCell(input_size=4, hidden_size=3)
    >>> cell.compose(cell.leaf(torch.ones(2, 4)), cell.leaf(torch.zeros(2, 4))).norm(dim=1).round(decimals=3).tolist()
    [1.0, 1.0]
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
        self.words = nn.Linear(input_size, hidden_size, device=device, dtype=dtype) if map_words else None
        self.pair = nn.Linear(2 * hidden_size, hidden_size, device=device, dtype=dtype)

    def leaf(self, x: Tensor) -> Tensor:
        """Returns the states of words."""
        return x if self.words is None else linear(x, self.words.weight, self.words.bias)

    def compose(self, left: Tensor, right: Tensor) -> Tensor:
        """Returns the states of parents: equation 2, normalized."""
        p = torch.tanh(linear(torch.cat([left, right], dim=1), self.pair.weight, self.pair.bias))
        return F.normalize(p, dim=1, eps=SMALLEST)

    def fused_form(self) -> FusedForm:
        """Returns W, b and the normalized tanh."""
        return FusedForm(self.pair.weight, self.pair.bias, _NormalizedTanh())


def check_unmapped_words(input_size: int, hidden_size: int, map_words: bool) -> None:
    """Validate the sizes of a cell whose leaf states are the word vectors.

    Raises:
        InputError: if `map_words` is False and the sizes differ.
    """
    if not map_words and input_size != hidden_size:
        raise InputError(
            f"map_words=False takes word vectors as states: input_size {input_size} must be hidden_size {hidden_size}"
        )


class _NormalizedTanh(GateFunction):
    def forward(self, z: Tensor, child_c: Tensor, h: Tensor, c: Tensor) -> Tensors:
        p = z.tanh_()  # (n, d)
        norm = torch.linalg.vector_norm(p, dim=1, keepdim=True).clamp_min_(SMALLEST)  # (n, 1)
        torch.div(p, norm, out=h)
        return p, norm

    def backward(self, saved: Tensors, grad_h: Tensor, grad_c: Tensor, grad_z: Tensor, grad_child_c: Tensor) -> None:
        p, norm = saved  # (n, d), (n, 1)
        h = p / norm  # (n, d)
        projection = (h * grad_h).sum(dim=1, keepdim=True)  # (n, 1)
        grad_p = grad_h.sub_(h.mul_(projection)).div_(norm)  # (n, d)
        torch.ops.aten.tanh_backward.grad_input(grad_p, p, grad_input=grad_z)
