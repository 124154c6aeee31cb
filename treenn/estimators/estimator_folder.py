"""Model folders of estimators: the files of `save_model`, and `estimator.json` with labels and parameters."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from treenn.estimators.class_labels import class_names
from treenn.estimators.setting_parameters import setting_names
from treenn.models.network import Network
from treenn.models.saving import load_model, model_folder, save_model
from treenn.parsers import Parser
from treenn.tasks.score_scale import ScoreScale
from treenn.training.run_dir import check_run_dir, open_run_dir
from treenn.training.run_marker import ESTIMATOR, MODEL, RunMarker
from treenn.trees.atomic_writing import write_text
from treenn.trees.errors import InputError, argument
from treenn.trees.json_records import Schema
from treenn.trees.json_values import dump_json

T = TypeVar("T")

_UNRECORDED = ("model", "contextual", "parser", "tokenizer", "vectors", "random_state", "class_weight")
"""Parameters that config.json records, or that are not restored from an untrusted folder unless they are scalars."""


@dataclass(frozen=True)
class EstimatorRecord:
    """estimator.json.

    Args:
        estimator: `TreeClassifier` or `TreeRegressor`.
        classes: the labels of a classifier; their texts are the classes of config.json.
        class_prior: the share of each class.
        mean: the mean score of a regressor.
        vectors: `auto`, or None for random vectors and files.
        class_weight: the parameter if it is `balanced` or None.
        random_state: the parameter if it is an integer.
        own_parser: whether the parser was an object, which is not recorded.
        score_range: the parameter of a regressor.
        parameters: other parameters.
    """

    estimator: str
    classes: Sequence[str | int | float | bool] = ()
    class_prior: Sequence[float] = ()
    mean: float | None = None
    vectors: str | None = None
    class_weight: str | None = None
    random_state: int | None = None
    own_parser: bool = False
    score_range: tuple[float, float] | None = None
    parameters: Mapping[str, str | int | float | bool | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.vectors not in (None, "auto") or self.class_weight not in (None, "balanced"):
            raise InputError("'vectors' must be auto or null, and 'class_weight' must be balanced or null")
        if len(self.class_prior) != len(self.classes) or not all(0 <= each <= 1 for each in self.class_prior):
            raise InputError("'class_prior' must have one number from 0 to 1 per class")
        if self.classes and not math.isclose(sum(self.class_prior), 1, abs_tol=1e-3):
            raise InputError(f"'class_prior' sums to {sum(self.class_prior):g}; it must sum to 1")
        if not all(math.isfinite(each) for each in self.classes if isinstance(each, float)):
            raise InputError("'classes' has a number that is not finite")


ESTIMATOR_SCHEMA = Schema("treenn.estimator", 1, EstimatorRecord, "estimator.json of an estimator's `save`")


def save_estimator(estimator: Any, folder: Path, *, overwrite: bool) -> None:
    """Write the folder of `TreeEstimator.save`. Raises the same errors."""
    record, marker = _record(estimator), RunMarker(MODEL)
    check_run_dir(folder, marker, overwrite=overwrite)
    open_run_dir(folder, marker, overwrite=overwrite)
    save_model(folder, estimator.model_)
    write_text(folder / ESTIMATOR, dump_json(ESTIMATOR_SCHEMA.to_json(record), indent=2) + "\n")


def _record(estimator: Any) -> EstimatorRecord:
    values = estimator.get_params(deep=False)
    classes = getattr(estimator, "classes_", np.array([])).tolist()
    for label in classes:
        if not isinstance(label, str | int | float):
            raise InputError(f"{argument('y')} has the label {label!r}: must be text, a number or a bool to be saved")
    scalars = {
        name: value.item() if isinstance(value, np.generic) else value
        for name, value in values.items()
        if name not in _UNRECORDED and isinstance(value, str | int | float | None | np.generic)
    }
    state, weight, bounds = values["random_state"], values.get("class_weight"), values.get("score_range")
    return EstimatorRecord(
        estimator="TreeRegressor" if estimator.model_.classes is None else "TreeClassifier",
        classes=tuple(classes),
        class_prior=tuple(getattr(estimator, "class_prior_", np.array([])).tolist()),
        mean=getattr(estimator, "mean_", None),
        vectors="auto" if isinstance(values["vectors"], str) and values["vectors"] == "auto" else None,
        class_weight=weight if isinstance(weight, str) else None,
        random_state=int(state) if isinstance(state, int | np.integer) else None,
        own_parser=isinstance(values["parser"], Parser),
        score_range=None if bounds is None else (float(bounds[0]), float(bounds[1])),
        parameters=scalars,
    )


def load_estimator(
    kind: type[T],
    folder: Path,
    parser: str | Path | Parser | None,
    contextual: str | Sequence[str],
    trust: str | Sequence[str],
) -> T:
    """Load an estimator of a class for `TreeEstimator.load`. Raises the same errors."""
    from treenn.estimators.regressor import TreeRegressor

    is_regressor = issubclass(kind, TreeRegressor)
    tasks = ("node-scores", "dependency-scores") if is_regressor else ("nodes", "dependencies")
    network = load_model(folder, contextual, trust, task=tasks)
    path = model_folder(folder) / ESTIMATOR
    record = ESTIMATOR_SCHEMA.read(path) if path.exists() else _of_training(network)
    estimator: Any = kind(**_parameters(kind, record, network, path) | _parsing(record, network, parser, path))
    try:
        estimator._check_parameters()
        estimator._settings()
    except InputError as error:
        raise InputError(error.marked, source=path) from None
    estimator.model_ = network
    restore = _restore_scores if is_regressor else _restore_classes
    restore(estimator, record, network, path)
    fitted: T = estimator
    return fitted


def _restore_scores(estimator: Any, record: EstimatorRecord, network: Network, path: Path) -> None:
    low, high = ScoreScale.of(network.task.score_range)
    mean = (low + high) / 2 if record.mean is None else record.mean
    if not low <= mean <= high:
        raise InputError(f"'mean' is {mean:g}; it must be in the range of scores, {low:g} to {high:g}", source=path)
    estimator.score_range_, estimator.mean_ = (low, high), mean


def _restore_classes(estimator: Any, record: EstimatorRecord, network: Network, path: Path) -> None:
    estimator.classes_ = _classes(record, network, path)
    estimator.class_prior_ = np.array(record.class_prior, dtype=np.float64)


def _of_training(network: Network) -> EstimatorRecord:
    """The record of a model of `treenn train`: the labels are the names of the classes, equally probable."""
    names = network.classes or ()
    return EstimatorRecord("", names, (1 / len(names),) * len(names) if names else ())


def _classes(record: EstimatorRecord, network: Network, path: Path) -> np.ndarray[Any, Any]:
    labels = list(record.classes)
    kinds = set(map(type, labels))
    classes = np.empty(len(labels), dtype=object)
    classes[:] = labels
    if len(kinds) == 1:
        classes = np.array(labels)
    if class_names(classes) != network.classes:
        raise InputError("'classes' are not those of config.json", source=path)
    return classes


def _parameters(kind: Any, record: EstimatorRecord, network: Network, path: Path) -> dict[str, Any]:
    """The parameters other than those of parsing. The network and its contextual encoder are the validated ones."""
    known = set(kind().get_params(deep=False)) - set(_UNRECORDED)
    if unknown := sorted(record.parameters.keys() - known):
        raise InputError(f"'parameters' has {unknown[0]!r}, which is no parameter of {kind.__name__}", source=path)
    assert network.settings is not None
    settings = {name: getattr(network.settings, name) for name in setting_names()}
    if not record.estimator:
        settings = {**settings, "patience": None, "restarts": 1}
    values = {**settings, **record.parameters, "model": settings["model"], "contextual": settings["contextual"]}
    values |= {"vectors": record.vectors, "random_state": record.random_state}
    if network.classes is None:
        return values | {"score_range": record.score_range}
    return values | {"class_weight": record.class_weight, "scale": network.scale}


def _parsing(
    record: EstimatorRecord, network: Network, parser: str | Path | Parser | None, path: Path
) -> dict[str, Any]:
    """The parser and the tokenizer: those of the training texts, or the given parser."""
    parsing = network.text_parsing
    if parser is None and record.own_parser:
        raise InputError(f"the parser is not recorded; name it: {argument('parser', 'PARSER')}", source=path)
    values: dict[str, Any] = {} if parser is None else {"parser": parser}
    if parsing is None:
        return values
    if parser is None:
        parsing.check_permitted(name="parser")
    return {"parser": parsing.trees, "tokenizer": parsing.tokenizer} | values
