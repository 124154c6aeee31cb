"""Metrics of pairs, compared with explicit sums, and the predictions kept per pair."""

from __future__ import annotations

import numpy as np
import pytest

from treenn.evaluation.measuring import measure
from treenn.evaluation.predictions import PairPredictions


def test_classes() -> None:
    probabilities = np.array([[0.7, 0.2, 0.1], [0.1, 0.8, 0.1], [0.5, 0.3, 0.2], [0.2, 0.7, 0.1]], dtype=np.float32)
    predictions = PairPredictions(np.array([0, 1, 1, 1]), probabilities, None)
    found = measure(predictions)
    assert found["root"] == 0.75
    assert found["majority"] == {"root": 0.75}
    assert found["macro_f1"] == pytest.approx((2 / 3 + 0.8) / 2)  # each class's 2 tp / (2 tp + fp + fn)
    assert predictions.by_example() == {
        "root": "0101",
        "root_probabilities": [[0.7, 0.2, 0.1], [0.1, 0.8, 0.1], [0.5, 0.3, 0.2], [0.2, 0.7, 0.1]],
    }


def test_numbers() -> None:
    gold, scores = np.array([1.0, 2.0, 4.0, 5.0]), np.array([1.5, 2.5, 3.0, 4.0], dtype=np.float32)
    predictions = PairPredictions(gold, np.full((4, 5), 0.2, dtype=np.float32), scores)
    found = measure(predictions)
    centred = [(a - 3.0, b - 2.75) for a, b in zip(gold, scores, strict=True)]
    covariance = sum(a * b for a, b in centred)
    spread = (sum(a * a for a, _ in centred) * sum(b * b for _, b in centred)) ** 0.5
    assert found["pearson"] == pytest.approx(covariance / spread)
    assert found["spearman"] == pytest.approx(1.0)  # the order is the same
    assert found["mse"] == pytest.approx((0.25 + 0.25 + 1 + 1) / 4)
    assert found["mae"] == pytest.approx((0.5 + 0.5 + 1 + 1) / 4)
    assert found["majority"] == {"mse": pytest.approx(2.5), "mae": pytest.approx(1.5)}
    assert predictions.by_example() == {"score": [1.5, 2.5, 3.0, 4.0]}
