"""The deciding test against SciPy's t tests, its special cases, Clark's min F', and plain simulation."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from treenn.analysis.crossed_test import Errors, crossed_test, detectable_difference, standard_errors
from treenn.analysis.measures import correlation, share

RNG = np.random.default_rng(5)


def seeds_only(first, second):
    """The errors of seeds alone: sentences without variance."""
    errors = tuple(np.std(values, ddof=1) / np.sqrt(len(values)) for values in (first, second))
    return Errors(0.0, errors, 2210, (len(first), len(second)))


@pytest.mark.parametrize("seeds", [2, 5, 10])
def test_one_variance_gives_the_plain_t_test(seeds):
    values = RNG.normal(0.02, 0.02, seeds)
    error = np.std(values, ddof=1) / np.sqrt(seeds)
    theirs = stats.ttest_1samp(values, 0)
    ours = crossed_test(values.mean(), Errors(0.0, (error, 0.0), 2210, (seeds, 1)))
    assert ours.p == pytest.approx(theirs.pvalue)
    assert (ours.low, ours.high) == pytest.approx(tuple(theirs.confidence_interval(0.95)))


@pytest.mark.parametrize("numbers", [(2, 2), (3, 5), (10, 4)])
def test_without_sentence_variance_it_exceeds_welchs(numbers):
    first, second = (RNG.normal(0.5, 0.02 * scale, number) for scale, number in zip((1, 3), numbers, strict=True))
    ours = crossed_test(first.mean() - second.mean(), seeds_only(first, second))
    assert ours.p >= stats.ttest_ind(first, second, equal_var=False).pvalue
    if numbers[0] == numbers[1]:  # the t quantiles are equal
        statistic = stats.ttest_ind(first, second).statistic
        assert ours.p == pytest.approx(2 * stats.t.sf(abs(statistic), numbers[0] - 1))


def test_without_seed_variance_it_is_paired_by_sentence():
    a, b = RNG.integers(0, 2, (2, 150))
    errors = standard_errors(share({"a": [a], "b": [b]}, np.ones(150)), "a", "b")
    ours, theirs = crossed_test(a.mean() - b.mean(), errors), stats.ttest_rel(a, b)
    assert ours.p == pytest.approx(theirs.pvalue)
    assert (ours.low, ours.high) == pytest.approx(tuple(theirs.confidence_interval(0.95)))


def test_the_statistic_is_that_of_min_f():
    errors, difference = Errors(0.006, (0.004, 0.005), 500, (4, 4)), 0.021
    by_seeds, by_sentences = difference**2 / (0.004**2 + 0.005**2), difference**2 / 0.006**2
    min_f = by_seeds * by_sentences / (by_seeds + by_sentences)
    assert weighted(crossed_test(difference, errors).p, errors) == pytest.approx(min_f**0.5)


def weighted(p, errors):
    """Cochran's critical value at a level, the mean of t quantiles weighted by the variances."""
    variances = [errors.seeds[0] ** 2, errors.seeds[1] ** 2, errors.sentences**2]
    freedom = [errors.n_seeds[0] - 1, errors.n_seeds[1] - 1, errors.n_sentences - 1]
    return np.average(stats.t.isf(p / 2, freedom), weights=variances)


def test_the_interaction_is_the_residual_mean_square():
    runs = {name: RNG.integers(0, 2, (k, 60)).astype(float) for name, k in (("a", 4), ("b", 3))}
    squares = []
    for values in runs.values():
        residuals = values - values.mean(axis=1, keepdims=True) - values.mean(axis=0) + values.mean()
        k, n = values.shape
        squares.append((residuals**2).sum() / ((k - 1) * (n - 1)) / (k * n))
    errors = standard_errors(share(runs, np.ones(60)), "a", "b")
    assert errors.interaction**2 == pytest.approx(sum(squares), rel=1 / 50)  # n against n - 1


def test_the_interaction_counts_once_and_never_more():
    errors = Errors(0.006, (0.004, 0.005), 500, (4, 4), interaction=0.003)
    total = 0.006**2 + 0.004**2 + 0.005**2 - 0.003**2
    assert weighted(crossed_test(0.02, errors).p, errors) == pytest.approx(0.02 / total**0.5)
    largest = replace(errors, interaction=1.0)
    seeds = (0.004**2 + 0.005**2) ** 0.5
    assert crossed_test(0.02, largest).high == pytest.approx(0.02 + seeds * weighted(0.05, errors))


