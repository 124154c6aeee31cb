"""`Grammar`: the parts of a trained grammar, for inference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import torch
from torch import Tensor
from torch.nn import functional as F

from treenn.lm.grammar.encoder import RNNG
from treenn.lm.grammar.head import GrammarHead, output_ids, without_end
from treenn.lm.grammar.joint import joint_log_probabilities
from treenn.lm.grammar.packing import pack_derivations
from treenn.lm.grammar.task import GrammarTask
from treenn.lm.grammar.transitions import Transitions
from treenn.models.network import Network
from treenn.models.task_model import task_parts
from treenn.models.text_vocabulary import END_ID, TextVocabulary


@dataclass(frozen=True)
class Grammar:
    """A recurrent neural network grammar: a distribution over trees and their sentences.

    Args:
        encoder: the network.
        head: the distributions of actions and words.
        embedding: `(V, x)` the word vectors.
        vocabulary: the words.
        transitions: the transition system.
    """

    encoder: RNNG
    head: GrammarHead
    embedding: Tensor
    vocabulary: TextVocabulary
    transitions: Transitions

    @classmethod
    def of(cls, network: Network) -> Self:
        """The grammar of a trained network.

        Raises:
            InputError: if it is for another task.
        """
        task, vocabulary = task_parts(network, GrammarTask, TextVocabulary, "a grammar")
        encoder: Any = network.eval().encoder
        return cls(encoder, network.head, network.embedding.weight, vocabulary, task.transitions)

    def log_probabilities(self, trees: Sequence[Any], batch_size: int = 64) -> Tensor:
        """The log-probability of each tree and its sentence, in batches of about equal lengths. Shape: `(T,)` float64.

        Args:
            trees: the trees.
            batch_size: the number of trees of a batch (default: 64).

        Raises:
            InputError: as `Transitions.derivation`.
        """
        order = sorted(range(len(trees)), key=lambda index: len(trees[index].words))
        found = torch.zeros(len(trees), dtype=torch.float64)
        for start in range(0, len(order), batch_size):
            some = order[start : start + batch_size]
            found[some] = self._log_probabilities([trees[index] for index in some]).cpu()
        return found

    @torch.inference_mode()
    def _log_probabilities(self, trees: Sequence[Any]) -> Tensor:
        batch = pack_derivations(trees, self.transitions).to(self.embedding.device)
        words = self.vocabulary.encode(batch.words[: batch.n_words]).to(self.embedding.device)
        return joint_log_probabilities(self.encoder, self.head, batch, self.embedding, words)

    def word_log_probabilities(self, states: Tensor) -> Tensor:
        """The log-probabilities of all words if one is generated, -∞ for the end. Shape: `(n, d)` to `(n, V)`."""
        scores: Tensor = self.head.words(states, without_end(self.embedding)).log_softmax(dim=1)
        end = scores.new_full((len(scores), 1), -torch.inf)
        return torch.cat([scores[:, :END_ID], end, scores[:, END_ID:]], dim=1)

    def word_log_probability(self, states: Tensor, words: Tensor) -> Tensor:
        """The log-probability of one word for each state. Shape: `(n, d)` and `(n,)` to `(n,)`."""
        features, weight = self.head.words.features(states), self.head.words.weights(without_end(self.embedding))
        scores = F.linear(features, weight, self.head.words.bias)
        return scores.gather(1, output_ids(words)[:, None])[:, 0] - scores.logsumexp(dim=1)
