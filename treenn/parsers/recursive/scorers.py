"""How good it is to merge two neighbours."""

from abc import ABC, abstractmethod

from torch import Tensor, nn
from torch.nn import functional as F

OUTSIDE = 0
"""The row of the node that stands before the first word of a sentence, and behind the last."""

NEIGHBOUR_LEFT, LEFT, RIGHT, PARENT, NEIGHBOUR_RIGHT = range(5)
"""The columns of a table of merges: the rows of the nodes that a merge may be scored by."""


class Scorer(nn.Module, ABC):
    """The scores of merges.

    Args:
        changed: which merges get a new score when the nodes of two slots become one, by how many slots their left
            child stands to the right of it.
    """

    changed: tuple[int, ...]

    @abstractmethod
    def forward(self, outputs: Tensor, merges: Tensor) -> Tensor:
        """Shape: `outputs` `(R, d)`, a row a node; `merges` `(n, 5)` rows of it; the result is `(n,)`."""


class ParentScorer(Scorer):
    """s = W^score p: the paper's, one linear map of the parent.

    Args:
        size: width of a state's output.
    """

    changed = (-1, 0)

    def __init__(self, size: int) -> None:
        super().__init__()
        self.weight = nn.Linear(size, 1, bias=False)

    def forward(self, outputs: Tensor, merges: Tensor) -> Tensor:
        """See `Scorer`."""
        scores: Tensor = self.weight(F.embedding(merges[:, PARENT], outputs))
        return scores.squeeze(1)


class NeighbourScorer(Scorer):
    """W_2 ReLU(W_1 [n_l; l; r; p; n_r] + b_1): the children, their parent, and the nodes that stand beside them.

    Args:
        size: width of a state's output.
        hidden: width of the layer between.
    """

    changed = (-2, -1, 0, 1)

    def __init__(self, size: int, hidden: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(5 * size, hidden), nn.ReLU(), nn.Linear(hidden, 1, bias=False))

    def forward(self, outputs: Tensor, merges: Tensor) -> Tensor:
        """See `Scorer`."""
        scores: Tensor = self.layers(F.embedding(merges, outputs).flatten(1))
        return scores.squeeze(1)
