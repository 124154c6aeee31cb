"""Effect of negation on predictions: the measures of Socher et al. 2013, section 6.4, on minimal pairs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from treenn.analysis.histogram import PublishedShares
from treenn.analysis.minimal_pairs import RULE, MinimalPair
from treenn.evaluation.predictions import predict
from treenn.models.network import Network
from treenn.trees import Tree

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class PolarityResults:
    """Effect of negation on the phrases of one polarity.

    Args:
        pairs: the number of pairs.
        right: the number of correct pairs. Positive phrases: the plain one is classified as positive and the negated
            one as negative. Negative phrases: the probability of the classes that are not negative increases.
        moved: the number of pairs in which the expected class (the mean class number under the probabilities) moves
            in the right direction: down for positive phrases, up for negative ones.
        reversed: the number of pairs in which the plain phrase is on the right side of the scale and the negated one
            on the other.
        positive_change: the mean change of the positive classes' probability; None without pairs.
        not_negative_change: the mean change of the probability of the classes that are not negative.
        expected_change: the mean change of the expected class.
    """

    pairs: int
    right: int
    moved: int
    reversed: int
    positive_change: float | None
    not_negative_change: float | None
    expected_change: float | None


@dataclass(frozen=True)
class NegationResults:
    """Effect of negation on minimal pairs.

    Args:
        rule: the construction of the pairs, in words.
        pairs: the number of pairs.
        inserted: the number of those with an inserted negation.
        removed: the number of those with a removed negation.
        positive: the results on positive phrases.
        negative: the results on negative phrases.
    """

    rule: str
    pairs: int
    inserted: int
    removed: int
    positive: PolarityResults
    negative: PolarityResults

    def by_polarity(self) -> dict[str, PolarityResults]:
        """The results on positive and on negative phrases."""
        return {"positive": self.positive, "negative": self.negative}


PUBLISHED = {
    "positive": PublishedShares(21, {"bigram naive Bayes": 0.190, "RNN": 0.333, "MV-RNN": 0.524, "RNTN": 0.714}),
    "negative": PublishedShares(11, {"bigram naive Bayes": 0.273, "RNN": 0.455, "MV-RNN": 0.546, "RNTN": 0.818}),
}
"""The paper's accuracies on its own sentences; quoted from memory, the numbers of pairs inferred."""


def negation(model: Network, pairs: Sequence[MinimalPair]) -> NegationResults:
    """Measure the effect of negation on predictions.

    A negated positive phrase should become negative, a negated negative one less negative.

    Args:
        model: a classifier with the pairs' sentiment scale.
        pairs: the pairs of `minimal_pairs`, at least one.
    """
    plain, negated = (_answers(model, trees) for trees in ([pair.plain for pair in pairs], [p.negated for p in pairs]))
    positive = np.array([pair.polarity == "positive" for pair in pairs])
    made = [pair.made for pair in pairs]
    return NegationResults(
        rule=RULE,
        pairs=len(pairs),
        inserted=made.count("inserted"),
        removed=made.count("removed"),
        positive=_measures("positive", plain, negated, positive),
        negative=_measures("negative", plain, negated, ~positive),
    )


class _Answers(NamedTuple):
    """Predictions for phrases.

    Shape: `(phrases,)` each.

    Args:
        side: whether the phrase is classified as positive rather than negative.
        positive: the probability of the classes above the middle of the scale.
        not_negative: the probability of the classes from the middle upwards.
        expected: the mean class number.
    """

    side: npt.NDArray[np.bool_]
    positive: FloatArray
    not_negative: FloatArray
    expected: FloatArray


def _answers(model: Network, phrases: Sequence[Tree]) -> _Answers:
    said = predict(model, phrases)
    p, n = said.probabilities[said.roots].astype(np.float64), said.n_classes
    return _Answers(
        said.positive[said.roots], p[:, (n + 1) // 2 :].sum(axis=1), p[:, n // 2 :].sum(axis=1), p @ np.arange(n)
    )


def _measures(polarity: str, plain: _Answers, negated: _Answers, chosen: npt.NDArray[np.bool_]) -> PolarityResults:
    """The measures over the chosen pairs, all of one polarity."""
    positive = polarity == "positive"
    turned = int(((plain.side == positive) & (negated.side != positive))[chosen].sum())
    less_negative = (negated.not_negative - plain.not_negative)[chosen]
    expected = (negated.expected - plain.expected)[chosen]
    changes = ((negated.positive - plain.positive)[chosen], less_negative, expected)
    means = [float(change.mean()) if chosen.any() else None for change in changes]
    right = turned if positive else int((less_negative > 0).sum())
    moved = int((expected < 0).sum() if positive else (expected > 0).sum())
    return PolarityResults(int(chosen.sum()), right, moved, turned, *means)
