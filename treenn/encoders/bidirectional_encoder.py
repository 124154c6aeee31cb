"""`BidirectionalTreeEncoder`: up the tree by any cell, then down it by an LSTM (Teng and Zhang 2016)."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from treenn.cells.cell import Cell
from treenn.encoders.encoder import Encoder
from treenn.encoders.forest import PackedForest
from treenn.encoders.sweep import sweep
from treenn.encoders.top_down_sweep import top_down_sweep
from treenn.runtime.matmul import linear
from treenn.trees import InputError
from treenn.trees.arguments import Width, checked


class BidirectionalTreeEncoder(Encoder):
    r"""The bidirectional Tree-LSTM of Teng and Zhang (TACL 2017), "Head-lexicalized bidirectional tree LSTMs".

    It is also arXiv 1611.06788 (2016), "Bidirectional tree-structured LSTM with head lexicalization". A node's state is
    [h↑; h↓]: h↑ is what the cell makes of the words below, h↓ comes from the root, so that it knows of the words
    elsewhere in the sentence. For a node that is child k = l or r of the parent p:

        i = σ(W_i h↑ + U_ik h↓_p + b_i)
        f = σ(W_f h↑ + U_fk h↓_p + b_f)
        o = σ(W_o h↑ + U_ok h↓_p + b_o)
        u = tanh(W_u h↑ + U_uk h↓_p + b_u)
        c = i ⊙ u + f ⊙ c_p
        h↓ = o ⊙ tanh(c)

    As in the paper, left and right children have each their own U, and W and b are those of all nodes; a root has no
    parent, which is as if h↓_p and c_p were 0. (So much is read off the authors' code.) It departs from the paper in:

    - no head words: where the paper reads the vector of a node's head word, this reads h↑;
    - no peepholes, which let the paper's gates read c;
    - any cell on the way up, where the paper has its own Tree-LSTM;
    - h↓ of the node itself alone. The authors' classifier reads beside it the average of h↓ over the words below.
      So at a root, h↓ knows no more than h↑: what this encoder adds, it adds at the nodes below.

    The paper gives no initialisation: W and U start as in a `torch.nn.Linear` that reads [h↑; h↓_p], b at 0.

    Args:
        cell: the composition on the way up.
        down_size: width of h↓; left out, that of h↑.

    Raises:
        InputError: where `down_size` is less than 1.

    >>> from treenn.cells import BinaryTreeLSTM
    >>> from treenn.encoders import pack
    >>> from treenn.trees import parse_trees
    >>> forest = pack(parse_trees("(3 (2 not) (1 bad))", classes=5))
    >>> BidirectionalTreeEncoder(BinaryTreeLSTM(input_size=4, size=3), down_size=2)(forest, torch.ones(2, 4)).shape
    torch.Size([3, 5])
    """

    recurrent = ("U",)  # for `treenn.models.initialization`, beside what the cell has

    @checked
    def __init__(self, cell: Cell, down_size: Width | None = None) -> None:
        up, d = cell.output_size, cell.output_size if down_size is None else down_size
        super().__init__(cell.input_size, up + d)
        self.cell = cell
        self.W = nn.Parameter(torch.empty(4 * d, up))  # rows: i, f, o, u
        self.U = nn.Parameter(torch.empty(8 * d, d))  # the same for left children, then for right ones
        self.b = nn.Parameter(torch.zeros(4 * d))
        for weight in (self.W, self.U):
            nn.init.uniform_(weight, -((up + d) ** -0.5), (up + d) ** -0.5)

    def forget_biases(self) -> Tensor:
        """b_f of the way down, a part of b: where `treenn.models.initialization` finds it."""
        d = len(self.b) // 4
        return self.b[d : 2 * d]

    @property
    def supports_dedup(self) -> bool:
        """See `Encoder.supports_dedup`: never, since equal subtrees may stand under different nodes."""
        return False

    def forward(self, forest: PackedForest, x: Tensor, *, roots_only: bool = False) -> Tensor:
        """See `Encoder.forward`.

        Raises:
            InputError: where the forest's subtrees are shared.
        """
        if forest.uses is not None:
            raise InputError(
                "this forest shares equal subtrees, whose states here depend on what lies above them; "
                "pack the trees with share=False, or with share=encoder.supports_dedup"
            )
        up = sweep(self.cell, forest, x)
        if roots_only:
            up = F.embedding(forest.roots, up)
        inputs = linear(up, self.W, self.b)
        down = _without_parent(inputs) if roots_only else top_down_sweep(forest, inputs, self.U)
        return torch.cat([up, down], dim=1)


def _without_parent(inputs: Tensor) -> Tensor:
    """The h↓ of roots."""
    i, _, o, u = inputs.chunk(4, dim=1)
    return torch.sigmoid(o) * torch.tanh(torch.sigmoid(i) * torch.tanh(u))
