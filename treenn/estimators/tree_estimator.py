"""`TreeEstimator`: the common parameters and training of the classifier and the regressor."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

import numpy as np
import torch
from sklearn.base import BaseEstimator
from sklearn.utils import Tags, check_random_state
from sklearn.utils.validation import check_consistent_length, check_is_fitted

from treebanks import DependencyTreebank, Treebank
from treenn.datasets.tokenizers import DEFAULT as DEFAULT_TOKENIZER
from treenn.estimators.estimator_vectors import Vectors, check_vectors, load_vectors
from treenn.estimators.examples import AnyTree, TreeReader, root_label, without_labels
from treenn.estimators.setting_parameters import SettingParameters, make_settings, setting_names
from treenn.estimators.validation_split import hold_out
from treenn.models.settings import Settings
from treenn.models.text_parsing import TextParsing
from treenn.parsers import Parser
from treenn.parsers.loading import SHIPPED as SHIPPED_PARSER
from treenn.training import Run, train
from treenn.trees import DependencyTree, InputError
from treenn.trees.arguments import AnyPath, NonNegative, Range, check
from treenn.trees.errors import argument

_PATIENCE = 10
_FRACTION = Range(above=0, below=1)


@dataclass(eq=False, repr=False, kw_only=True)
class TreeEstimator(BaseEstimator, SettingParameters, ABC):  # type: ignore[misc]  # sklearn has no types
    """Base class of scikit-learn estimators of texts and trees. The subclasses document the parameters."""

    early_stopping: bool = False
    validation_fraction: float = 0.1
    vectors: Vectors = "auto"
    parser: str | Path | Parser = SHIPPED_PARSER
    tokenizer: str = DEFAULT_TOKENIZER
    language: str | None = None
    random_state: int | np.random.RandomState | None = None

    @property
    @abstractmethod
    def _labels(self) -> dict[str, Any]:
        """The labels of a fitted estimator, as keyword arguments of a treebank: classes, scale and range."""

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array, tags.input_tags.string = False, True
        return tags

    def _settings(self) -> Settings:
        """The settings, validated and converted; each call draws a seed from `random_state`."""
        stops = check("early_stopping", self.early_stopping, bool)
        values = {name: getattr(self, name) for name in setting_names()}
        if stops and values["patience"] is None:
            values["patience"] = _PATIENCE
        for name, neutral in () if stops else (("patience", None), ("restarts", 1)):
            if values[name] != neutral:
                raise InputError(f"{argument(name)} {values[name]}: needs {argument('early_stopping', True)}")
        try:
            seed = int(check_random_state(self.random_state).randint(2**31 - 1))
        except ValueError as error:
            raise InputError(f"{argument('random_state')}: {error}") from None
        return make_settings(values, seed=seed, checkpoint="best" if stops else "last")

    def _check_parameters(self) -> None:
        """Validate the parameters that are not settings."""
        fraction = check("validation_fraction", self.validation_fraction, float)
        if fraction not in _FRACTION:
            raise InputError(f"{argument('validation_fraction')} {fraction}: must be {_FRACTION}")
        check("parser", self.parser, str | Path | Parser)
        check("tokenizer", self.tokenizer, str)
        check("language", self.language, str | None)
        check_vectors(self.vectors)

    def _read(self, X: Any) -> list[AnyTree | None]:
        parser = self.parser if isinstance(self.parser, Parser) else str(self.parser)
        return TreeReader(parser, self.tokenizer, self.language).read(X)

    def _read_all(self, X: Any, y: Any, sample_weight: Any) -> tuple[list[AnyTree], list[float]]:
        """The trees and the weights for training.

        Raises:
            InputError: if a text has no words, there is no label, or a weight is negative.
        """
        self._check_parameters()
        given = self._read(X)
        trees = [tree for tree in given if tree is not None]
        if len(trees) < len(given):
            raise InputError(f"{argument('X')}[{given.index(None)}] has no words: must have one or more for training")
        if y is None and all(label is None for tree in trees for label in tree.labels):
            raise InputError("requires y to be passed, but the target y is None, and X has no labels of its own")
        if y is not None:
            check_consistent_length(trees, y)
        if sample_weight is None:
            return trees, [1.0] * len(trees)
        check_consistent_length(trees, sample_weight)
        weights = list(map(float, check("sample_weight", sample_weight, Sequence[NonNegative])))
        if not any(weights):
            raise InputError(f"{argument('sample_weight')}: must not all be 0")
        return trees, weights

    def _train(self, trees: Sequence[AnyTree], weights: Sequence[float], strata: Sequence[Any]) -> None:
        """Train on labelled trees; sets `model_`, `n_iter_` and `loss_curve_`.

        Args:
            trees: the trees, with class numbers or scores.
            weights: the weight of each; those of weight 0 are omitted.
            strata: the class of each root for the stratification of the validation split, or None for scores.
        """
        settings = self._settings()
        used = [index for index, weight in enumerate(weights) if weight]
        fitted, validation = used, [index for index in used if root_label(trees[index]) is not None][:1]
        if self.early_stopping:
            fitted, validation = hold_out(used, strata, float(self.validation_fraction), settings.seed)
        # Without early stopping, the validation split is required by the trainer, but unused.
        splits = {
            "train": [trees[index] for index in fitted],
            "dev": [trees[index] for index in validation or used[:1]],
        }
        run = self._run(splits, settings, [weights[index] for index in fitted])
        self.model_ = run.model
        self.n_iter_ = len(run.results.history)
        self.loss_curve_ = [entry.loss for entry in run.results.history]

    def _run(self, splits: dict[str, list[AnyTree]], settings: Settings, weights: Sequence[float]) -> Run:
        treebank = self._treebank(splits)
        if not any(label is not None for label in treebank.labels_below_roots()):
            settings = _only_roots(settings)
        words = {word for tree in splits["train"] for word in tree.words}
        factors = () if set(weights) == {1.0} else weights
        threads = torch.get_num_threads()
        torch.set_num_threads(1)  # for reproducibility; at this size two threads are no faster
        try:
            vectors = load_vectors(self.vectors, words, self.language, settings.frequent_words)
            run = train(treebank, settings, vectors=vectors, example_weights=factors)
        except InputError as error:
            message = error.marked.replace(argument("example_weights"), argument("sample_weight"))
            raise InputError(message, source=error.source, line=error.line, column=error.column) from None
        finally:
            torch.set_num_threads(threads)
        if not isinstance(self.parser, Parser) and not isinstance(treebank, DependencyTreebank):
            run.model.text_parsing = TextParsing(self.tokenizer, str(self.parser))
        return run

    def _treebank(self, splits: dict[str, list[AnyTree]]) -> Treebank | DependencyTreebank:
        name: Any = type(self).__name__
        if not isinstance(splits["train"][0], DependencyTree):
            return Treebank(name=name, splits=splits, **self._labels)  # type: ignore[arg-type]
        trees = [tree for some in splits.values() for tree in some]
        below = any(label is not None and node != tree.root for tree in trees for node, label in enumerate(tree.labels))
        level: Any = "words" if below else "sentence"
        return DependencyTreebank(name=name, splits=splits, level=level, **self._labels)  # type: ignore[arg-type]

    def _predict_roots(self, X: Any, blank: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        """The outputs at roots: class probabilities or scores.

        Args:
            X: the examples.
            blank: the output for a text without words.

        Shape: `(len(X), *blank.shape)`.
        """
        given = self._read(X)
        output = np.tile(blank, (len(given), *(1 for _ in blank.shape)))
        if trees := [without_labels(tree) for tree in given if tree is not None]:
            self._check_kind(trees[0])
            predictions = self.model_.predict(trees, roots_only=True)
            rows = predictions.scores if self.model_.classes is None else predictions.probabilities
            output[[tree is not None for tree in given]] = rows[predictions.roots]
        return output

    def _check_fitted(self) -> None:
        check_is_fitted(self, "model_")

    def _check_kind(self, tree: AnyTree) -> None:
        is_dependency = self.model_.task.name.startswith("dependenc")
        if isinstance(tree, DependencyTree) != is_dependency:
            wanted = "dependency trees" if is_dependency else "texts, tokenized texts or constituency trees"
            raise InputError(f"{argument('X')}: must be {wanted}, as in training")

    def save(self, folder: str | Path, *, overwrite: bool = False) -> None:
        """Write a model folder, which `load`, `treenn.load_model` and `treenn predict --model` read.

        Nothing is pickled. Files of word vectors, a parser object and a dict of class weights are not recorded.

        Args:
            folder: the folder; it must be new, empty, or an earlier model with `overwrite`.
            overwrite: whether to replace an earlier model (default: False).

        Raises:
            InputError: if the folder has other files, or a class is not a text, number or bool.
            sklearn.exceptions.NotFittedError: before `fit`.
        """
        from treenn.estimators.estimator_folder import save_estimator

        self._check_fitted()
        save_estimator(self, check("folder", folder, AnyPath), overwrite=overwrite)

    @classmethod
    def load(
        cls,
        folder: str | Path,
        *,
        parser: str | Path | Parser | None = None,
        contextual: str | Sequence[str] = (),
        trust: str | Sequence[str] = (),
    ) -> Self:
        """Load an estimator from a folder of `save`, or a model of `treenn train` with the names of its classes.

        Untrusted folders are safe, as for `treenn.load_model`.

        Args:
            folder: the folder.
            parser: the parser, its name or its folder (default: None, that of the model's training texts).
            contextual: the contextual encoders that the folder may name, see `treenn.load_model` (default: none).
            trust: the modules that the folder may name, see `treenn.load_model` (default: none).

        Raises:
            InputError: if the folder has no model of this kind, or is malformed; as `treenn.load_model`.
        """
        from treenn.estimators.estimator_folder import load_estimator

        return load_estimator(cls, check("folder", folder, AnyPath), parser, contextual, trust)


def _only_roots(settings: Settings) -> Settings:
    """The settings for trees with labels at roots only: the loss is the same, and sequence networks are faster."""
    is_equal = settings.supervision == "nodes" and math.isclose(settings.root_weight, 1)
    return replace(settings, supervision="roots") if is_equal else settings
