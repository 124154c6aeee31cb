"""What a negation changes in a model's answer: the measures of Socher et al. 2013, section 6.4, on minimal pairs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from treenn.analysis.minimal_pairs import RULE, MinimalPair
from treenn.evaluation.predictions import predict
from treenn.models.building import NodeClassifier
from treenn.trees import Tree

FloatArray = npt.NDArray[np.float64]

PUBLISHED = {
    "positive": {"pairs": 21, "shares": {"bigram naive Bayes": 0.190, "RNN": 0.333, "MV-RNN": 0.524, "RNTN": 0.714}},
    "negative": {"pairs": 11, "shares": {"bigram naive Bayes": 0.273, "RNN": 0.455, "MV-RNN": 0.546, "RNTN": 0.818}},
}
"""What the paper reports for its own sentences; quoted from memory, the numbers of pairs inferred from the shares."""


def negation(model: NodeClassifier, pairs: Sequence[MinimalPair]) -> dict[str, Any]:
    """How a model's answer changes where a phrase is negated.

    A negated positive should become negative; a negated negative less negative, which need not be positive.

    Args:
        model: of a scale of sentiment, as the pairs' treebank has it.
        pairs: by `minimal_pairs`, one or more.

    Returns:
        `rule`: how the pairs are made, in words; `pairs`, `inserted`, `removed`: how many there are;
        `positive` and `negative`, by what is negated, each with

        - `pairs`: how many;
        - `right`: the paper's accuracy as a count. Of positives: the plain phrase is taken as positive and the negated
          one as negative. Of negatives: the probability of all but the negative classes is higher when negated;
        - `moved`: of how many the expected class (the mean class number under the model's probabilities) moves the
          right way, down for positives, up for negatives;
        - `reversed`: how many the model takes to the other side, the plain phrase being on the right one;
        - `positive_change`, `not_negative_change`, `expected_change`: the mean change of the positive classes'
          probability, of all but the negative ones', and of the expected class; `None` without pairs;
        - `published`: what the paper reports for its own sentences: `pairs`, and `shares` that are right by model.
    """
    plain, negated = (_answers(model, trees) for trees in ([pair.plain for pair in pairs], [p.negated for p in pairs]))
    positive = np.array([pair.polarity == "positive" for pair in pairs])
    made = [pair.made for pair in pairs]
    return {
        "rule": RULE,
        "pairs": len(pairs),
        "inserted": made.count("inserted"),
        "removed": made.count("removed"),
        "positive": _measures("positive", plain, negated, positive),
        "negative": _measures("negative", plain, negated, ~positive),
    }


class _Answers(NamedTuple):
    """What a model says of phrases, one number each.

    Args:
        side: whether it takes the phrase as positive rather than negative.
        positive: the probability of the classes above the middle of the scale.
        not_negative: that of all but the classes below the middle.
        expected: the mean class number.
    """

    side: npt.NDArray[np.bool_]
    positive: FloatArray
    not_negative: FloatArray
    expected: FloatArray


def _answers(model: NodeClassifier, phrases: Sequence[Tree]) -> _Answers:
    said = predict(model, phrases)
    p, n = said.probabilities[said.roots].astype(np.float64), said.n_classes
    return _Answers(
        said.positive[said.roots], p[:, (n + 1) // 2 :].sum(axis=1), p[:, n // 2 :].sum(axis=1), p @ np.arange(n)
    )


def _measures(polarity: str, plain: _Answers, negated: _Answers, chosen: npt.NDArray[np.bool_]) -> dict[str, Any]:
    """The measures over the chosen pairs, all of one polarity."""
    positive = polarity == "positive"
    turned = int(((plain.side == positive) & (negated.side != positive))[chosen].sum())
    less_negative = (negated.not_negative - plain.not_negative)[chosen]
    expected = (negated.expected - plain.expected)[chosen]
    change = {
        "positive_change": (negated.positive - plain.positive)[chosen],
        "not_negative_change": less_negative,
        "expected_change": expected,
    }
    return {
        "pairs": int(chosen.sum()),
        "right": turned if positive else int((less_negative > 0).sum()),
        "moved": int((expected < 0).sum() if positive else (expected > 0).sum()),
        "reversed": turned,
        **{name: float(values.mean()) if chosen.any() else None for name, values in change.items()},
        "published": PUBLISHED[polarity],
    }
