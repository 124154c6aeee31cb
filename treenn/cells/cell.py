"""`Cell`: the composition function of a recursive network."""

from __future__ import annotations

from abc import abstractmethod

from torch import Tensor

from treenn.cells.fused_form import FusedForm
from treenn.runtime.parameters import SizedModule
from treenn.trees.arguments import Count, checked


class Cell(SizedModule):
    """A composition function: leaf states from word vectors, a parent's state from the states of its two children.

    A subclass passes its sizes to this constructor and implements `leaf` and `compose`; batching is done by the
    encoder. A state is one row of a table. A cell whose state has several parts, such as h and c, concatenates them,
    the part that heads read (`output`) first. `treenn.testing.check_cell` tests a new cell.

    Args:
        input_size: width of a word vector.
        state_size: width of a state.
        output_size: width of the result of `output`; if None, `state_size` (default: None).

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
        super().__init__(input_size, state_size if output_size is None else output_size)
        self.state_size = state_size

    @abstractmethod
    def leaf(self, x: Tensor) -> Tensor:
        """Returns the states of words. Shape: `(n, x)` to `(n, s)`."""

    @abstractmethod
    def compose(self, left: Tensor, right: Tensor) -> Tensor:
        """Returns the states of parents. Shape: `(n, s)` and `(n, s)` to `(n, s)`."""

    def fused_form(self) -> FusedForm | None:
        """Returns `compose` as an affine map and a gate function, for the fast sweep (default: None).

        `compose` defines the cell; `treenn.testing.check_cell` compares both.
        """
        return None

    def output(self, state: Tensor) -> Tensor:
        """Returns the part of a state that heads read (default: the first `d` columns). Shape: `(n, s)` to `(n, d)`."""
        return state if self.output_size == self.state_size else state[:, : self.output_size]
