"""Metrics of translations: BLEU and chrF from sums of n-gram counts, which paired tests resample and swap."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from treenn.evaluation.agreement import Array
from treenn.evaluation.metric import Metric, Paired

Sums = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]

BLEU_ORDER = 4
CHRF_ORDER = 6
_BETA = 2


def bleu_summands(counts: npt.ArrayLike) -> Sums:
    """The summands of BLEU from the stored counts of sentences.

    Args:
        counts: `(..., 6)` the length of an output in tokens, that of its reference, and the numbers of matching 1- to
            4-grams, as `TranslationPredictions.bleu` has them.

    Returns:
        Both lengths, the matches, and the numbers of 1- to 4-grams of the output. Shape: `(..., 10)`.

    >>> bleu_summands([5, 6, 4, 2, 1, 0])
    array([5., 6., 4., 2., 1., 0., 5., 4., 3., 2.])
    """
    array = np.asarray(counts, dtype=np.float64)
    return np.concatenate([array, _ngrams(array[..., :1], BLEU_ORDER)], axis=-1)


def bleu(sums: Sums) -> Sums:
    """BLEU (Papineni, Roukos, Ward and Zhu, ACL 2002), as sacrebleu computes it, between 0 and 1.

    The precision of an order without a match is halved from order to order, the smoothing of mteval-v13a (`smooth:exp`
    of sacrebleu).

    Args:
        sums: `(..., 10)` sums of the columns of `bleu_summands`.

    Shape: `(...)`.

    >>> bleu(np.array([4.0, 4, 4, 3, 2, 1, 4, 3, 2, 1]))
    array(1.)
    """
    output, reference = sums[..., 0], sums[..., 1]
    matches, total = sums[..., 2 : 2 + BLEU_ORDER], sums[..., 2 + BLEU_ORDER :]
    defined = (total > 0).all(axis=-1) & (matches > 0).any(axis=-1)
    halvings = np.cumsum(matches == 0, axis=-1)
    smoothed = np.where(matches == 0, np.exp2(-halvings), matches) / np.maximum(total, 1)  # (..., 4)
    brevity = np.minimum(1 - reference / np.maximum(output, 1), 0)
    scores = np.exp(brevity + np.log(smoothed).mean(axis=-1))
    return np.where(defined, scores, 0.0)


def chrf_summands(counts: npt.ArrayLike) -> Sums:
    """The summands of chrF from the stored counts of sentences.

    Args:
        counts: `(..., 8)` the number of characters of an output and of its reference, without spaces, and the numbers
            of matching 1- to 6-grams, as `TranslationPredictions.chrf` has them.

    Returns:
        The numbers of 1- to 6-grams of the output, of orders that the reference has, those of the reference, and the
        matches. Shape: `(..., 18)`.
    """
    array = np.asarray(counts, dtype=np.float64)
    output, reference = (_ngrams(array[..., side : side + 1], CHRF_ORDER) for side in (0, 1))
    return np.concatenate([output * (reference > 0), reference, array[..., 2:]], axis=-1)


def chrf(sums: Sums) -> Sums:
    """chrF2 (Popović, WMT 2015), as sacrebleu computes it, between 0 and 1.

    Precision and recall of 1- to 6-grams of characters are averaged over the orders that both sides have; recall has
    twice the weight of precision.

    Args:
        sums: `(..., 18)` sums of the columns of `chrf_summands`.

    Shape: `(...)`.
    """
    output, reference, matches = np.split(sums, 3, axis=-1)  # (..., 6) each
    counted = (output > 0) & (reference > 0)
    orders = np.maximum(counted.sum(axis=-1), 1)
    precision, recall = (
        np.where(counted, matches / np.maximum(total, 1), 0).sum(axis=-1) / orders for total in (output, reference)
    )
    weighted = _BETA**2 * precision + recall
    scores = (1 + _BETA**2) * precision * recall / np.where(weighted > 0, weighted, 1)
    return np.asarray(scores)


def _ngrams(length: Sums, order: int) -> Sums:
    """The numbers of 1- to `order`-grams of sequences. Shape: `(..., 1)` to `(..., order)`."""
    return np.maximum(length - np.arange(order), 0)


def _of_corpus(counts: str, summands: Callable[[Any], Array], of_sums: Callable[[Any], Array]) -> dict[str, Any]:
    """The computation of a metric of translations from a column of n-gram counts, and its paired form."""
    return {
        "compute": lambda p: float(of_sums(summands(getattr(p, counts)).sum(axis=0))),
        "paired": Paired(counts, lambda found, gold, classes: (summands(found), None), of_sums),
        "reads": ("translations",),
    }


TRANSLATION_METRICS: dict[str, Metric] = {
    "bleu": Metric(
        title="BLEU",
        short="BLEU",
        phrase="BLEU",
        definition="BLEU of all sentences together, by sacrebleu, with its smoothing and one reference, times 100.",
        **_of_corpus("bleu", bleu_summands, bleu),
    ),
    "chrf": Metric(
        title="chrF",
        short="chrF",
        phrase="chrF",
        definition="chrF2 of all sentences together, by sacrebleu: the F score of n-grams of up to six characters, in"
        " which recall has twice the weight of precision, times 100.",
        **_of_corpus("chrf", chrf_summands, chrf),
    ),
}
"""The metrics of translations by name, in the order of tables."""
