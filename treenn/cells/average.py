"""The vector average and the deep averaging network of Iyyer, Manjunatha, Boyd-Graber and Daumé (ACL 2015), "Deep
unordered composition rivals syntactic methods for text classification".
"""

import torch
from torch import Tensor, nn

from treenn.cells.cell import Cell
from treenn.trees.arguments import Depth, Share, Width, checked

DROPPED = 1e-6
"""What a dropped word weighs: next to nothing, and yet a phrase of dropped words alone has their average."""


class Average(Cell):
    r"""No composition: a node is the average of the words below it, whatever the tree. The control for the others.

    For the words x_1 ... x_n below a node (the paper's neural bag of words, its section 2, and deep averaging network):

        av  = (x_1 + ... + x_n) / n
        z_i = ReLU(W_i z_{i-1} + b_i),  z_0 = av,  i = 1 ... layers

    A state is the sum of the words and their number, [n av; n], so that a parent is the sum of its children; `output`
    gives z_layers. With no layers it gives W av + b, which lets the output have any width: the paper's softmax reads av
    itself, and after a linear map a linear classifier is still one.

    The paper trains on whole sentences; here every node is such an average. Weights and biases start as in
    `torch.nn.Linear`. ReLU is what the authors' code has.

    Args:
        input_size: width of a word vector.
        size: width of the output and of all layers.
        layers: how deep; 0 is the vector average, the authors' code has 3 by default.
        word_dropout: share of the words that are left out of all averages in training; the authors' code has 0.3 by
            default. Where all words of a node are dropped, all of them count, as there.

    Raises:
        InputError: where `word_dropout` is not a share below 1.

    Shape: `n` rows, `x` = input_size, `d` = size: `leaf` `(n, x)` to `(n, x + 1)`, `compose` two `(n, x + 1)` to
        `(n, x + 1)`, `output` `(n, x + 1)` to `(n, d)`.

    >>> cell = Average(input_size=4, size=3, layers=2)
    >>> cell.compose(cell.leaf(torch.ones(2, 4)), cell.leaf(torch.zeros(2, 4)))[0]
    tensor([1., 1., 1., 1., 2.])
    """

    @checked
    def __init__(
        self,
        input_size: Width,
        size: Width,
        *,
        layers: Depth = 0,
        word_dropout: Share = 0.0,
    ) -> None:
        super().__init__(input_size, state_size=input_size + 1, output_size=size)
        self.word_dropout = word_dropout
        self.layers = nn.Sequential(nn.Linear(input_size, size))
        for _ in range(layers - 1):
            self.layers.extend([nn.ReLU(), nn.Linear(size, size)])
        if layers:
            self.layers.append(nn.ReLU())

    @property
    def random(self) -> bool:
        """True while training with word dropout."""
        return self.training and self.word_dropout > 0

    def leaf(self, x: Tensor) -> Tensor:
        """The states of words."""
        weight = torch.ones_like(x[:, :1])
        if self.random:
            weight = torch.where(torch.rand_like(weight) < self.word_dropout, DROPPED, weight)
        return torch.cat([weight * x, weight], dim=1)

    def compose(self, left: Tensor, right: Tensor) -> Tensor:
        """The sums of parents."""
        return left + right

    def output(self, state: Tensor) -> Tensor:
        """The averages, through the layers. Shape: `(n, x + 1)` to `(n, d)`."""
        z: Tensor = self.layers(state[:, :-1] / state[:, -1:])
        return z
