"""Scores of merges of two neighbours."""

from abc import ABC, abstractmethod

from torch import Tensor, nn
from torch.nn import functional as F

OUTSIDE = 0
"""The row of the padding node before the first and after the last word of a sentence."""

NEIGHBOUR_LEFT, LEFT, RIGHT, PARENT, NEIGHBOUR_RIGHT = range(5)
"""The columns of a merge: the rows of the nodes that its score may depend on."""


class Scorer(nn.Module, ABC):
    """Abstract base class of scores of merges.

    Args:
        changed: the offsets of the slots whose merges get a new score after a merge.
    """

    changed: tuple[int, ...]

    @abstractmethod
    def forward(self, outputs: Tensor, merges: Tensor) -> Tensor:
        """Score merges. Shape: `outputs` `(R, d)`, a row per node; `merges` `(n, 5)` rows of it; the result `(n,)`."""


class ParentScorer(Scorer):
    """s = W^score p, the paper's linear map of the parent.

    Args:
        size: the width of a state's output.
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
    """W_2 ReLU(W_1 [n_l; l; r; p; n_r] + b_1), with the children l and r, their parent p and the adjacent nodes n.

    Args:
        size: the width of a state's output.
        hidden: the width of the hidden layer.
    """

    changed = (-2, -1, 0, 1)

    def __init__(self, size: int, hidden: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(5 * size, hidden), nn.ReLU(), nn.Linear(hidden, 1, bias=False))

    def forward(self, outputs: Tensor, merges: Tensor) -> Tensor:
        """See `Scorer`."""
        scores: Tensor = self.layers(F.embedding(merges, outputs).flatten(1))
        return scores.squeeze(1)
