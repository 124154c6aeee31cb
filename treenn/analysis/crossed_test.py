"""The deciding test: a difference of seed means with sentences and seeds as crossed random factors."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from treenn.analysis.measures import FloatArray, Measure

ALPHA, CONFIDENCE, POWER = 0.05, 0.95, 0.8
FEW_SEEDS = 3
"""The minimum number of seeds that a claim without reservation needs."""

_DRAWS = 10_000
_SEED = 0
_LOWEST = 1e-12  # the minimum p value


@dataclass(frozen=True)
class Errors:
    """The standard errors of a difference of seed means, by random factor.

    Args:
        sentences: the standard error over sentences.
        seeds: the standard error over seeds, of the first and of the second model; 0 for a deterministic baseline.
        n_sentences: the number of sentences.
        n_seeds: the number of seeds of each model.
        interaction: the part of either standard error that is due to the interaction of seeds with sentences (default:
            0, unknown).
    """

    sentences: float
    seeds: tuple[float, float]
    n_sentences: int
    n_seeds: tuple[int, int]
    interaction: float = 0.0

    @property
    def variances(self) -> FloatArray:
        """The squared standard errors: of the first model's seeds, of the second's, and of the sentences."""
        return np.square([*self.seeds, self.sentences])

    @property
    def freedom(self) -> FloatArray:
        """The degrees of freedom of `variances`, clamped to at least 1.

        The clamp does not affect the test: a factor with a single level has variance 0, and thus weight 0.
        """
        return np.maximum(1, np.array([*self.n_seeds, self.n_sentences], dtype=np.float64) - 1)


@dataclass(frozen=True)
class CrossedTest:
    """The outcome of a test.

    Args:
        p: the p value, two-sided.
        low: the lower end of the confidence interval of the difference.
        high: its upper end.
    """

    p: float
    low: float
    high: float


def standard_errors(measure: Measure, first: str, second: str) -> Errors:
    """The standard errors of the difference between two models.

    The one over sentences is the jackknife's, of seed means paired by sentence (Efron and Tibshirani 1993, *An
    Introduction to the Bootstrap*, chapter 11); for an accuracy it is that of a mean of paired differences.

    Args:
        measure: the models' metric.
        first: the name of a model.
        second: the name of another one.

    >>> from treenn.analysis.measures import share
    >>> errors = standard_errors(share({"a": [[1, 1, 1, 0], [1, 0, 1, 1]], "b": [[0, 1, 0, 0]]}, [1] * 4), "a", "b")
    >>> round(errors.sentences, 4), errors.seeds  # sentences: 1, -0.5, 1, 0.5
    (0.3536, (0.0, 0.0))
    """
    values = measure.values()
    contributions = measure.jackknife(first), measure.jackknife(second)
    gaps = contributions[0].mean(axis=0) - contributions[1].mean(axis=0)
    return Errors(
        sentences=float(gaps.std(ddof=1)) / math.sqrt(len(gaps)),
        seeds=(seed_error(values[first]), seed_error(values[second])),
        n_sentences=len(gaps),
        n_seeds=(len(values[first]), len(values[second])),
        interaction=math.hypot(*map(_interaction, contributions)),
    )


def _interaction(contributions: FloatArray) -> float:
    """The standard error of a mean over runs and sentences, of shape `(k, n)`, by their interaction; 0 for one run."""
    runs, sentences = contributions.shape
    if runs == 1:
        return 0.0
    centred = contributions - contributions.mean(axis=1, keepdims=True)
    return math.sqrt(float(centred.var(axis=0, ddof=1).mean()) / (runs * sentences))


def seed_error(values: ArrayLike) -> float:
    """The standard error of a mean over seeds; 0 for a single one."""
    array = np.asarray(values, dtype=np.float64)
    return float(array.std(ddof=1)) / math.sqrt(len(array)) if len(array) > 1 else 0.0


def crossed_test(difference: float, errors: Errors, confidence: float = CONFIDENCE) -> CrossedTest:
    """The t test of a difference with crossed random factors.

    The quasi-F ratio of Clark (1973, *The Language-as-Fixed-Effect Fallacy*) as a t test: the squared standard error is
    the sum of those over sentences and over the seeds of each model, less their interaction, which is in both; it is at
    least either part. The variances differ and are estimated with different degrees of freedom, so the critical value
    is that of Cochran and Cox (1950, *Experimental Designs*), the mean of the t quantiles, weighted by the variances.
    With Satterthwaite's degrees of freedom, the type-I error is too high if seeds or spreads are unequal or one model
    is deterministic, most of all at the small levels of Holm's correction.

    p is at least `2 ** (1 - n)` for `n` sentences, the minimum of any test that exchanges the models by sentence.

    Args:
        difference: the difference of seed means.
        errors: its standard errors.
        confidence: the level of the interval (default: 0.95).

    >>> test = crossed_test(0.02, Errors(0.005, (0.004, 0.003), 2210, (5, 5)))
    >>> round(test.p, 4), round(test.low, 4), round(test.high, 4)
    (0.0264, 0.0033, 0.0367)
    """
    error = float(_combined(errors.variances, errors))
    half = error * float(_critical(errors.variances, errors, 1 - confidence))
    p = _p(abs(difference) / error, errors) if error > 0 else float(difference == 0)
    return CrossedTest(max(p, _floor(errors)), difference - half, difference + half)


def _floor(errors: Errors) -> float:
    return 2.0 ** (1 - errors.n_sentences)


def _p(statistic: float, errors: Errors) -> float:
    """The level at which a statistic equals its critical value, by bisection on the logarithm."""
    low, high = _LOWEST, 1.0
    while high / low > 1 + 1e-9:
        middle = math.sqrt(low * high)
        low, high = (low, middle) if _critical(errors.variances, errors, middle) < statistic else (middle, high)
    return high


def _combined(variances: FloatArray, errors: Errors) -> FloatArray:
    """The standard error of a difference.

    Args:
        variances: estimates of `errors.variances`, of shape `(..., 3)`.
        errors: the interaction.
    """
    seeds, sentences = variances[..., :2].sum(axis=-1), variances[..., 2]
    total = np.maximum(seeds + sentences - errors.interaction**2, np.maximum(seeds, sentences))
    root: FloatArray = np.sqrt(total)
    return root


def _critical(variances: FloatArray, errors: Errors, level: float) -> FloatArray:
    """The critical value of the statistic, two-sided: the mean of the t quantiles, weighted by the variances."""
    from scipy.special import stdtrit  # here: SciPy takes a moment to import

    quantiles = -stdtrit(errors.freedom, level / 2)
    total = variances.sum(axis=-1)
    mean: FloatArray = np.divide(
        variances @ quantiles, total, out=np.full_like(total, quantiles.min()), where=total > 0
    )
    return mean


def detectable_difference(errors: Errors, level: float = ALPHA, power: float = POWER) -> float:
    """The true difference that `crossed_test` detects with a given power, by simulating the test.

    The estimated standard errors are taken as the true ones. Differences are drawn from a normal distribution and the
    three variances from chi-squared distributions, 10,000 times with a fixed seed.

    Args:
        errors: the standard errors.
        level: the level of the test, after correction (default: 0.05).
        power: the probability of detection, with the right sign (default: 0.8).

    Returns:
        The difference; infinite if no p value of so few sentences is below the level.

    >>> round(detectable_difference(Errors(0.01, (0.0, 0.0), 2210, (1, 1))), 3)  # as by the normal approximation
    0.028
    """
    if _floor(errors) >= level:
        return math.inf
    rng = np.random.default_rng(_SEED)
    noise = rng.normal(0, float(_combined(errors.variances, errors)), _DRAWS)
    variances = errors.variances * rng.chisquare(errors.freedom, (_DRAWS, 3)) / errors.freedom
    critical = _critical(variances, errors, level) * _combined(variances, errors)
    return float(np.quantile(critical - noise, power))
