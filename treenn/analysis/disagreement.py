"""The sentences on which two models disagree most."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from treenn.evaluation.predictions import predict
from treenn.models.building import load_model
from treenn.trees import Tree

FloatArray = npt.NDArray[np.float64]


def disagreements(
    results: Mapping[str, Any], models: tuple[str, str], split: str = "test", most: int = 20
) -> list[dict[str, Any]]:
    """The sentences at whose roots two models' answers are farthest apart, the farthest first.

    An answer is the mean of the class probabilities over the model's seeds; how far two are apart is their total
    variation, half the sum of the differences: 0 where they are the same, 1 where they have no class in common.

    Args:
        results: a comparison's, or the part of it that is one task.
        models: the names of two rows.
        split: of the treebank.
        most: how many sentences.

    Returns:
        for each sentence `split` and `line`, from 1, which find it in the treebank; `gold`, the class of its root;
        `distance`; and `models`: by name the `probabilities` of the root and the likeliest `class`. Nothing where the
        runs of a model keep no probabilities, as those of an older treenn.
    """
    answers = {model: _mean_answer(results, model, split) for model in models}
    first, second = (answers[model] for model in models)
    if first is None or second is None:
        return []
    distances = np.abs(first - second).sum(axis=1) / 2
    gold = results["gold"][split]["root"]
    return [
        {
            "split": split,
            "line": index + 1,
            "gold": gold[index],
            "distance": round(float(distances[index]), 4),
            "models": {model: _answer(each[index]) for model, each in zip(models, (first, second), strict=True)},
        }
        for index in np.argsort(-distances, kind="stable")[:most].tolist()
    ]


def node_classes(
    folders: Sequence[str | Path], trees: Sequence[Tree], contextual: str | Sequence[str] = ()
) -> list[str]:
    """What the models of some folders together say of every node of some trees.

    Args:
        folders: of trained models, one a seed: a node's class is the likeliest by the mean of their probabilities.
        trees: of the treebank that they were trained on, of at most ten classes.
        contextual: the contextual encoders that the folders may name (`treenn.load_model`).

    Returns:
        a string a tree: one digit a node, its class, in the order of the tree's own node numbers.

    Raises:
        InputError: if a folder holds no model, as `treenn.load_model`.
    """
    # One at a time: what an LSTM makes of all phrases of many long sentences together may be too much for the memory.
    said = [predict(load_model(folder, contextual)[0], trees, batch_size=1) for folder in folders]
    classes = np.mean([each.probabilities for each in said], axis=0).argmax(axis=1)
    ends = np.cumsum(said[0].sizes)
    return ["".join(map(str, of_tree)) for of_tree in np.split(classes, ends[:-1])]


def _mean_answer(results: Mapping[str, Any], model: str, split: str) -> FloatArray | None:
    """The root's probabilities, averaged over the model's runs. Shape: `(T, classes)`."""
    answers = [run["predictions"][split].get("root_probabilities") for run in results["runs"] if run["model"] == model]
    if not answers or None in answers:
        return None
    mean: FloatArray = np.mean(np.array(answers, dtype=np.float64), axis=0)
    return mean


def _answer(probabilities: FloatArray) -> dict[str, Any]:
    return {"probabilities": probabilities.round(4).tolist(), "class": int(probabilities.argmax())}
