"""`TreeSentimentClassifier`: the classifier of treenn 0.1.0, deprecated in favour of `TreeClassifier`."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from treenn.estimators.classifier import TreeClassifier
from treenn.estimators.setting_parameters import make_settings
from treenn.models.settings import Settings
from treenn.trees import InputError
from treenn.trees.arguments import check


@dataclass(eq=False, repr=False, kw_only=True)
class TreeSentimentClassifier(TreeClassifier):
    """`TreeClassifier` with the defaults of treenn 0.1.0; deprecated.

    The defaults are `size` and `word_size` 100, no floor of steps and no word vectors.

    Args:
        settings: further settings of `treenn.Settings`, by name, which override the parameters (default: none).
    """

    size: int = 100
    word_size: int = 100
    min_steps: int = 0
    vectors: str | Path | Sequence[str | Path] | None = ()
    settings: Mapping[str, Any] | None = None

    def __post_init__(self) -> None:
        warnings.warn("TreeSentimentClassifier is deprecated; use treenn.TreeClassifier", FutureWarning, stacklevel=3)

    def _settings(self) -> Settings:
        own = super()._settings()
        names = [field.name for field in fields(Settings)]
        given: Mapping[str, Any] = check("settings", self.settings, Mapping[str, Any] | None) or {}
        if unknown := [name for name in given if name not in names]:
            raise InputError(f"settings has {unknown[0]!r}, which is no field of treenn.Settings")
        if "seed" in given or "checkpoint" in given:
            raise InputError("settings has seed or checkpoint, which parameters of the classifier determine")
        return make_settings({name: getattr(own, name) for name in names} | dict(given))
