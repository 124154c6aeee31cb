"""`DependencyEncoder`: the child-sum Tree-LSTM over dependency trees."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from treenn.cells.child_sum import ChildSumTreeLSTM
from treenn.encoders.dependency_forest import PackedDependencies
from treenn.encoders.dependency_sweep import child_sum_sweep
from treenn.encoders.eager import eager
from treenn.encoders.encoder import Encoder
from treenn.runtime.matmul import linear
from treenn.trees.arguments import Width, checked


class DependencyEncoder(Encoder):
    """The dependency Tree-LSTM of Tai et al. 2015: equations 2 to 8 at every word, words below before words above.

    See `ChildSumTreeLSTM` for the equations, the initialisation and the names of the parameters. Here every node has an
    x, so the forget gates read their head's: W_f joins the cell's parameters. On a sentence whose words each hang on
    the next one, it is `torch.nn.LSTM`. It is an `Encoder` whose forests are `PackedDependencies`.

    Args:
        input_size: width of a word vector.
        size: width of h.
        forget_bias: where b_f starts.

    >>> from treenn.encoders import pack_dependencies
    >>> from treenn.trees import DependencyTree
    >>> forest = pack_dependencies([DependencyTree(("dogs", "like", "bones"), (1, -1, 1))])
    >>> DependencyEncoder(input_size=4, size=3)(forest, torch.ones(3, 4)).shape
    torch.Size([3, 3])
    """

    forest_type = PackedDependencies

    @checked
    def __init__(self, input_size: Width, size: Width, forget_bias: float = 0.0) -> None:
        super().__init__(input_size, size)
        self.cell = ChildSumTreeLSTM(input_size, size, forget_bias)
        self.W_f = nn.Parameter(torch.empty(size, input_size).uniform_(-(input_size**-0.5), input_size**-0.5))

    @property
    def supports_dedup(self) -> bool:
        """No: `pack_dependencies` shares nothing."""
        return False

    @eager  # as `sweep`: a loop over levels
    def forward(  # type: ignore[override]  # other forests than other encoders'
        self, forest: PackedDependencies, x: Tensor, *, roots_only: bool = False
    ) -> Tensor:
        """The h of all words, or of the roots alone.

        Shape: `T` trees, `N` words, `x` = input_size, `d` = output_size: `x` is `(N, x)`, one row a word of
            `forest.words`; the result is `(N, d)` in the forest's rows, or `(T, d)` in the order of the trees.
        """
        d, n_lowest = self.output_size, forest.level_sizes[0]
        rows = linear(x, self.cell.W, self.cell.b[: 3 * d])
        of_heads = linear(x[n_lowest:], self.W_f, self.cell.b[3 * d :])
        # embedding: an indexing whose gradient adds up quickly what comes from the edges of each head
        edges = F.embedding(forest.heads - n_lowest, of_heads)
        h = child_sum_sweep(forest, rows, edges, self.cell.U)
        return F.embedding(forest.roots, h) if roots_only else h
