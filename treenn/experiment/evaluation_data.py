"""The data of an evaluation: a known treebank, a folder or file, or those of the model's training."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from treebanks import AnyTreebank
from treebanks.own_data import DatasetSpec
from treebanks.own_data.dataset_toml import with_file
from treebanks.own_data.split_files import form_of
from treenn.datasets.loading import NO_SPEC, is_known, load_dataset
from treenn.experiment.reload import read_again
from treenn.experiment.trained_model import TrainedModel
from treenn.runtime.progress import Progress, ignore
from treenn.trees import OnError
from treenn.trees.errors import InputError, argument

_SAME_COLUMNS = ("text_column", "label_column", "label_level", "binarize", "untagged")
"""The fields of the training data that apply to other files of the same form."""


def evaluation_data(
    model: TrainedModel,
    source: str | Path | None = None,
    spec: DatasetSpec = NO_SPEC,
    *,
    split: str = "test",
    given: Collection[str] | None = None,
    on_error: OnError | None = None,
    progress: Progress = ignore,
) -> AnyTreebank:
    """Load the data of an evaluation.

    A folder needs no train and dev. A file is read as one split. A file with the name of the training file, if that was
    split, is split in the same way, so that no training example is evaluated.

    The classes are the model's, unless `dataset.toml` or `spec` declares others. Texts are parsed as in training. Files
    of the same form as in training have the same columns by default.

    Args:
        model: the model.
        source: a known treebank's name, a folder or a file (default: None, the data of the model's training).
        spec: the specification, which overrides these defaults (default: none).
        split: the name of the split of a file (default: `"test"`).
        given: the fields of `spec` that are given (default: None, those that differ from their defaults).
        on_error: called with the error of each skipped example (default: None, the first error is raised).
        progress: called while texts are parsed.

    Raises:
        InputError: if there is no such source, an example is malformed, or has a label that the model lacks.
    """
    if source is None:
        return _of_training(model)
    if spec == NO_SPEC and _was_split(model, source):
        return _again(model, str(source))
    if is_known(source):
        return load_dataset(source, spec, on_error=on_error)
    if Path(source).exists():
        spec, given = _with_columns(model, Path(source), spec, given)
    how: dict[str, Any] = {"given": given, "like": model.network, "on_error": on_error, "progress": progress}
    data = load_dataset(source, spec, **how)
    if Path(source).is_dir() or list(data.splits) != ["test"]:
        return data
    of_any_kind: Any = data
    renamed: AnyTreebank = replace(of_any_kind, splits={split: data.splits["test"]})
    return renamed


def _was_split(model: TrainedModel, source: str | Path) -> bool:
    """Return True if a source has the name of the model's training file, and that file was split."""
    origin = None if model.results is None else model.results.origin
    return origin is not None and origin.spec.split is not None and Path(origin.path).name == Path(source).name


def _of_training(model: TrainedModel) -> AnyTreebank:
    results = model.results
    if results is None:
        raise InputError(f"this model has no record of its training; pass {argument('treebank')}", source=model.path)
    if results.origin is None and is_known(results.treebank):
        return load_dataset(results.treebank)
    return _again(model, "" if results.origin is None else results.origin.path)


def _again(model: TrainedModel, path: str) -> AnyTreebank:
    """The data of the model's training, at a path."""
    assert model.results is not None
    origin = model.results.origin
    again = None if origin is None else read_again(replace(origin, path=path))
    if again is None:
        raise InputError(
            f"this model was trained on {model.results.treebank}, which is not here; pass {argument('treebank')}",
            source=model.path,
        )
    return again


def _with_columns(
    model: TrainedModel, path: Path, spec: DatasetSpec, given: Collection[str] | None
) -> tuple[DatasetSpec, Collection[str] | None]:
    """Complete a specification and the given fields by the columns of training, for files of the same form."""
    origin = None if model.results is None else model.results.origin
    if origin is None or (path.is_file() and form_of(path) != origin.spec.form):
        return spec, given
    merged = with_file(spec, path, given)
    named = {each.name for each in fields(merged) if getattr(merged, each.name) != each.default} | set(given or ())
    values = {name: getattr(origin.spec, name) for name in _SAME_COLUMNS if name not in named}
    return replace(spec, **values), None if given is None else {*given, *values}
