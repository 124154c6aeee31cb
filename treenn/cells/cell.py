"""`Cell`: how two children become a parent."""

from abc import ABC, abstractmethod

from torch import Tensor, nn

from treenn.cells.affine import Affine
from treenn.trees.arguments import Count, checked


class Cell(nn.Module, ABC):
    """A composition: states of words from their vectors, the state of a parent from its two children.

    A subclass sets the three sizes and writes `leaf` and `compose`; batching is the encoder's work. A state is one row
    of numbers; a cell with several parts (h and c) puts them side by side and lets `output` return what others see.
    `treenn.testing.check_cell` proves a new one.

    Args:
        input_size: width of a word vector.
        state_size: width of a state.
        output_size: width of what `output` returns; left out, the state itself is the output.

    Shape: `n` rows, `x` = input_size, `s` = state_size, `d` = output_size.

    >>> import torch
    >>> class Mean(Cell):
    ...     def leaf(self, x):
    ...         return x
    ...     def compose(self, left, right):
    ...         return (left + right) / 2
    >>> Mean(input_size=3, state_size=3).compose(torch.zeros(1, 3), torch.ones(1, 3))
    tensor([[0.5000, 0.5000, 0.5000]])
    """

    @checked
    def __init__(self, input_size: Count, state_size: Count, output_size: Count | None = None) -> None:
        super().__init__()
        self.input_size, self.state_size = input_size, state_size
        self.output_size = state_size if output_size is None else output_size

    @property
    def random(self) -> bool:
        """Whether `leaf` or `compose` draw random numbers now, as dropout does: then `pack` must not share subtrees."""
        return False

    @abstractmethod
    def leaf(self, x: Tensor) -> Tensor:
        """The states of words. Shape: `(n, x)` to `(n, s)`."""

    @abstractmethod
    def compose(self, left: Tensor, right: Tensor) -> Tensor:
        """The states of parents. Shape: `(n, s)` and `(n, s)` to `(n, s)`."""

    def affine(self) -> Affine | None:
        """The same composition as an affine map and a pointwise part, where it is one: the fast way to sweep.

        `compose` stays what defines the cell; `treenn.testing.check_cell` holds the two equal.
        """
        return None

    def output(self, state: Tensor) -> Tensor:
        """What a head reads of a state. Shape: `(n, s)` to `(n, d)`."""
        return state
