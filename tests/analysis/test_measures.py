import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from treenn.analysis.measures import correlation, share

RNG = np.random.default_rng(4)


def test_share_is_the_ratio_of_sums():
    nodes = RNG.integers(1, 9, 20)
    right = RNG.binomial(nodes, 0.5, (3, 20))
    found = share({"a": right}, nodes).values()["a"]
    assert found == pytest.approx([sum(row) / sum(nodes) for row in right])


def test_sentences_of_weight_zero_count_for_nothing():
    found = share({"a": [[1, 0, 1]]}, [1, 1, 0])
    assert found.sentences == 2
    assert found.values()["a"] == pytest.approx([0.5])


scores = st.lists(st.tuples(st.floats(1, 5), st.floats(1, 5)), min_size=3, max_size=30)


@settings(deadline=None, max_examples=50)
@given(scores)
def test_correlation_is_scipys(rows):
    x, y = np.array(rows).T
    found = correlation({"a": [x]}, y).values()["a"][0]
    if min(x.std(), y.std()) > 1e-3:
        assert found == pytest.approx(stats.pearsonr(x, y).statistic, abs=1e-6)
    assert -1 - 1e-9 <= found <= 1 + 1e-9


def test_correlation_keeps_digits_far_from_gold():
    gold = RNG.uniform(1, 5, 200)
    near = gold + RNG.normal(0, 0.5, 200)
    found = correlation({"a": [near, 1e6 + near, 1e-9 * near]}, gold).values()["a"]
    assert found == pytest.approx([stats.pearsonr(near, gold).statistic] * 3, abs=1e-9)
    assert correlation({"a": [near]}, 1e8 + gold).values()["a"] == pytest.approx(found[:1], abs=1e-7)


def test_constant_answer_has_correlation_zero():
    gold = RNG.random(50)
    assert correlation({"a": [[3.3] * 50]}, gold).values()["a"].tolist() == [0.0]
