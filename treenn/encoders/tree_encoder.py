"""`TreeEncoder`: a cell, applied bottom-up over a forest."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional as F

from treenn.cells.cell import Cell
from treenn.encoders.encoder import Encoder
from treenn.encoders.forest import PackedForest
from treenn.encoders.initialization import Initialization
from treenn.encoders.sweep import sweep
from treenn.trees.arguments import checked


class TreeEncoder(Encoder):
    """The recursive network: a cell at every word and every merge, one level of the whole forest at a time.

    Args:
        cell: the composition function.
        initialization: the scheme of the recurrent matrices, see `treenn.encoders.initialization` (default:
            "default").

    >>> import torch
    >>> from treenn.cells import BinaryTreeLSTM
    >>> from treenn.encoders import pack
    >>> from treenn.trees import parse_trees
    >>> forest = pack(parse_trees("(3 (2 not) (1 bad))", classes=5))
    >>> TreeEncoder(BinaryTreeLSTM(input_size=4, hidden_size=3))(forest, torch.ones(2, 4)).shape
    torch.Size([3, 3])
    """

    @checked
    def __init__(self, cell: Cell, *, initialization: Initialization = "default") -> None:
        super().__init__(cell.input_size, cell.output_size, initialization=initialization)
        self.cell = cell
        self.init_recurrent()

    def forward(self, forest: PackedForest, x: Tensor, *, roots_only: bool = False) -> Tensor:
        """See `Encoder.forward`."""
        return of_nodes(forest, sweep(self.cell, forest, x), roots_only=roots_only)


def of_nodes(forest: PackedForest, states: Tensor, *, roots_only: bool = False) -> Tensor:
    """Returns the states of all nodes, or of the roots only, from those of the computed rows.

    Shape: `(D, d)` to `(N, d)`, with `roots_only` to `(T, d)`.
    """
    rows = forest.inverse
    if roots_only:
        rows = forest.roots if rows is None else rows[forest.roots]
    # embedding: an indexing with a fast backward pass
    return states if rows is None else F.embedding(rows, states)
