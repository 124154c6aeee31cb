"""`TreeEncoder`: a cell, applied bottom-up over a forest."""

from torch import Tensor
from torch.nn import functional as F

from treenn.cells.cell import Cell
from treenn.encoders.encoder import Encoder
from treenn.encoders.forest import PackedForest
from treenn.encoders.sweep import sweep
from treenn.trees.arguments import checked


class TreeEncoder(Encoder):
    """The recursive network: the cell at every word, then at every merge, one level of the whole forest at a time.

    Args:
        cell: the composition.

    >>> import torch
    >>> from treenn.cells import BinaryTreeLSTM
    >>> from treenn.encoders import pack
    >>> from treenn.trees import parse_trees
    >>> forest = pack(parse_trees("(3 (2 not) (1 bad))", classes=5))
    >>> TreeEncoder(BinaryTreeLSTM(input_size=4, size=3))(forest, torch.ones(2, 4)).shape
    torch.Size([3, 3])
    """

    @checked
    def __init__(self, cell: Cell) -> None:
        super().__init__(cell.input_size, cell.output_size)
        self.cell = cell

    @property
    def supports_dedup(self) -> bool:
        """See `Encoder.supports_dedup`: unless the cell draws random numbers."""
        return not self.cell.random

    def forward(self, forest: PackedForest, x: Tensor, *, roots_only: bool = False) -> Tensor:
        """See `Encoder.forward`."""
        return of_nodes(forest, sweep(self.cell, forest, x), roots_only=roots_only)


def of_nodes(forest: PackedForest, states: Tensor, *, roots_only: bool = False) -> Tensor:
    """From the states of the computed rows to those that `Encoder.forward` returns.

    Shape: `(D, d)` to `(N, d)`, with `roots_only` to `(T, d)`.
    """
    rows = forest.uses
    if roots_only:
        rows = forest.roots if rows is None else rows[forest.roots]
    # embedding: an indexing whose gradient adds up the rows of each state quickly
    return states if rows is None else F.embedding(rows, states)
