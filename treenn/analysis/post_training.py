"""Post-training analysis: calibration, slices, gradient flow, minimal pairs."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Any

from treebanks import AnyTreebank
from treenn.analysis.calibration import SplitCalibration, calibration
from treenn.analysis.gradient_flow import TrainingGradientFlow, gradient_flow_of_training
from treenn.analysis.histogram import Slice
from treenn.analysis.minimal_pairs import minimal_pairs
from treenn.analysis.negation import NegationResults, negation
from treenn.analysis.operators import LISTOPS, by_group
from treenn.analysis.slices import SLICES, by_unknown_words, slices
from treenn.evaluation.metrics import METRICS, Labelling
from treenn.evaluation.predictions import PairPredictions, Predictions
from treenn.models.network import Network
from treenn.models.vectors import WordVectors
from treenn.training import Run
from treenn.training.run_results import TrainingResults, measure_splits, unseen_predictions
from treenn.trees.json_records import Key

SplitPredictions = Mapping[str, Any]

_OF_OTHER_TREES = ("length", "height", "negation", "unknown_words")  # slices that look at no node below the root
_GRADIENT_SENTENCES = 200
_SENTIMENT = ("sst", "reviews")


@dataclass(frozen=True, kw_only=True)
class RunAnalysis:
    """Post-training analysis of a run.

    Args:
        seconds_to_best: the training time up to the end of the best epoch.
        prediction_trees_per_second: the prediction speed on all evaluated splits.
        slices: by split and name, without dev.
        calibration: by split, without dev; None for a split without labels.
        minimal_pairs: the effect of negation, for sentiment.
        gradient_flow: gradient norms by distance, over 200 sentences of dev.
    """

    seconds_to_best: float | None = None
    prediction_trees_per_second: float | None = None
    slices: Mapping[str, Mapping[str, Slice]] = field(default_factory=dict)
    calibration: Mapping[str, SplitCalibration | None] = field(default_factory=dict)
    minimal_pairs: NegationResults | None = None
    gradient_flow: Annotated[TrainingGradientFlow | None, Key("reach")] = None


def analyse(
    run: Run, read: AnyTreebank, own: AnyTreebank, vectors: Sequence[WordVectors]
) -> tuple[TrainingResults, RunAnalysis]:
    """Evaluate a trained network on every split but train, and analyse it.

    Args:
        run: the trained model and its training results.
        read: the treebank as the model read it.
        own: the treebank with its own trees, in their order of words, for slices.
        vectors: the word vectors used in training.

    Returns:
        The training results, with the metrics of these splits and the predictions, and the analysis.
    """
    history, best = run.results.history, run.results.best_epoch
    unseen = [split for split in read.splits if split != "train"]
    start = time.perf_counter()
    task = run.model.task
    predictions = {split: task.evaluate(run.model, read, split, roots_only=task.roots_only) for split in unseen}
    seconds = time.perf_counter() - start
    result = replace(
        analyse_predictions(predictions, own, same_trees=read == own),
        seconds_to_best=sum(epoch.seconds for epoch in history[:best]),
        prediction_trees_per_second=sum(1 for split in unseen for _ in read.trees(split)) / seconds,
    )
    if run.model.task.name == "nodes":
        result = replace(result, gradient_flow=_gradient_flow(run, run.model, read, vectors))
        if read == own and _is_sentiment(read):
            result = replace(result, minimal_pairs=_minimal_pairs(run.model, read))
    measured: dict[str, Any] = {
        "metrics": measure_splits(predictions),
        "predictions": unseen_predictions(predictions),
        "environment": {**run.results.environment, **_signatures(predictions)},
    }
    return replace(run.results, **measured), result


def _signatures(predictions: SplitPredictions) -> dict[str, str]:
    """The signatures of sacrebleu for translations: versions and parameters on which the metrics depend."""
    found = {name: text for each in predictions.values() for name, text in getattr(each, "signatures", {}).items()}
    return {f"{METRICS[name].title} signature": text for name, text in found.items()}


def analyse_predictions(predictions: SplitPredictions, own: AnyTreebank, *, same_trees: bool = True) -> RunAnalysis:
    """Calibration and slices of every split but dev.

    Args:
        predictions: by split, with dev.
        own: the treebank with its own trees.
        same_trees: whether the predictions are for these trees (default: True).
    """
    unseen = [split for split in predictions if split != "dev"]
    by_split = {split: _slices(predictions[split], own, split, same_trees=same_trees) for split in unseen}
    result = RunAnalysis(slices={split: slices for split, slices in by_split.items() if slices})
    if own.classes and hasattr(predictions["dev"], "whole_probabilities"):
        whole = {split: each.whole_probabilities for split, each in predictions.items()}
        return replace(result, calibration=calibration(whole.pop("dev"), whole))
    return result


def _slices(predictions: Any, own: AnyTreebank, split: str, *, same_trees: bool) -> dict[str, Slice]:
    """The slices that exist for this kind of predictions."""
    if predictions.kind == "nodes":
        return _node_slices(predictions, own, split, same_trees=same_trees)
    return _pair_slices(own.splits[split], predictions) if predictions.kind == "pairs" else {}


def _node_slices(predictions: Predictions, own: Any, split: str, *, same_trees: bool) -> dict[str, Slice]:
    if _is_sentiment(own):
        functions = {**SLICES, "unknown_words": by_unknown_words(own.trees("train"))}
    else:
        functions = dict(LISTOPS) if own.name.startswith("listops") else {}
    if not same_trees:
        functions = {name: function for name, function in functions.items() if name in _OF_OTHER_TREES}
    return slices(own.trees(split), predictions, functions) if functions else {}


def _pair_slices(pairs: Sequence[Any], predictions: PairPredictions) -> dict[str, Slice]:
    groups = [pair.group for pair in pairs if pair.group is not None]
    if len(groups) < len(pairs):
        return {}
    return {"operators": by_group(groups, predictions.targets, predictions.classes)}


def _is_sentiment(treebank: AnyTreebank) -> bool:
    """Return True for a known treebank of sentiment, and for other trees with negative and positive classes."""
    if treebank.origin is None:
        return treebank.name.removesuffix("-binary") in _SENTIMENT
    is_english = treebank.origin.spec.language in (None, "en")
    return is_english and METRICS["root_binary"].suits(
        Labelling(treebank.classes or (), scale=treebank.scale or "score")
    )


def _gradient_flow(run: Run, model: Network, read: Any, vectors: Sequence[WordVectors]) -> TrainingGradientFlow | None:
    labelled = [tree for tree in read.dev if tree.label is not None][:_GRADIENT_SENTENCES]
    return gradient_flow_of_training(model, run.settings, labelled, vectors) if labelled else None


def _minimal_pairs(model: Network, treebank: Any) -> NegationResults | None:
    pairs = minimal_pairs(treebank.splits.get("test", ()), len(treebank.classes))
    return negation(model, pairs) if pairs else None
