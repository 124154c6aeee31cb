"""Predictions of models with the same classes in another order."""

import numpy as np

from treenn.encoders import NO_LABEL
from treenn.evaluation.predictions import Predictions
from treenn.experiment.matching_classes import in_order_of


def test_unlabelled_nodes_stay_unlabelled_when_reordered() -> None:
    labels = np.array([NO_LABEL, NO_LABEL, 2, NO_LABEL, NO_LABEL, 0])
    probabilities = np.eye(3)[[0, 1, 2, 0, 1, 1]]
    predictions = Predictions.of(labels, probabilities, np.array([3, 3]), scale="nominal")
    reordered = in_order_of(predictions, ("r", "p", "q"), ("p", "q", "r"))
    assert reordered.labels.tolist() == [NO_LABEL, NO_LABEL, 1, NO_LABEL, NO_LABEL, 2]
    assert reordered.probabilities.argmax(axis=1).tolist() == [2, 0, 1, 2, 0, 0]
