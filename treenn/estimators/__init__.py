"""scikit-learn estimators: a classifier and a regressor of texts and trees.

Names are imported on first use.
"""

from importlib import import_module
from typing import Any

_HOME = {"TreeClassifier": "classifier", "TreeRegressor": "regressor"}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'treenn.estimators' has no attribute {name!r}")
    return getattr(import_module(f"treenn.estimators.{_HOME[name]}"), name)
