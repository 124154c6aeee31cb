"""Linear interpolation of two language models, with the weight that is best on held-out text."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from treenn.evaluation.token_predictions import TokenPredictions
from treenn.lm.language_model import LanguageModel
from treenn.trees.errors import InputError, argument

_STEPS, _CLOSE = 1000, 1e-9


def check_comparable(first: LanguageModel, second: LanguageModel) -> None:
    """Validate that two models predict the same tokens, so that their probabilities may be mixed.

    Raises:
        InputError: if they do not.
    """
    if (first.unit, set(first.vocabulary.words)) != (second.unit, set(second.vocabulary.words)):
        sizes = f"{len(first.vocabulary):,} {first.unit}s, {len(second.vocabulary):,} {second.unit}s"
        raise InputError(f"{argument('with')}: the models have different vocabularies ({sizes}); must be the same")


def best_weight(first: TokenPredictions, second: TokenPredictions) -> float:
    """The weight of the first model that maximizes the probability of the tokens, by expectation maximization.

    Jelinek and Mercer 1980. The log-likelihood is concave in the weight, so the maximum is unique.

    Args:
        first: the predictions of the first model on held-out text.
        second: those of the second.

    >>> sizes = np.array([2])
    >>> one = TokenPredictions(np.log([0.5, 0.1]), np.zeros(2, bool), sizes, sizes, sizes)
    >>> round(best_weight(one, replace(one, log_probabilities=one.log_probabilities[::-1])), 3)
    0.5
    """
    difference = second.log_probabilities.astype(np.float64) - first.log_probabilities  # (N,)
    weight = 0.5
    for _ in range(_STEPS):
        with np.errstate(over="ignore"):
            of_first = 1 / (1 + (1 - weight) / max(weight, 1e-300) * np.exp(difference))
        before, weight = weight, float(of_first.mean())
        if abs(weight - before) < _CLOSE:
            break
    return weight


def interpolated(first: TokenPredictions, second: TokenPredictions, weight: float) -> TokenPredictions:
    """The predictions of the mixture: `weight` times the first model's probability, the rest times the second's."""
    with np.errstate(divide="ignore"):
        logs = np.log(weight), np.log1p(-weight)
    mixed = np.logaddexp(
        logs[0] + first.log_probabilities.astype(np.float64), logs[1] + second.log_probabilities.astype(np.float64)
    )
    return replace(first, log_probabilities=mixed)
