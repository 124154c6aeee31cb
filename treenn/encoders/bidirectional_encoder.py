"""`BidirectionalTreeEncoder`: up the tree by any cell, then down it by an LSTM (Teng and Zhang 2016)."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from treenn.cells.cell import Cell
from treenn.encoders.encoder import Encoder
from treenn.encoders.forest import PackedForest
from treenn.encoders.initialization import Initialization
from treenn.encoders.sweep import sweep
from treenn.encoders.top_down_sweep import top_down_sweep
from treenn.runtime.matmul import linear
from treenn.runtime.parameters import DeviceLike
from treenn.trees import InputError
from treenn.trees.arguments import Width, checked


class BidirectionalTreeEncoder(Encoder):
    r"""The bidirectional Tree-LSTM of Teng and Zhang (TACL 2017), "Head-lexicalized bidirectional tree LSTMs".

    It is also arXiv 1611.06788 (2016), "Bidirectional tree-structured LSTM with head lexicalization". A node's state is
    [h↑; h↓]: h↑ is the cell's state, computed from the words below; h↓ is computed from the root down, and depends on
    the rest of the sentence. For a node that is child k = l or r of the parent p:

        i = σ(W_i h↑ + U_ik h↓_p + b_i)
        f = σ(W_f h↑ + U_fk h↓_p + b_f)
        o = σ(W_o h↑ + U_ok h↓_p + b_o)
        u = tanh(W_u h↑ + U_uk h↓_p + b_u)
        c = i ⊙ u + f ⊙ c_p
        h↓ = o ⊙ tanh(c)

    As in the paper, left and right children have separate U, and W and b are shared by all nodes; for a root, h↓_p and
    c_p are 0. (This follows the authors' code.) It departs from the paper in:

    - no head words: the input is h↑, in the paper the vector of a node's head word;
    - no peepholes, by which the paper's gates read c;
    - any cell for the bottom-up pass, in the paper its own Tree-LSTM;
    - heads read h↓ of the node only. The authors' classifier also reads the average of h↓ over the words below. So at a
      root, h↓ is a function of h↑: this encoder adds information at the nodes below.

    The paper does not specify the initialization: W and U are initialized as in a `torch.nn.Linear` that reads
    [h↑; h↓_p], b at 0.

    Args:
        cell: the composition function of the bottom-up pass.
        down_size: width of h↓; if None, that of h↑ (default: None).
        forget_bias: initial value of b_f (default: 0.0).
        initialization: the scheme of the recurrent matrices, see `treenn.encoders.initialization` (default:
            "default").
        device: device of W, U and b (default: None).
        dtype: dtype of W, U and b (default: None).

    >>> from treenn.cells import BinaryTreeLSTM
    >>> from treenn.encoders import pack
    >>> from treenn.trees import parse_trees
    >>> forest = pack(parse_trees("(3 (2 not) (1 bad))", classes=5))
    >>> encoder = BidirectionalTreeEncoder(BinaryTreeLSTM(input_size=4, hidden_size=3), down_size=2)
    >>> encoder(forest, torch.ones(2, 4)).shape
    torch.Size([3, 5])
    """

    recurrent = ("U",)

    @checked
    def __init__(
        self,
        cell: Cell,
        down_size: Width | None = None,
        *,
        forget_bias: float = 0.0,
        initialization: Initialization = "default",
        device: DeviceLike = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        up, d = cell.output_size, cell.output_size if down_size is None else down_size
        super().__init__(cell.input_size, up + d, initialization=initialization)
        self.cell, self.forget_bias = cell, forget_bias
        self.W = nn.Parameter(torch.empty(4 * d, up, device=device, dtype=dtype))  # rows: i, f, o, u
        self.U = nn.Parameter(torch.empty(8 * d, d, device=device, dtype=dtype))  # of left children, then of right ones
        self.b = nn.Parameter(torch.empty(4 * d, device=device, dtype=dtype))
        self.init_parameters()
        self.init_recurrent()

    def init_parameters(self) -> None:
        """See `Encoder.init_parameters`."""
        d = self.U.shape[1]
        for weight in (self.W, self.U):
            nn.init.uniform_(weight, -(self.output_size**-0.5), self.output_size**-0.5)
        nn.init.zeros_(self.b)
        nn.init.constant_(self.b[d : 2 * d], self.forget_bias)

    @property
    def supports_dedup(self) -> bool:
        """See `Encoder.supports_dedup`: False, as states depend on a node's ancestors."""
        return False

    def forward(self, forest: PackedForest, x: Tensor, *, roots_only: bool = False) -> Tensor:
        """See `Encoder.forward`.

        Raises:
            InputError: if the forest is deduplicated.
        """
        if forest.inverse is not None:
            raise InputError(
                "this forest is deduplicated, but the states of this encoder depend on a node's ancestors; "
                "pack the trees with dedup=False, or with dedup=encoder.supports_dedup"
            )
        up = sweep(self.cell, forest, x)
        if roots_only:
            up = F.embedding(forest.roots, up)
        inputs = linear(up, self.W, self.b)
        down = _without_parent(inputs) if roots_only else top_down_sweep(forest, inputs, self.U)
        return torch.cat([up, down], dim=1)


def _without_parent(inputs: Tensor) -> Tensor:
    """Returns the h↓ of roots."""
    i, _, o, u = inputs.chunk(4, dim=1)
    return torch.sigmoid(o) * torch.tanh(torch.sigmoid(i) * torch.tanh(u))
