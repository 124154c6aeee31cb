"""The sentences on which two models disagree most."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import numpy.typing as npt

from treenn.evaluation.predictions import predict
from treenn.models.saving import load_model
from treenn.trees import Tree
from treenn.trees.json_records import Digits, Key


@dataclass(frozen=True)
class Answer:
    """A model's prediction for a sentence.

    Args:
        probabilities: the class probabilities of the root, averaged over seeds.
        predicted: the most probable class.
        nodes: the class of every node; None if the models could not be loaded.
    """

    probabilities: tuple[float, ...]
    predicted: Annotated[int, Key("class")]
    nodes: Digits = None


@dataclass(frozen=True)
class Disagreement:
    """A sentence on which two models disagree.

    Args:
        split: its split.
        line: its number in the split, from 1.
        gold: the gold class of its root.
        distance: the total variation between the models' probabilities, 0 to 1.
        models: the models' predictions by name.
    """

    split: str
    line: int
    gold: int
    distance: float
    models: Mapping[str, Answer]


Probabilities = Sequence[Sequence[Sequence[float]] | None]
"""The class probabilities of every root, by run; None for a run that lacks them."""


def disagreements(
    probabilities: Mapping[str, Probabilities], gold: Sequence[int], split: str = "test", most: int = 20
) -> list[Disagreement]:
    """The sentences on which two models disagree most, in descending order of distance.

    The distance is the total variation between the class probabilities, averaged over seeds: half the sum of the
    absolute differences.

    Args:
        probabilities: of both models, by name.
        gold: the gold class of each root.
        split: the split (default: `"test"`).
        most: the number of sentences (default: 20).

    Returns:
        The sentences; none if a run lacks probabilities, as those of version 1.
    """
    if any(not runs or None in runs for runs in probabilities.values()):
        return []
    means = {model: np.mean(np.array(runs, dtype=np.float64), axis=0) for model, runs in probabilities.items()}
    first, second = means.values()
    distances = np.abs(first - second).sum(axis=1) / 2
    return [
        Disagreement(
            split=split,
            line=index + 1,
            gold=gold[index],
            distance=round(float(distances[index]), 4),
            models={model: _answer(mean[index]) for model, mean in means.items()},
        )
        for index in np.argsort(-distances, kind="stable")[:most].tolist()
    ]


def node_classes(
    folders: Sequence[str | Path],
    trees: Sequence[Tree],
    contextual: str | Sequence[str] = (),
    trust: str | Sequence[str] = (),
) -> list[tuple[int, ...]]:
    """The class of every node by the mean of the probabilities of several models.

    Args:
        folders: the folders of trained models, one for each seed.
        trees: the trees.
        contextual: the contextual encoders that the folders may name, as in `treenn.load_model` (default: none).
        trust: the modules that the folders may name, as in `treenn.load_model` (default: none).

    Returns:
        The classes of each tree, in the order of its nodes.

    Raises:
        InputError: if a folder has no model; as `treenn.load_model`.
    """
    # One at a time: what an LSTM makes of all phrases of many long sentences together may be too much for the memory.
    said = [predict(load_model(folder, contextual, trust), trees, batch_size=1) for folder in folders]
    classes = np.mean([each.probabilities for each in said], axis=0).argmax(axis=1)
    ends = np.cumsum(said[0].sizes)
    return [tuple(of_tree.tolist()) for of_tree in np.split(classes, ends[:-1])]


def _answer(probabilities: npt.NDArray[np.float64]) -> Answer:
    return Answer(tuple(probabilities.round(4).tolist()), int(probabilities.argmax()))
