"""The head for nodes: class scores from node states, and the loss over labelled nodes."""

from torch import Tensor, nn
from torch.nn import functional as F

from treenn.encoders import NO_LABEL
from treenn.trees.arguments import Classes, Probability, Width, checked
from treenn.trees.errors import InputError, argument


class Head(nn.Module):
    """A softmax classifier with dropout on its input (Tai et al. 2015, section 4.1).

    Args:
        size: the width of a node's state.
        classes: the number of classes.
        dropout: the dropout probability of the states (default: 0.5).

    Shape: `(n, size)` to `(n, classes)`, the scores before the softmax.
    """

    @checked
    def __init__(self, size: Width, classes: Classes, dropout: Probability = 0.5) -> None:
        super().__init__()
        self.dropout = nn.Dropout(dropout)
        self.linear = nn.Linear(size, classes)

    def forward(self, states: Tensor) -> Tensor:
        """The scores of each class.

        Raises:
            InputError: if the states are not as wide as the head.
        """
        if states.shape[-1] != self.linear.in_features:
            wanted = f"(n, {self.linear.in_features}), as wide as the head"
            raise InputError(f"{argument('states')} has shape {tuple(states.shape)}: must be {wanted}")
        scores: Tensor = self.linear(self.dropout(states))
        return scores


def node_loss(scores: Tensor, labels: Tensor, n_trees: int) -> Tensor:
    """Cross-entropy summed over the labelled nodes and divided by the number of trees, as in Tai et al.'s code.

    A sum, so the loss of a batch without labels is 0, not NaN.

    Shape: `scores` `(n, classes)`, `labels` `(n,)` with -100 for unlabelled nodes; returns a scalar.

    >>> import torch
    >>> node_loss(torch.zeros(2, 5), torch.tensor([-100, -100]), n_trees=1)
    tensor(0.)
    """
    return F.cross_entropy(scores, labels, ignore_index=NO_LABEL, reduction="sum") / n_trees
