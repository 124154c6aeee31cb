"""Significance tests of trained models on the same sentences, and Holm's correction."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from treenn.analysis.measures import FloatArray, Measure

_BATCH = 100  # swaps at a time
_TIE = 1e-10  # differences closer than this are the same but for rounding


def mcnemar(only_first: int, only_second: int) -> float:
    """The p value of McNemar's exact test, two-sided: the binomial test of the sentences that only one gets right.

    McNemar 1947; exact by the binomial distribution with one half, as for a fair coin.

    Args:
        only_first: the number of sentences that only the first model gets right.
        only_second: the number that only the second gets right.

    >>> mcnemar(9, 1)
    0.021484375
    """
    from scipy.stats import binom  # here: scipy.stats takes a second to import

    return min(1.0, 2 * float(binom.cdf(min(only_first, only_second), only_first + only_second, 0.5)))


def randomization(
    measure: Measure, pairs: Sequence[tuple[str, str]], *, draws: int = 10_000, seed: int = 0
) -> list[float]:
    """The p value of approximate randomization for each pair of models, two-sided.

    Under the null hypothesis, the models' outcomes on a sentence are exchangeable: they are swapped on a random half of
    the sentences, all seeds of a model together, and p is the fraction of swaps with a difference at least as large as
    the observed one, which is included (Noreen 1989, *Computer-Intensive Methods for Testing Hypotheses*). The sums of
    several runs are averaged. The test is of these trained runs: it ignores the variance over seeds.

    Args:
        measure: the models' metric.
        pairs: the pairs of models; all get the same swaps.
        draws: the number of swaps; p is at least `1 / (draws + 1)` (default: 10,000).
        seed: the seed of the swaps (default: 0).

    >>> from treenn.analysis.measures import share
    >>> p = randomization(share({"a": [[1] * 9], "b": [[0] * 9]}, [1] * 9), [("a", "b")])
    >>> abs(p[0] - 2 / 512) < 0.001  # all swapped, or none
    True
    """
    pooled = {model: columns.mean(axis=0) for model, columns in measure.columns.items()}
    first, second = (np.stack([pooled[pair[side]] for pair in pairs]) for side in (0, 1))
    observed = np.abs(measure.value(first.sum(axis=1)) - measure.value(second.sum(axis=1)))
    moves = np.swapaxes(second - first, 0, 1).copy()  # (sentences, pairs, k): the first model's gain
    rng, as_large = np.random.default_rng(seed), np.zeros(len(pairs))
    for start in range(0, draws, _BATCH):
        swapped = rng.integers(0, 2, (min(_BATCH, draws - start), measure.sentences)).astype(np.float64)
        moved = np.tensordot(swapped, moves, axes=1)
        swapped_gaps = measure.value(first.sum(axis=1) + moved) - measure.value(second.sum(axis=1) - moved)
        as_large += (np.abs(swapped_gaps) >= observed - _TIE).sum(axis=0)
    return [float(p) for p in (1 + as_large) / (1 + draws)]


def holm(p_values: Sequence[float]) -> list[float]:
    """The p values with Holm's correction, which keeps the family-wise error rate below alpha.

    Holm 1979, *A Simple Sequentially Rejective Multiple Test Procedure*; valid under any dependence between the tests.

    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    p = np.asarray(p_values, dtype=np.float64)
    order = np.argsort(p, kind="stable")
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(1, np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1)))
    return [float(value) for value in adjusted]


def middle_run(values: FloatArray) -> int:
    """The run with the median value: of an even number the lower one, of equal ones the first.

    McNemar's test compares two trained models, not recipes. The median run is a typical one; a vote of all seeds would
    be another model.

    >>> middle_run(np.array([0.51, 0.47, 0.49, 0.52]))
    2
    """
    return int(np.argsort(values, kind="stable")[(len(values) - 1) // 2])
