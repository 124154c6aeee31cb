"""`TreeClassifier`: a scikit-learn classifier of texts and trees."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Self

import numpy as np
import numpy.typing as npt
from sklearn.base import ClassifierMixin

from treenn.estimators.class_labels import class_names, class_shares, read_labels, weigh_classes
from treenn.estimators.examples import labelled, root_label
from treenn.estimators.tree_estimator import TreeEstimator
from treenn.trees.arguments import check


@dataclass(eq=False, repr=False, kw_only=True)
class TreeClassifier(ClassifierMixin, TreeEstimator):  # type: ignore[misc]  # sklearn has no types
    """A network over trees as a scikit-learn classifier, for pipelines, grid search and cross-validation.

    X is a list, an array or a Series of texts, of tokenized texts (lists of words), of `Tree`s or of `DependencyTree`s.
    Texts and tokenized texts are parsed; their trees are cached on disk. y has the label of each: texts, numbers, bools
    or other hashable values. Labels of other nodes of given trees are also trained on, if they occur in y.

    A text of several sentences is one tree (`treenn.parsers.join_trees`). A text without words is an error in training.
    Its prediction is the class prior.

    Every setting of `treenn.Settings` is a parameter of the same name and default, except these: `min_steps` is 1,500,
    a floor that raises `epochs` on few texts; `frequent_words` is 20,000; `seed` is `random_state`;
    `class_weights` is `class_weight`; `early_stopping` determines `checkpoint`. `patience` and `restarts` need
    `early_stopping`. NumPy scalars and whole numbers such as 6.0, the values of parameter searches, are converted.

    Args:
        model: the network, by its name in `treenn cells` (default: `"tree-lstm"`).
        class_weight: `"balanced"`, inversely proportional to the counts in y, or weights by label, multiplied with
            `sample_weight` (default: None, 1 each).
        scale: `"nominal"`, or `"ordinal"` if the sorted labels are ordered; recorded for reports (default:
            `"nominal"`).
        early_stopping: whether to hold out `validation_fraction` of the examples, stop after `patience` epochs
            (default: 10) that are no better on them, and keep the best epoch (default: False, the last epoch of all
            examples).
        validation_fraction: the fraction of early stopping, stratified by class (default: 0.1).
        vectors: a file of pretrained word vectors or a list of them, which are concatenated; `"auto"` for GloVe 6B, 50d
            and 100d, on English texts if they are in `TREEBANKS_HOME`; None for random vectors (default: `"auto"`). The
            vocabulary is that of the training texts and of the first `frequent_words` words of each file.
        parser: a parser, its folder, or its name in `treenn.load_parser` (default: `"chart"`, for English).
        tokenizer: the tokenizer, by its name in `treenn.datasets.tokenizers.load_tokenizer` (default: `"treebank"`).
        language: the ISO 639-1 code of the language (default: None, not declared).
        random_state: the seed; an integer makes results reproducible on one machine (default: None).

    Attributes:
        classes_: the labels, in the order of `predict_proba`'s columns.
        class_prior_: the share of each label among the training examples.
        model_: the trained `Network`.
        n_iter_: the number of epochs.
        loss_curve_: the mean training loss of each epoch.

    >>> texts, y = ["a good film", "a bad film"] * 10, ["pos", "neg"] * 10
    >>> classifier = TreeClassifier(size=10, word_size=10, vectors=None, parser="right", min_steps=100, random_state=0)
    >>> classifier.fit(texts, y).predict(["good", "a bad book"])
    array(['pos', 'neg'], dtype='<U3')
    """

    class_weight: Literal["balanced"] | Mapping[Any, float] | None = None
    scale: Literal["nominal", "ordinal"] = "nominal"

    def fit(self, X: Any, y: Any = None, sample_weight: Sequence[float] | None = None) -> Self:
        """Train.

        Args:
            X: the examples.
            y: the label of each; for trees, None uses the labels of their nodes (default: None).
            sample_weight: the factor of each example's loss; 2 is equivalent to two copies of the example (default:
                None, 1 each).

        Raises:
            InputError: (a ValueError) if an item of X is something else or a text without words, nothing has a label,
                or a parameter is invalid.
        """
        trees, weights = self._read_all(X, y, sample_weight)
        targets: Sequence[Any]
        if y is None:
            known = [label for tree in trees for label in tree.labels if label is not None]
            targets, (_, self.classes_) = [root_label(tree) for tree in trees], read_labels(known)
        else:
            targets, self.classes_ = read_labels(y)
        by_label: dict[Any, int] = {label: number for number, label in enumerate(self.classes_.tolist())}
        numbers = [by_label.get(target) for target in targets]
        examples = [labelled(tree, root, by_label.get) for tree, root in zip(trees, numbers, strict=True)]
        of_classes = weigh_classes(self.class_weight, numbers, self.classes_, weights)
        self.class_prior_ = class_shares(numbers, weights, len(by_label))
        self._train(examples, of_classes, numbers)
        return self

    def predict(self, X: Any) -> npt.NDArray[Any]:
        """The most probable label of each example. Shape: `(len(X),)`."""
        best = self.predict_proba(X).argmax(axis=1)  # first, to refuse an unfitted classifier
        labels: npt.NDArray[Any] = self.classes_[best]
        return labels

    def predict_proba(self, X: Any) -> npt.NDArray[np.float64]:
        """The probability of each label. Shape: `(len(X), len(classes_))`."""
        self._check_fitted()
        return self._predict_roots(X, self.class_prior_)

    def predict_log_proba(self, X: Any) -> npt.NDArray[np.float64]:
        """The logarithm of `predict_proba`. Shape: `(len(X), len(classes_))`."""
        with np.errstate(divide="ignore"):
            return np.asarray(np.log(self.predict_proba(X)))

    @property
    def _labels(self) -> dict[str, Any]:
        return {"classes": class_names(self.classes_), "scale": self.scale}

    def _check_parameters(self) -> None:
        super()._check_parameters()
        check("scale", self.scale, Literal["nominal", "ordinal"])
