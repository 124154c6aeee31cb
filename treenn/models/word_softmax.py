"""`WordSoftmax`: the output layer of a language model, and its cross-entropy without a table of all probabilities."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from treenn.runtime.matmul import compute_dtype, empty_table, product, rounded, weight_gradient
from treenn.runtime.single_backward import single_backward
from treenn.trees.arguments import Count, Probability, Width, checked
from treenn.trees.errors import InputError, argument

_NUMBERS = 1 << 22
"""The maximum number of probabilities at a time."""


class WordSoftmax(nn.Module):
    """A softmax over the words of a vocabulary, whose weights may be those of the word vectors.

    Press and Wolf 2017, "Using the output embedding to improve language models" (EACL). If word vectors are tied and
    have another width than the states, a matrix maps the states to their width.

    Args:
        size: the width of a state.
        words: the number of words.
        tied: the width of the word vectors that are the weights; None for weights of its own (default: None).
        dropout: the dropout probability of the states (default: 0.0).

    Shape: `n` states `(n, size)`, weights `(words, size)`, tied ones `(words, tied)`.
    """

    @checked
    def __init__(self, size: Width, words: Count, tied: Width | None = None, dropout: Probability = 0.0) -> None:
        super().__init__()
        self.dropout = nn.Dropout(dropout)
        self.map = nn.Linear(size, tied, bias=False) if tied is not None and tied != size else None
        self.weight = nn.Parameter(torch.empty(words, size)) if tied is None else None
        self.bias = nn.Parameter(torch.zeros(words))
        self.width = size if tied is None else tied
        if self.weight is not None:
            nn.init.uniform_(self.weight, -(size**-0.5), size**-0.5)

    def weights(self, embedding: Tensor) -> Tensor:
        """The weights: its own, or the word vectors.

        Raises:
            InputError: if word vectors that are tied have another width.
        """
        weight = embedding if self.weight is None else self.weight
        if weight.shape[1] != self.width:
            raise InputError(
                f"{argument('word_size')} {self.width}: must be {weight.shape[1]}, the width of the word vectors that "
                f"{argument('output_layer')} tied also uses"
            )
        return weight

    def features(self, states: Tensor) -> Tensor:
        """The input of the softmax, after dropout. Shape: `(n, size)` to `(n, width)`."""
        states = self.dropout(states)
        return states if self.map is None else self.map(states).to(states.dtype)

    def forward(self, states: Tensor, embedding: Tensor) -> Tensor:
        """The scores before the softmax. Shape: `(n, words)`."""
        return F.linear(self.features(states), self.weights(embedding), self.bias)

    def loss(self, states: Tensor, embedding: Tensor, targets: Tensor, smoothing: float = 0.0) -> Tensor:
        """The mean cross-entropy of the targets.

        Args:
            states: `(n, size)`.
            embedding: the word vectors.
            targets: `(n,)`.
            smoothing: the share of the targets' probability that is uniform over all words (default: 0.0).
        """
        features = self.features(states)
        loss: Tensor = _CrossEntropy.apply(  # type: ignore[no-untyped-call]
            features, self.weights(embedding), self.bias, targets, smoothing
        )
        return loss

    def log_probabilities(self, states: Tensor, embedding: Tensor, targets: Tensor) -> Tensor:
        """The log-probability of each target, not differentiable. Shape: `(n,)`."""
        features, weight = self.features(states), self.weights(embedding)
        rows = _rows(weight)
        pieces = [
            F.linear(some, weight, self.bias).log_softmax(dim=1).gather(1, wanted[:, None])[:, 0]
            for some, wanted in zip(torch.split(features, rows), torch.split(targets, rows), strict=True)
        ]
        return torch.cat(pieces)


def _rows(weight: Tensor) -> int:
    """The number of states at a time."""
    return rounded(max(8, min(512, _NUMBERS // len(weight))))


class _CrossEntropy(torch.autograd.Function):
    """Cross-entropy whose gradients are computed in the forward pass, some rows at a time.

    Under autocast the products have its dtype, and softmax and sums are float32.
    """

    @staticmethod
    def forward(ctx: Any, features: Tensor, weight: Tensor, bias: Tensor, targets: Tensor, smoothing: float) -> Tensor:
        n, dtype = len(features), compute_dtype(features)
        table, low, low_bias = empty_table(features, n, features.shape[1], dtype), weight.to(dtype), bias.to(dtype)
        table[:n] = features
        grad_features = torch.empty_like(features)
        grad_weight, grad_bias = torch.zeros_like(weight), torch.zeros_like(bias)
        total, rows = features.new_zeros(()), min(n, _rows(weight))
        wide = empty_table(features, rows, len(weight))  # one for all pieces: memory of the system is slow
        narrow = wide if dtype == features.dtype else torch.zeros_like(wide, dtype=dtype)
        for start in range(0, n, rows):
            stop = min(n, start + rows)
            piece = slice(0, stop - start)
            scores, given = product(table, slice(start, stop), low, low_bias).to(wide.dtype), targets[start:stop, None]
            # The mean log-probability of all words, less the target's, is that of their scores.
            relative = (scores.mean(dim=1) - scores.gather(1, given)[:, 0]).sum() if smoothing else 0.0
            p = torch.softmax(scores, dim=1, out=wide[piece])
            total -= p.gather(1, given).clamp_min(torch.finfo(p.dtype).tiny).log().sum() + smoothing * relative
            p.scatter_add_(1, given, torch.full_like(given, smoothing - 1, dtype=p.dtype))  # gradient w.r.t. the scores
            if smoothing:
                p -= smoothing / len(weight)
            grad_bias += p.sum(dim=0)
            if stop - start < rows:
                wide[stop - start :] = 0
            if narrow is not wide:
                narrow.copy_(wide)
            grad_features[start:stop] = product(narrow, piece, low.t())
            grad_weight += weight_gradient(narrow, table[start:], stop - start)
        ctx.save_for_backward(grad_features, grad_weight, grad_bias)
        ctx.n = n
        return total / n

    @staticmethod
    @single_backward
    def backward(ctx: Any, *grad_loss: Tensor) -> tuple[Tensor | None, ...]:
        factor = grad_loss[0] / ctx.n
        return *(gradient * factor for gradient in ctx.saved_tensors), None, None
