"""Softmax and cross-entropy loss, after Goodfellow, Bengio and Courville, "Deep Learning"
(MIT Press 2016), section 6.2.2.3.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from treenn.by_hand.activation import Array

_NO_LABEL = -100
"""The label of unlabelled rows: the default `ignore_index` of torch."""


def softmax(z: Array) -> Array:
    """Row-wise softmax; the row maximum is subtracted first to avoid overflow.

        p_k = e^z_k / Σ_j e^z_j

    Shape: `(n, k)` to `(n, k)`; `n` rows, `k` classes.

    >>> softmax(np.array([[0.0, 0.0], [1000.0, 0.0]]))
    array([[0.5, 0.5],
           [1. , 0. ]])
    """
    e = np.exp(z - z.max(axis=1, keepdims=True))
    p: Array = e / e.sum(axis=1, keepdims=True)
    return p


def forward(z: Array, y: npt.NDArray[np.int64]) -> float:
    """Returns the cross-entropy loss, summed over rows; rows with y = -100 are ignored.

        E = − Σ log p_y = Σ (log Σ_j e^z_j − z_y)

    Shape: `z` is `(n, k)`, `y` is `(n,)`.

    >>> round(forward(np.log([[0.5, 0.25, 0.25]]), np.array([1])), 4)  # log 4
    1.3863
    """
    rows = np.flatnonzero(y != _NO_LABEL)
    z, y = z[rows] - z[rows].max(axis=1, keepdims=True), y[rows]
    return float((np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(y)), y]).sum())


def backward(z: Array, y: npt.NDArray[np.int64]) -> Array:
    """Returns the gradient of the loss w.r.t. the logits z.

        ∂E/∂z = p − 1_y,  1_y is 1 at the class y and 0 elsewhere

    Shape: `z` is `(n, k)`, `y` is `(n,)`; the result is `(n, k)`.

    >>> backward(np.log([[0.5, 0.25, 0.25]]), np.array([1]))
    array([[ 0.5 , -0.75,  0.25]])
    """
    labelled = y != _NO_LABEL
    grad_z: Array = softmax(z) * labelled[:, None]
    grad_z[labelled, y[labelled]] -= 1
    return grad_z
