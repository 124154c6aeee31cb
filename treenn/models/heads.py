"""Heads of nodes and of pairs: class scores of states, and their losses."""

from abc import ABC, abstractmethod
from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from treenn.encoders import NO_LABEL
from treenn.trees.arguments import Classes, Count, Probability, Width, checked
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
        # In float32 under autocast: a small part of the products, whose number of rows differs in every batch.
        with torch.autocast(states.device.type, enabled=False):
            scores: Tensor = self.linear(self.dropout(states).to(self.linear.weight.dtype))
        return scores


def node_loss(
    scores: Tensor,
    labels: Tensor,
    n_trees: int,
    weights: Tensor | None = None,
    row_weights: Tensor | None = None,
) -> Tensor:
    """Cross-entropy summed over the labelled nodes and divided by the number of trees, as in Tai et al.'s code.

    A sum, so the loss of a batch without labels is 0, not NaN.

    Args:
        scores: the scores before the softmax.
        labels: the classes; -100 for unlabelled nodes.
        n_trees: the number of trees.
        weights: the weight of each class (default: None, 1 each).
        row_weights: the weight of each node (default: None, 1 each).

    Shape: `scores` `(n, classes)`, `labels` `(n,)`, `weights` `(classes,)`, `row_weights` `(n,)`; returns a scalar.

    >>> node_loss(torch.zeros(2, 5), torch.tensor([-100, -100]), n_trees=1)
    tensor(0.)
    """
    if row_weights is None:
        return F.cross_entropy(scores, labels, weight=weights, ignore_index=NO_LABEL, reduction="sum") / n_trees
    losses = F.cross_entropy(scores, labels, weight=weights, ignore_index=NO_LABEL, reduction="none")
    return (losses * row_weights).sum() / n_trees


def soft_node_loss(scores: Tensor, probabilities: Tensor, n_trees: int, row_weights: Tensor | None = None) -> Tensor:
    """Cross-entropy with class probabilities, summed over nodes and divided by the number of trees.

    A node whose probabilities are all 0 has no target.

    Args:
        scores: the scores before the softmax.
        probabilities: the target distribution of each node.
        n_trees: the number of trees.
        row_weights: the weight of each node (default: None, 1 each).

    Shape: `scores` and `probabilities` `(n, classes)`, `row_weights` `(n,)`; returns a scalar.

    >>> soft_node_loss(torch.zeros(1, 4), torch.tensor([[0.25, 0.25, 0.5, 0.0]]), n_trees=1)
    tensor(1.3863)
    """
    losses = -(probabilities * F.log_softmax(scores, dim=1)).sum(dim=1)  # (n,)
    return (losses if row_weights is None else losses * row_weights).sum() / n_trees


class PairHead(nn.Module, ABC):
    """The base of heads that compare two states, with dropout on the features.

    Args:
        features: the width of the output of `compare`.
        hidden: the width of the hidden layer.
        classes: number of classes.
        dropout: the dropout probability of the features (default: 0.0).

    Shape: `P` pairs: two times `(P, size)` to `(P, classes)`, the scores before the softmax.
    """

    activation: Callable[[Tensor], Tensor]
    """The activation of the hidden layer."""

    @checked
    def __init__(self, features: Count, hidden: Width, classes: Classes, dropout: Probability = 0.0) -> None:
        super().__init__()
        self.dropout = nn.Dropout(dropout)
        self.hidden, self.linear = nn.Linear(features, hidden), nn.Linear(hidden, classes)

    def forward(self, left: Tensor, right: Tensor) -> Tensor:
        """The scores of each class.

        Raises:
            InputError: if the two states differ in shape, or are not as wide as the head.
        """
        features = self.compare(left, right) if left.shape == right.shape else None
        if features is None or features.shape[-1] != self.hidden.in_features:
            shapes = f"{argument('left')} has shape {tuple(left.shape)}, {argument('right')} {tuple(right.shape)}"
            raise InputError(f"{shapes}: must be equal, and as wide as the head")
        scores: Tensor = self.linear(self.activation(self.hidden(self.dropout(features))))
        return scores

    @abstractmethod
    def compare(self, left: Tensor, right: Tensor) -> Tensor:
        """The features of two states. Shape: two times `(P, size)` to `(P, features)`."""

    @abstractmethod
    def loss(self, scores: Tensor, targets: Tensor, weights: Tensor | None = None) -> Tensor:
        """The mean loss of the pairs, weighted by class. Shape: `(P, classes)`, `(P,)`, `(classes,)` to a scalar."""


