from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.contingency_tables import mcnemar as statsmodels_mcnemar
from statsmodels.stats.multitest import multipletests

from treenn.analysis.measures import correlation, share
from treenn.analysis.significance import (
    holm,
    mcnemar,
    middle_run,
    randomization,
)

counts = st.integers(0, 400)


@settings(deadline=None)
@given(counts, counts)
def test_mcnemar_is_scipys_binomial_test_and_statsmodels(b, c):
    ours = mcnemar(b, c)
    assert ours == pytest.approx(statsmodels_mcnemar([[7, b], [c, 9]], exact=True).pvalue)
    assert ours == pytest.approx(stats.binomtest(b, b + c, 0.5).pvalue if b + c else 1.0)


def pair(a, b):
    """The p value of two models of one run each."""
    return randomization(share({"a": [a], "b": [b]}, np.ones(len(a))), [("a", "b")], draws=20_000)[0]


@pytest.mark.parametrize("seed", range(4))
def test_randomization_is_scipys_exact_permutation_test(seed):
    rng = np.random.default_rng(seed)
    a, b = rng.integers(0, 4, 12) / 3, rng.integers(0, 3, 12) / 3
    exact = stats.permutation_test(
        (a, b), lambda x, y, axis: (x - y).mean(axis=axis), permutation_type="samples", vectorized=True
    )  # all 4,096 swaps
    assert pair(a, b) == pytest.approx(exact.pvalue, abs=0.012)


def test_randomization_of_correlations_is_scipys():
    rng = np.random.default_rng(9)
    gold = rng.uniform(1, 5, 9)
    a, b = (stats.zscore(gold + rng.normal(0, noise, 9)) for noise in (0.4, 1.5))

    def difference(x, y):
        return stats.pearsonr(x, gold).statistic - stats.pearsonr(y, gold).statistic

    exact = stats.permutation_test((a, b), difference, permutation_type="samples", n_resamples=4096).pvalue
    ours = randomization(correlation({"a": [a], "b": [b]}, gold), [("a", "b")])
    assert ours == pytest.approx([exact], abs=0.015)


def test_randomization_of_ratios_is_all_swaps_enumerated():
    nodes = np.array([9, 3, 5, 7, 1, 11, 2, 4])
    a, b = np.array([8, 3, 4, 6, 1, 9, 1, 4]), np.array([7, 1, 4, 5, 0, 9, 2, 2])
    swaps = np.array(list(product((1, -1), repeat=8)))
    exact = (np.abs(swaps @ (a - b)) >= abs((a - b).sum())).mean()
    ours = randomization(share({"a": [a], "b": [b]}, nodes), [("a", "b")])
    assert ours == pytest.approx([exact], abs=0.015)


def test_randomization_counts_what_is_observed_among_the_swaps():
    measure = share({"a": [[1] * 60], "b": [[0] * 60], "c": [[1] * 60]}, [1] * 60)
    assert randomization(measure, [("a", "b"), ("a", "c")], draws=999) == [1 / 1000, 1.0]


def test_p_ignores_order_doubled_runs_and_other_pairs():
    rng = np.random.default_rng(0)
    a, b, c = rng.integers(0, 2, (3, 2, 80))
    three = randomization(share({"a": a, "b": b, "c": c}, np.ones(80)), [("a", "b"), ("b", "c")], draws=500)
    doubled = randomization(share({"b": b, "c": [*c, *c]}, np.ones(80)), [("c", "b")], draws=500)
    assert doubled == three[1:]


@pytest.mark.parametrize("number", [1, 2, 7, 40])
def test_holm_is_statsmodels(number):
    p_values = np.random.default_rng(number).integers(0, 60, number) / 400  # some of them the same
    assert holm(p_values.tolist()) == pytest.approx(multipletests(p_values, method="holm")[1])


def test_middle_run_is_the_lower_median():
    assert middle_run(np.array([0.3, 0.1, 0.2])) == 2
    assert middle_run(np.array([0.3, 0.1, 0.2, 0.4])) == 2
    assert middle_run(np.array([0.5, 0.5, 0.5])) == 1
    assert middle_run(np.array([0.5])) == 0
