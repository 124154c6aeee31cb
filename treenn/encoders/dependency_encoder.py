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
from treenn.encoders.initialization import Initialization
from treenn.runtime.matmul import linear
from treenn.runtime.parameters import DeviceLike
from treenn.trees.arguments import Width, checked


class DependencyEncoder(Encoder):
    """The dependency Tree-LSTM of Tai et al. 2015: equations 2 to 8 at every word, dependents before heads.

    See `ChildSumTreeLSTM` for the equations, the initialization and the names of the parameters. Here every node has an
    x, and forget gates read that of the head: W_f is added to the cell's parameters. On a sentence in which each word
    depends on the next one, it equals `torch.nn.LSTM`. Its forests are `PackedDependencies`.

    Args:
        input_size: width of a word vector.
        hidden_size: width of h.
        forget_bias: initial value of b_f (default: 0.0).
        initialization: the scheme of the recurrent matrices, see `treenn.encoders.initialization` (default:
            "default").
        device: device of the parameters (default: None).
        dtype: dtype of the parameters (default: None).

    >>> from treenn.encoders import pack_dependencies
    >>> from treenn.trees import DependencyTree
    >>> forest = pack_dependencies([DependencyTree(("dogs", "like", "bones"), (1, -1, 1))])
    >>> DependencyEncoder(input_size=4, hidden_size=3)(forest, torch.ones(3, 4)).shape
    torch.Size([3, 3])
    """

    forest_type = PackedDependencies

    @checked
    def __init__(
        self,
        input_size: Width,
        hidden_size: Width,
        forget_bias: float = 0.0,
        *,
        initialization: Initialization = "default",
        device: DeviceLike = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__(input_size, hidden_size, initialization=initialization)
        self.cell = ChildSumTreeLSTM(input_size, hidden_size, forget_bias, device=device, dtype=dtype)
        self.W_f = nn.Parameter(torch.empty(hidden_size, input_size, device=device, dtype=dtype))
        self.init_parameters()
        self.init_recurrent()

    def init_parameters(self) -> None:
        """See `Encoder.init_parameters`."""
        nn.init.uniform_(self.W_f, -(self.input_size**-0.5), self.input_size**-0.5)

    @property
    def supports_dedup(self) -> bool:
        """See `Encoder.supports_dedup`: False, as `pack_dependencies` has no deduplication."""
        return False

    @eager  # a loop over levels, as `sweep`
    def forward(  # type: ignore[override]  # another class of forests
        self, forest: PackedDependencies, x: Tensor, *, roots_only: bool = False
    ) -> Tensor:
        """Returns h of all words, or of the roots only.

        Shape: `T` trees, `N` words, `x` = input_size, `d` = output_size: `x` is `(N, x)`, one row per word of
            `forest.words`; the result is `(N, d)` in the forest's row order, or `(T, d)` in the order of the trees.
        """
        d, n_lowest = self.output_size, forest.level_sizes[0]
        rows = linear(x, self.cell.W, self.cell.b[: 3 * d])  # (N, 3d)
        head_inputs = linear(x[n_lowest:], self.W_f, self.cell.b[3 * d :])  # (I, d)
        # embedding: an indexing with a fast backward pass
        edges = F.embedding(forest.heads - n_lowest, head_inputs)  # (E, d)
        h = child_sum_sweep(forest, rows, edges, self.cell.U)
        return F.embedding(forest.roots, h) if roots_only else h
