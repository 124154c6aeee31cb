"""`evaluation_report`: the evaluation of a trained model on one split, with tests against other models."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from treebanks import AnyTreebank
from treebanks.own_data import DatasetSpec
from treenn.analysis.unknown_words import UnknownWords, with_unknown_words
from treenn.evaluation.metrics import METRICS
from treenn.evaluation.predictions import Predictions
from treenn.experiment.evaluate import check_split, predict_split
from treenn.experiment.evaluation_data import evaluation_data
from treenn.experiment.ledger import before, data_of, known_readings, unseen
from treenn.experiment.matching_classes import check_same_classes, in_order_of, with_classes_of
from treenn.experiment.trained_model import TrainedModel, open_model, reading_texts_of
from treenn.report.evaluation.evaluation_report import EvaluationReport
from treenn.report.evaluation.other_models import other_models
from treenn.report.evaluation.predictions_report import metric_values, report_on
from treenn.report.evaluation.two_sides import two_sides
from treenn.runtime.progress import Progress, ignore
from treenn.training.run_results import portable_origin
from treenn.trees import OnError
from treenn.trees.arguments import AnyPath, Probability, checked
from treenn.trees.errors import InputError, argument


@checked
def evaluation_report(
    model: AnyPath,
    treebank: AnyTreebank | AnyPath | None = None,
    split: str = "test",
    *,
    against: AnyPath | Sequence[AnyPath] = (),
    binary: bool = False,
    unknown_words: Sequence[Probability] = (),
    spec: DatasetSpec | None = None,
    given: Collection[str] | None = None,
    contextual: str | Sequence[str] = (),
    trust: str | Sequence[str] = (),
    command: str = "treenn.evaluation_report",
    on_error: OnError | None = None,
    progress: Progress = ignore,
) -> EvaluationReport:
    """Evaluate a trained model on a split: metrics with intervals, scores by class, calibration, and paired tests.

    The tests compare two trained models on the same examples, not two methods, which `treenn.compare` compares over
    several seeds. Texts are read as in the training of the first model, and parsed again for models with another
    parser.

    An evaluation on any split but train and dev is a reading of each model, as in `treenn.evaluate`. The metrics and
    predictions are added to the `results.json` of folders of training runs; other folders are not written to.

    Args:
        model: a folder of `treenn train`, of a run of `treenn compare` or `reproduce` or of `treenn export`, or
            `sentiment`, the model that ships with treenn.
        treebank: the treebank, its name, or a folder or file (`treenn.experiment.evaluation_data`; default: the data of
            the model's training).
        split: the split (default: `"test"`).
        against: other models with the same classes (default: none).
        binary: whether to evaluate the two sides of an ordinal scale, by their total probabilities, without the
            examples of its middle class (default: False).
        unknown_words: shares of words to replace by unknown ones, in further predictions of the first model
            (`treenn.analysis.unknown_words`; default: none).
        spec: the form, labels and trees of a folder or file (default: inferred, and as in the model's training).
        given: the fields of `spec` that are given (default: None, those that differ from their defaults).
        contextual: the contextual encoders that the models may name, as in `treenn.load_model` (default: none).
        trust: the modules that the models may name, as in `treenn.load_model` (default: none).
        command: the command in the ledger and in the report.
        on_error: called with the error of each skipped example (default: None, the first error is raised).
        progress: called after every batch and every bootstrap sample (default: no report).

    Raises:
        InputError: if a model cannot be loaded, is for another task or other classes, or is given twice; if the
            treebank has no such split, or the ledger cannot be written; with `binary`, if the classes are nominal;
            with `unknown_words`, if the examples are not binary trees with classes.
    """
    others = [against] if isinstance(against, AnyPath) else list(against)
    models = [open_model(each, contextual, trust) for each in (model, *others)]
    _check_models(models)
    models = [models[0], *(reading_texts_of(each, models[0]) for each in models[1:])]
    if isinstance(treebank, AnyTreebank):
        data = treebank
    else:
        how: dict[str, Any] = {"given": given, "on_error": on_error, "progress": progress}
        data = evaluation_data(models[0], treebank, spec or DatasetSpec(), split=split, **how)
    check_split(data, split)
    task = models[0].network.task
    relabelled = with_classes_of(models[0].network, data, split, models[0].path)
    examples: Sequence[Any] = relabelled.splits[split]
    both = two_sides(task, examples) if binary else None
    if unknown_words and task.name != "nodes":
        raise InputError(f"{argument('unknown_words')}: the model must predict classes of binary trees")
    earlier = _earlier_configurations(models, data, split)
    found = predict_split(models, data, split, command=command, progress=progress)
    found = [in_order_of(each, model.network.classes, task.classes) for model, each in zip(models, found, strict=True)]
    replaced = _of_unknown_words(models[0], relabelled, split, unknown_words, progress)
    if both is not None:
        task, examples, kept = both
        found = [each.sides.take(kept) for each in found]
        replaced = {share: each.sides.take(kept) for share, each in replaced.items()}
    name, *names = _names(models)
    described = {"command": command, "model": name, **_described(models[0], data, split)}
    first = report_on(task, examples, found[0], progress, below_roots=models[0].reads_gold_trees, **described)
    compared = {
        name: (predictions, metric_values(predictions, first.metrics, progress))
        for name, predictions in zip(names, found[1:], strict=True)
    }
    rows = tuple(_summary(share, each) for share, each in replaced.items())
    first = replace(first, earlier_configurations=earlier, unknown_words=rows)
    return replace(first, against=other_models(first, compared))


def _check_models(models: Sequence[TrainedModel]) -> None:
    """Validate that the models differ, and have the same classes."""
    paths = [Path(model.path).resolve() for model in models]
    for model, path in zip(models[1:], paths[1:], strict=True):
        if paths.count(path) > 1:
            raise InputError(f"{argument('against')} {model.path}: must be another model; it is given twice")
        check_same_classes(model.network, models[0].network, model.path, models[0].path)


def _names(models: Sequence[TrainedModel]) -> list[str]:
    """The names of the models, with numbers after equal names."""
    names = [model.name for model in models]
    return [
        name if names.count(name) == 1 else f"{name} ({names[: index + 1].count(name)})"
        for index, name in enumerate(names)
    ]


def _earlier_configurations(models: Sequence[TrainedModel], treebank: AnyTreebank, split: str) -> int | None:
    if not unseen([split]):
        return None
    shown = {model.configuration(treebank) for model in models}
    return before(known_readings(treebank), treebank.name, split, shown)


def _of_unknown_words(
    model: TrainedModel, treebank: AnyTreebank, split: str, shares: Sequence[float], progress: Progress
) -> dict[float, Predictions]:
    """The predictions of whole sentences with each share of their words replaced, 0 first; empty without shares."""
    if not shares:
        return {}
    trees: Sequence[Any] = model.read(treebank).splits[split]
    return {
        share: model.network.predict(
            with_unknown_words(trees, share, model.network.vocabulary), roots_only=True, progress=progress
        )
        for share in sorted({0.0, *shares})
    }


def _summary(share: float, predictions: Predictions) -> UnknownWords:
    positive = float(predictions.positive[predictions.roots].mean()) if predictions.scale == "ordinal" else None
    return UnknownWords(share, METRICS["root"].compute(predictions), positive)


def _described(model: TrainedModel, treebank: AnyTreebank, split: str) -> dict[str, Any]:
    """The fields of a report on the model and the data."""
    assert model.network.settings is not None
    return {
        "network": model.network.settings.model,
        "seed": None if model.results is None else model.results.seed,
        "treebank": treebank.name,
        "split": split,
        "data": data_of(treebank, split),
        "origin": portable_origin(treebank.origin),
    }