@pytest.mark.parametrize("kind", ["ratio", "correlation"])
def test_the_jackknife_leaves_each_sentence_out(kind):
    n = 40
    if kind == "ratio":
        nodes = RNG.integers(1, 30, n)
        rows, gold, make = {"a": RNG.binomial(nodes, 0.8, (3, n)), "b": RNG.binomial(nodes, 0.7, (2, n))}, nodes, share
    else:
        gold = RNG.uniform(1, 5, n)
        rows, make = {"a": gold + RNG.normal(0, 0.5, (3, n)), "b": gold + RNG.normal(0, 1, (2, n))}, correlation

    def difference(kept):
        means = {name: make({name: values[:, kept]}, gold[kept]).values()[name].mean() for name, values in rows.items()}
        return means["a"] - means["b"]

    left_out = np.array([difference(np.arange(n) != index) for index in range(n)])
    plain = np.sqrt((n - 1) / n * ((left_out - left_out.mean()) ** 2).sum())
    errors = standard_errors(make(rows, gold), "a", "b")
    assert errors.sentences == pytest.approx(plain)
    assert (errors.n_sentences, errors.n_seeds) == (n, (3, 2))


def test_the_jackknife_is_near_scipys_bootstrap():
    n = 400
    gold = RNG.uniform(1, 5, n)
    a, b = gold + RNG.normal(0, 0.5, n), gold + RNG.normal(0, 1, n)

    def difference(x, y, z, axis):
        return stats.pearsonr(x, z, axis=axis).statistic - stats.pearsonr(y, z, axis=axis).statistic

    theirs = stats.bootstrap((a, b, gold), difference, paired=True, n_resamples=2000, rng=np.random.default_rng(0))
    ours = standard_errors(correlation({"a": [a], "b": [b]}, gold), "a", "b")
    assert ours.sentences == pytest.approx(theirs.standard_error, rel=0.1)


errors = st.builds(
    Errors,
    st.floats(0, 0.1),
    st.tuples(st.floats(0, 0.1), st.floats(0, 0.1)),
    st.integers(2, 3000),
    st.tuples(st.integers(2, 10), st.integers(2, 10)),
)


@settings(deadline=None)
@given(errors, st.floats(-0.2, 0.2))
def test_exchanged_models_mirror_the_outcome(errors, difference):
    test = crossed_test(difference, errors)
    other = crossed_test(
        -difference, Errors(errors.sentences, errors.seeds[::-1], errors.n_sentences, errors.n_seeds[::-1])
    )
    assert (other.p, other.low, other.high) == pytest.approx((test.p, -test.high, -test.low))
    assert test.low <= difference <= test.high
    if test.low > 0 or test.high < 0:
        assert test.p <= max(0.05, 2.0 ** (1 - errors.n_sentences)) + 1e-8
    assert 0 <= test.p <= 1


def test_equal_models_differ_by_nothing():
    test = crossed_test(0.0, Errors(0.0, (0.0, 0.0), 30, (3, 3)))
    assert (test.p, test.low, test.high) == (1.0, 0.0, 0.0)


def test_few_sentences_never_have_a_small_p():
    measure = share({"a": [[1] * 5] * 3, "b": [[0] * 5] * 3}, np.ones(5))
    assert crossed_test(1.0, standard_errors(measure, "a", "b")).p == 1 / 16


def test_too_few_sentences_detect_nothing():
    assert detectable_difference(Errors(0.1, (0.01, 0.01), 5, (3, 3))) == float("inf")
    assert detectable_difference(Errors(0.1, (0.01, 0.01), 6, (3, 3))) < 1


@pytest.mark.parametrize(("seeds", "spread"), [(3, 0.02), (10, 0.01)])
def test_the_detectable_difference_is_found_with_power(seeds, spread):
    found = detectable_difference(Errors(0.008, (spread / seeds**0.5,) * 2, 1000, (seeds, seeds)), level=0.01)
    rng, decisions = np.random.default_rng(3), []
    for _ in range(3000):
        first, second = rng.normal(0, spread, (2, seeds))
        sentences = rng.normal(found, 0.008 * 1000**0.5, 1000)
        gap = sentences.mean() + first.mean() - second.mean()
        drawn = seeds_only(first, second).seeds
        test = crossed_test(gap, Errors(sentences.std(ddof=1) / 1000**0.5, drawn, 1000, (seeds, seeds)))
        decisions.append(test.p < 0.01 and gap > 0)
    assert np.mean(decisions) == pytest.approx(0.8, abs=0.025)
