"""`average`: an ensemble, the mean of the class probabilities of several models."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from treenn.evaluation.predictions import FloatArray, Predictions
from treenn.trees.arguments import checked
from treenn.trees.errors import InputError, argument


@checked
def average(predictions: Sequence[Predictions]) -> Predictions:
    """The predictions of an ensemble: the mean of the class probabilities at every node.

    Looks et al. (2017, "Deep learning with dynamic computation graphs") combine 30 Tree-LSTMs in this way.

    Args:
        predictions: one per model, for the same trees.

    Raises:
        InputError: if there are none, or they are for different trees.
    """
    if not predictions:
        raise InputError(f"{argument('predictions')}: must be those of one model or more, the list is empty")
    first = predictions[0]
    for index, each in enumerate(predictions):
        if each.n_classes != first.n_classes or not np.array_equal(each.labels, first.labels):
            raise InputError(f"{argument('predictions')}[{index}]: must be of the same trees as the first ones")
    p: FloatArray = np.mean([each.probabilities for each in predictions], axis=0)
    return Predictions.of(first.labels, p, first.sizes)