class Comparison(PairHead):
    """Classification of the relation of two states: softmax over relu(W [l; r; |l - r|; l ⊙ r] + b), cross-entropy.

    This is the classifier of later work on propositional logic (Shen et al. 2019, "Ordered Memory"; Ray Chowdhury and
    Caragea 2021, "Modeling hierarchical structures with continuous recursive neural networks"). Bowman et al. 2015 use
    a further recursive layer.

    >>> Comparison(size=3, hidden=8, classes=7)(torch.ones(2, 3), torch.zeros(2, 3)).shape
    torch.Size([2, 7])
    """

    activation = staticmethod(torch.relu)

    @checked
    def __init__(self, size: Width, hidden: Width, classes: Classes, dropout: Probability = 0.0) -> None:
        super().__init__(4 * size, hidden, classes, dropout)

    def compare(self, left: Tensor, right: Tensor) -> Tensor:
        """Both states, their absolute difference and their product."""
        return torch.cat([left, right, (left - right).abs(), left * right], dim=1)

    def loss(self, scores: Tensor, targets: Tensor, weights: Tensor | None = None) -> Tensor:
        """Cross-entropy, a weighted mean over the pairs."""
        return F.cross_entropy(scores, targets, weight=weights)


class Similarity(PairHead):
    r"""The relatedness of two sentences on a scale from 1 to `classes` (Tai et al. 2015, section 4.2).

    Equation 15, for the states of two roots:

        h_s = σ(W_x (l ⊙ r) + W_+ |l - r| + b_h)
        p̂   = softmax(W_p h_s + b_p)
        ŷ   = rᵀ p̂, r = (1, 2, ..., classes)

    The loss is the divergence KL(p ‖ p̂) from the distribution p of equation 16, which has mean y. The authors' code
    (stanfordnlp/treelstm) divides it by the number of classes too, so that its L2 of 1e-4 is 5e-4 here, and has no
    output gate in this task's Tree-LSTM.

    >>> head = Similarity(size=3, hidden=50)
    >>> head.score(torch.tensor([[0.0, 0.0, 0.0, 0.0, 0.0]]))
    tensor([3.])
    """

    activation = staticmethod(torch.sigmoid)

    @checked
    def __init__(self, size: Width, hidden: Width, classes: Classes = 5, dropout: Probability = 0.0) -> None:
        super().__init__(2 * size, hidden, classes, dropout)

    def compare(self, left: Tensor, right: Tensor) -> Tensor:
        """The product and the absolute difference of the states."""
        return torch.cat([left * right, (left - right).abs()], dim=1)

    def loss(self, scores: Tensor, targets: Tensor, weights: Tensor | None = None) -> Tensor:
        """KL(p ‖ p̂), averaged over the pairs. Scores have no classes, so `weights` is ignored."""
        wanted = target_distribution(targets, scores.shape[1])
        return F.kl_div(scores.log_softmax(dim=1), wanted.to(scores.dtype), reduction="batchmean")

    def score(self, scores: Tensor) -> Tensor:
        """The predicted score ŷ: the expectation under p̂. Shape: `(P, classes)` to `(P,)`."""
        return scores.softmax(dim=1) @ torch.arange(1, scores.shape[1] + 1, dtype=scores.dtype, device=scores.device)


def target_distribution(targets: Tensor, classes: int) -> Tensor:
    """The distributions over 1 to `classes` whose means are the targets, with mass on the nearest integers only.

    Equation 16 of Tai et al. 2015. Shape: `(P,)` to `(P, classes)`.

    >>> target_distribution(torch.tensor([3.5, 5.0]), 5)
    tensor([[0.0000, 0.0000, 0.5000, 0.5000, 0.0000],
            [0.0000, 0.0000, 0.0000, 0.0000, 1.0000]])
    """
    places = torch.arange(1, classes + 1, device=targets.device)
    return (1 - (targets.unsqueeze(1) - places).abs()).clamp(min=0)
