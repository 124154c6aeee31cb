"""The vector average and the deep averaging network of Iyyer, Manjunatha, Boyd-Graber and Daumé (ACL 2015), "Deep
unordered composition rivals syntactic methods for text classification".
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from treenn.cells.cell import Cell
from treenn.runtime.parameters import DeviceLike
from treenn.trees.arguments import Depth, Share, Width, checked

DROPPED = 1e-6
"""The weight of a dropped word: above 0, so that the average of a phrase whose words are all dropped is defined."""


class Average(Cell):
    r"""The average of the word vectors below a node, independent of the tree: the control without composition.

    For the words x_1 ... x_n below a node (the neural bag of words of the paper's section 2, and its deep averaging
    network):

        av  = (x_1 + ... + x_n) / n
        z_i = ReLU(W_i z_{i-1} + b_i),  z_0 = av,  i = 1 ... layers

    A state is [n av; n], the sum of the words and their number, so that the state of a parent is the sum of its
    children's. `output` returns z_layers. With `layers` 0 it returns W av + b, so that the output may have any width;
    the paper's softmax reads av itself, and a linear map before a linear classifier adds no capacity.

    The paper trains on whole sentences, here every node is such an average. The activation is the ReLU of the authors'
    code. Weights and biases are initialized as in `torch.nn.Linear`.

    Args:
        input_size: width of a word vector.
        hidden_size: width of the layers and of the output.
        layers: the number of layers; 0 is the vector average (default: 0; authors' code: 3).
        word_dropout: probability that a word is dropped from all averages in training (default: 0.0; authors' code:
            0.3). If all words of a node are dropped, all of them count, as in that code.
        device: device of the parameters (default: None).
        dtype: dtype of the parameters (default: None).

    Shape: `n` rows, `x` = input_size, `d` = hidden_size: `leaf` `(n, x)` to `(n, x + 1)`, `compose` two `(n, x + 1)` to
        `(n, x + 1)`, `output` `(n, x + 1)` to `(n, d)`.

    >>> cell = Average(input_size=4, hidden_size=3, layers=2)
    >>> cell.compose(cell.leaf(torch.ones(2, 4)), cell.leaf(torch.zeros(2, 4)))[0]
    tensor([1., 1., 1., 1., 2.])
    """

    options = ("word_dropout",)

    @checked
    def __init__(
        self,
        input_size: Width,
        hidden_size: Width,
        *,
        layers: Depth = 0,
        word_dropout: Share = 0.0,
        device: DeviceLike = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__(input_size, state_size=input_size + 1, output_size=hidden_size)
        self.word_dropout = word_dropout
        self.layers = nn.Sequential(nn.Linear(input_size, hidden_size, device=device, dtype=dtype))
        for _ in range(layers - 1):
            self.layers.extend([nn.ReLU(), nn.Linear(hidden_size, hidden_size, device=device, dtype=dtype)])
        if layers:
            self.layers.append(nn.ReLU())

    def leaf(self, x: Tensor) -> Tensor:
        """Returns the states of words."""
        weight = torch.ones_like(x[:, :1])  # (n, 1)
        if self.is_stochastic:
            weight = torch.where(torch.rand_like(weight) < self.word_dropout, DROPPED, weight)
        return torch.cat([weight * x, weight], dim=1)

    def compose(self, left: Tensor, right: Tensor) -> Tensor:
        """Returns the sums of parents."""
        return left + right

    def output(self, state: Tensor) -> Tensor:
        """Returns the averages after the layers. Shape: `(n, x + 1)` to `(n, d)`."""
        z: Tensor = self.layers(state[:, :-1] / state[:, -1:])
        return z
