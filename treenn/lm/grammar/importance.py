"""Importance sampling: log-probabilities of sentences under a grammar, with their standard errors."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from treebanks import Sentence
from treenn.evaluation.token_predictions import text_sizes
from treenn.lm.grammar.grammar import Grammar
from treenn.lm.grammar.predictions import EstimatedPredictions
from treenn.lm.grammar.proposal import Proposal, Proposed
from treenn.models.text_vocabulary import TextVocabulary
from treenn.runtime.progress import Progress, ignore
from treenn.trees.arguments import Count, Seed, checked
from treenn.trees.errors import InputError, argument

FloatArray = npt.NDArray[np.float64]

_TREES = 2000
"""The number of trees that are collected before the grammar scores them."""


@dataclass(frozen=True)
class SentenceEstimates:
    """Estimated log-probabilities of sentences.

    Shape: `T` sentences.

    Args:
        log_probabilities: `(T,)` the log of the mean of the importance weights, in nats.
        standard_errors: `(T,)` the standard errors of the log-probabilities (delta method).
        effective_samples: `(T,)` the effective sample sizes (Kong 1992): (Σ w)² / Σ w².
        tokens: `(T,)` the number of tokens of each sentence, its end included.
    """

    log_probabilities: FloatArray
    standard_errors: FloatArray
    effective_samples: FloatArray
    tokens: npt.NDArray[np.int64]

    @property
    def perplexity(self) -> float:
        """The exponential of the mean surprisal of a token."""
        return float(np.exp(-self.log_probabilities.sum() / self.tokens.sum()))

    def predictions(self, sentences: Sequence[Sentence], vocabulary: TextVocabulary) -> EstimatedPredictions:
        """The estimates as predictions of the tokens.

        Args:
            sentences: the sentences.
            vocabulary: the vocabulary of the model.
        """
        ids, sizes = vocabulary.token_ids([sentence.words for sentence in sentences])
        of_tokens = np.repeat(self.log_probabilities / sizes, sizes)
        errors = self.perplexity_error, float(np.median(self.effective_samples))
        return EstimatedPredictions(of_tokens, ids == 0, sizes, *text_sizes(sentences, sizes), *errors)

    @property
    def perplexity_error(self) -> float:
        """The standard error of the perplexity through sampling (delta method)."""
        return self.perplexity * math.sqrt(float(np.square(self.standard_errors).sum())) / int(self.tokens.sum())


@checked
def importance_sampling(
    grammar: Grammar,
    proposal: Proposal,
    sentences: Sequence[Sequence[str]],
    samples: Count = 100,
    seed: Seed = 0,
    *,
    progress: Progress = ignore,
) -> SentenceEstimates:
    """Estimate the log-probabilities of sentences: log p(x) = log E_q [p(x, y) / q(y | x)] (Dyer et al. 2016, §5.3).

    The mean of the weights is unbiased for the sum over the trees that the proposal can draw. Its log is too small in
    expectation, by about half the squared standard error.

    Args:
        grammar: the grammar.
        proposal: the distribution q.
        sentences: the words of each.
        samples: the number of trees per sentence (default: 100).
        seed: the seed; a sentence's samples depend on it and on the sentence's position only (default: 0).
        progress: called after every sentence (default: no report).

    Raises:
        InputError: if `samples` is 1, from which no error can be estimated.
    """
    if samples < 2:
        raise InputError(f"{argument('samples')} {samples}: must be 2 or more, for the error of the estimate")
    columns, waiting = list[tuple[float, float, float]](), list[Proposed]()
    for index, words in enumerate(sentences):
        generator = torch.Generator().manual_seed(int(np.random.SeedSequence([seed, index]).generate_state(1)[0]))
        waiting.append(proposal.sample(words, samples, generator))
        if sum(len(each.trees) for each in waiting) > _TREES or index == len(sentences) - 1:
            columns += _estimates(grammar, waiting)
            waiting = []
        progress(index + 1, len(sentences), "sampling trees")
    log_p, errors, sizes = np.array(columns).reshape(-1, 3).T
    return SentenceEstimates(log_p, errors, sizes, np.array([len(words) + 1 for words in sentences]))


def _estimates(grammar: Grammar, proposed: Sequence[Proposed]) -> list[tuple[float, float, float]]:
    """The log-probability, its standard error and the effective sample size of each sentence."""
    log_p = grammar.log_probabilities([tree for each in proposed for tree in each.trees])
    parts = torch.split(log_p, [len(each.trees) for each in proposed])
    return [estimate(part - each.log_q, each.counts) for part, each in zip(parts, proposed, strict=True)]


def estimate(log_weights: torch.Tensor, counts: torch.Tensor) -> tuple[float, float, float]:
    """The log of the mean weight, its standard error, and the effective sample size.

    Args:
        log_weights: `(k,)` the distinct log-weights.
        counts: `(k,)` the number of samples with each.

    >>> log_p, error, size = estimate(torch.tensor([1.0, 3.0]).log(), torch.tensor([1, 1]))
    >>> round(math.exp(log_p), 6), round(error, 6), round(size, 6)
    (2.0, 0.5, 1.6)
    """
    n, largest = int(counts.sum()), float(log_weights.max())
    weights, times = (log_weights.double() - largest).exp(), counts.double()
    mean = float((times * weights).sum()) / n
    variance = float((times * (weights - mean).square()).sum()) / (n - 1)
    size = (n * mean) ** 2 / float((times * weights.square()).sum())
    return largest + math.log(mean), math.sqrt(variance / n) / mean, size
