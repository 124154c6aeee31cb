"""Joint log-probabilities of trees and their sentences, batched over trees."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from treenn.lm.grammar.encoder import RNNG
from treenn.lm.grammar.head import GrammarHead, output_ids, without_end
from treenn.lm.grammar.packing import PackedDerivations


class Parts(NamedTuple):
    """The states of a batch and what they predict.

    Shape: `A` actions, `W` words.

    Args:
        actions: `(A,)` the log-probability of each action.
        states: `(W, d)` the states that predict the words.
        targets: `(W,)` the outputs of the word softmax.
    """

    actions: Tensor
    states: Tensor
    targets: Tensor


def parts(encoder: RNNG, head: GrammarHead, batch: PackedDerivations, vectors: Tensor, words: Tensor) -> Parts:
    """Compute the states of a batch, and the log-probabilities of its actions.

    Args:
        encoder: the network.
        head: the distributions.
        batch: the derivations.
        vectors: `(W, x)` the vectors of the words.
        words: `(W,)` the indices of the words in the vocabulary.
    """
    states = encoder(batch, torch.cat([vectors, head.categories.weight]))  # (A, d)
    log_p = head.action_log_probabilities(states, batch.permitted)  # (A, actions)
    of_actions = log_p.gather(1, batch.actions[:, None])[:, 0]
    return Parts(of_actions, states.index_select(0, batch.shifts), output_ids(words))


def joint_loss(
    encoder: RNNG, head: GrammarHead, batch: PackedDerivations, embedding: Tensor, vectors: Tensor, words: Tensor
) -> Tensor:
    """The negative log-probability of all trees and sentences of a batch in nats; returns a scalar.

    Args:
        encoder: the network.
        head: the distributions.
        batch: the derivations.
        embedding: `(V, x)` the word vectors, for an output layer that is tied to them.
        vectors: `(W, x)` the vectors of the words, which dropout may have changed.
        words: `(W,)` the indices of the words in the vocabulary.
    """
    found = parts(encoder, head, batch, vectors, words)
    of_words: Tensor = head.words.loss(found.states, without_end(embedding), found.targets) * len(found.targets)
    return of_words - found.actions.sum()


def joint_log_probabilities(
    encoder: RNNG, head: GrammarHead, batch: PackedDerivations, embedding: Tensor, words: Tensor
) -> Tensor:
    """The log-probability of each tree and its sentence, in float64, not differentiable.

    Args:
        encoder: the network.
        head: the distributions.
        batch: the derivations of `T` trees.
        embedding: `(V, x)` the word vectors.
        words: `(W,)` the indices of the words in the vocabulary.

    Shape: `(T,)`.
    """
    found = parts(encoder, head, batch, embedding[words], words)
    of_words = head.words.log_probabilities(found.states, without_end(embedding), found.targets)
    values = found.actions.double().index_add(0, batch.shifts, of_words.double())
    tree = torch.repeat_interleave(torch.tensor(batch.sizes, device=values.device))
    return values.new_zeros(len(batch.sizes)).index_add(0, tree, values)
