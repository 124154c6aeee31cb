"""What is found out about a model at the end of its run, beyond how often it is right."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

from treebanks import Pair, PairTreebank, Treebank
from treenn.analysis.calibration import calibration
from treenn.analysis.gradient_flow import reach_of_training
from treenn.analysis.minimal_pairs import minimal_pairs
from treenn.analysis.negation import negation
from treenn.analysis.operators import LISTOPS, by_group
from treenn.analysis.slices import SLICES, by_unknown_words, slices
from treenn.evaluation.pair_predictions import PairPredictions
from treenn.evaluation.predictions import Predictions
from treenn.models.building import NodeClassifier
from treenn.models.vectors import WordVectors
from treenn.training import Run
from treenn.training.tasks import task_of

AnyTreebank = Treebank | PairTreebank
SplitPredictions = Mapping[str, Predictions | PairPredictions]

_OF_OTHER_TREES = ("length", "height", "negation", "unknown_words")  # slices that look at no node below the root
_REACH_SENTENCES = 200
_SENTIMENT = ("sst", "reviews")


def analyse(run: Run, read: AnyTreebank, own: AnyTreebank, vectors: Sequence[WordVectors]) -> dict[str, Any]:
    """What a network's entry has besides the results of training (see `treenn.experiment.results`).

    Args:
        run: the trained model and what its training says of itself.
        read: the treebank as the model read it.
        own: the treebank with its own trees, in their order of words; slices go by these.
        vectors: what training was given.
    """
    history, best = run.results["history"], run.results["best_epoch"]
    predict, unseen = task_of(read, run.settings).predict, [split for split in read.splits if split != "train"]
    start = time.perf_counter()
    predictions = {split: predict(run.model, read.splits[split]) for split in unseen}
    seconds = time.perf_counter() - start
    entry = {
        "seconds_to_best": sum(epoch["seconds"] for epoch in history[:best]),
        "prediction_trees_per_second": sum(1 for split in unseen for _ in read.trees(split)) / seconds,
        **analyse_predictions(predictions, own, same_trees=read == own),
    }
    if isinstance(run.model, NodeClassifier) and isinstance(read, Treebank):
        entry |= _reach(run, run.model, read, vectors)
        if read == own and _is_sentiment(read):
            entry |= _minimal_pairs(run.model, read)
    return entry


def analyse_predictions(predictions: SplitPredictions, own: AnyTreebank, *, same_trees: bool = True) -> dict[str, Any]:
    """Calibration and slices of every split that nothing was chosen on.

    Args:
        predictions: by split, dev among them.
        own: the treebank with its own trees.
        same_trees: whether these are what was predicted.
    """
    unseen = {split: each for split, each in predictions.items() if split != "dev"}
    found = {split: _slices(each, own, split, same_trees=same_trees) for split, each in unseen.items()}
    entry: dict[str, Any] = {"slices": {split: of_split for split, of_split in found.items() if of_split}}
    if own.classes is not None:
        entry["calibration"] = calibration(
            _roots(predictions["dev"]), {split: _roots(each) for split, each in unseen.items()}
        )
    return entry


def _roots(predictions: Predictions | PairPredictions) -> tuple[Any, Any]:
    """The probabilities and the labels of whole sentences, or of pairs."""
    if isinstance(predictions, PairPredictions):
        return predictions.probabilities, predictions.targets
    return predictions.probabilities[predictions.roots], predictions.labels[predictions.roots]


def _slices(
    predictions: Predictions | PairPredictions, own: AnyTreebank, split: str, *, same_trees: bool
) -> dict[str, Any]:
    if isinstance(own, PairTreebank) or isinstance(predictions, PairPredictions):
        return _pair_slices(own.splits[split], predictions)  # type: ignore[arg-type]
    if _is_sentiment(own):
        functions = {**SLICES, "unknown_words": by_unknown_words(own.train)}
    else:
        functions = dict(LISTOPS) if own.name.startswith("listops") else {}
    if not same_trees:
        functions = {name: function for name, function in functions.items() if name in _OF_OTHER_TREES}
    found = slices(own.splits[split], predictions, functions) if functions else {}
    return found if _is_sst(own) else _unpublished(found)


def _pair_slices(pairs: Sequence[Pair], predictions: PairPredictions) -> dict[str, Any]:
    groups = [pair.group for pair in pairs if pair.group is not None]
    if predictions.scores is not None or len(groups) < len(pairs):
        return {}
    return {"operators": by_group(groups, predictions.targets, predictions.classes)}


def _is_sentiment(treebank: AnyTreebank) -> bool:
    return treebank.name.removesuffix("-binary") in _SENTIMENT


def _reach(run: Run, model: NodeClassifier, read: Treebank, vectors: Sequence[WordVectors]) -> dict[str, Any]:
    labelled = [tree for tree in read.dev if tree.label is not None][:_REACH_SENTENCES]
    return {"reach": reach_of_training(model, run.settings, labelled, vectors)} if labelled else {}


def _minimal_pairs(model: NodeClassifier, treebank: Treebank) -> dict[str, Any]:
    pairs = minimal_pairs(treebank.splits.get("test", ()), len(treebank.classes))
    if not pairs:
        return {}
    found = negation(model, pairs)
    return {"minimal_pairs": found if _is_sst(treebank) else _unpublished(found)}


def _is_sst(treebank: AnyTreebank) -> bool:
    return treebank.name.removesuffix("-binary") == "sst"


def _unpublished(found: Mapping[str, Any]) -> dict[str, Any]:
    """The same without the figures that a paper reports for SST."""
    kept = {name: value for name, value in found.items() if name != "published"}
    return {name: _unpublished(value) if isinstance(value, dict) else value for name, value in kept.items()}
