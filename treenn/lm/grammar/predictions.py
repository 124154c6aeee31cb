"""The probabilities that a grammar gives to trees with their sentences, and estimates of those of sentences."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from treenn.evaluation.measuring import metrics_html
from treenn.evaluation.metrics import Columns
from treenn.evaluation.number_format import significant
from treenn.evaluation.token_predictions import TokenPredictions


@dataclass(frozen=True)
class DerivationPredictions:
    """The log-probability of each tree and its sentence.

    Shape: `T` trees.

    Args:
        log_probabilities: `(T,)` natural logarithms.
        tokens: `(T,)` the number of tokens of each sentence, its end included.

    >>> round(DerivationPredictions(np.log([0.25, 0.5]), np.array([2, 1])).joint_perplexity, 4)
    2.0
    """

    kind: ClassVar[str] = "derivations"

    log_probabilities: npt.NDArray[np.float64]
    tokens: npt.NDArray[np.int64]

    def __repr__(self) -> str:
        """The numbers of trees and tokens."""
        return f"DerivationPredictions(trees={len(self.tokens)}, tokens={int(self.tokens.sum())})"

    def _repr_html_(self) -> str:
        return metrics_html(self)

    @property
    def n_examples(self) -> int:
        """The number of trees."""
        return len(self.tokens)

    @property
    def joint_perplexity(self) -> float:
        """The exponential of the mean surprisal of trees and sentences per token."""
        with np.errstate(over="ignore"):
            return float(np.exp(-self.log_probabilities.sum() / self.tokens.sum()))

    def by_example(self) -> Columns:
        """The columns that results store: the surprisal of each tree with its sentence in nats."""
        return {"joint_surprisal": significant((-self.log_probabilities).tolist(), 8)}


@dataclass(frozen=True, repr=False)
class EstimatedPredictions(TokenPredictions):
    """Estimates of the probabilities of sentences by importance sampling, divided equally among their tokens.

    The metrics of text, such as perplexity, depend on the sums over the tokens of each sentence only.

    Args:
        sampling_error: the standard error of the perplexity through sampling.
        effective_samples: the median over sentences of the effective sample size.
    """

    kind: ClassVar[str] = "estimates"

    sampling_error: float
    effective_samples: float
