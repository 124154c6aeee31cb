"""The points of a map: words of a file of vectors, or phrases and sentences as a model represents them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import torch

from treenn.models.network import Network
from treenn.runtime.progress import Progress, ignore
from treenn.tasks.nodes import NodeTask
from treenn.trees import Tree
from treenn.trees.errors import InputError
from treenn.trees.palette import Scale
from treenn.vectors.table import VectorTable

Kind = Literal["word", "phrase", "sentence"]
BATCH = 100


class MapPoint(NamedTuple):
    """A point of a map.

    Args:
        text: the word, phrase or sentence.
        kind: `"word"`, `"phrase"` or `"sentence"`.
        label: the class; None without one.
        predicted: the class that the model predicts; None for words.
    """

    text: str
    kind: Kind
    label: int | None = None
    predicted: int | None = None


@dataclass(frozen=True)
class MapPoints:
    """Points and their vectors.

    Args:
        points: the points.
        vectors: `(N, d)` their vectors.
        classes: the names of the classes; empty without classes.
        scale: the scale of the classes (default: `"ordinal"`).
    """

    points: Sequence[MapPoint]
    vectors: npt.NDArray[np.float32]
    classes: tuple[str, ...] = ()
    scale: Scale = "ordinal"


def word_points(table: VectorTable, count: int) -> MapPoints:
    """The first words of a file, without classes."""
    words = table.words[:count]
    return MapPoints([MapPoint(word, "word") for word in words], table.unit[: len(words)])


def labelled_word_points(
    table: VectorTable, trees: Iterable[Tree], count: int, classes: tuple[str, ...], scale: Scale = "ordinal"
) -> MapPoints:
    """The most frequent words of trees, each with its most frequent class as a leaf.

    Args:
        table: the vectors; words without one are omitted.
        trees: the trees.
        count: the maximum number of words.
        classes: the names of the classes.
        scale: the scale of the classes (default: `"ordinal"`).

    Raises:
        InputError: if no word of the trees has a label and a vector.
    """
    labels: dict[str, Counter[int]] = defaultdict(Counter)
    for tree in trees:
        for word, label in zip(tree.words, tree.labels, strict=False):
            if isinstance(label, int):
                labels[word.lower()][label] += 1
    frequent = sorted(labels, key=lambda word: (-labels[word].total(), word))
    known = [(word, number) for word in frequent if (number := table.number(word)) is not None][:count]
    if not known:
        raise InputError("no word of these trees has a label and a vector; the treebank must have labelled words")
    points = [MapPoint(word, "word", labels[word].most_common(1)[0][0]) for word, _ in known]
    return MapPoints(points, table.unit[[number for _, number in known]], classes, scale)


def node_points(
    network: Network, trees: Sequence[Tree], count: int, seed: int = 0, progress: Progress = ignore
) -> MapPoints:
    """Sentences and phrases of two or more words, with their node states: the vectors that the head reads.

    Half of the points are sentences, as far as there are so many. Equal texts occur once.

    Args:
        network: a model with classes at the nodes of trees.
        trees: the trees, with labels or without.
        count: the maximum number of points.
        seed: the seed of the selection (default: 0).
        progress: called after every batch (default: no report).

    Raises:
        InputError: if the model has another task, or other classes than the trees.
    """
    task = network.task
    if not isinstance(task, NodeTask) or task.name != "nodes":
        raise InputError(f"the task of this model is {task.name}: must be nodes, classes of the nodes of trees")
    classes = network.classes or ()
    if any(isinstance(label, int) and label >= len(classes) for tree in trees for label in tree.labels):
        raise InputError(f"the labels of these trees are not those of the model, which has {len(classes)} classes")
    chosen = _choose(trees, count, np.random.default_rng(seed))
    found = _read(network, task, trees, sorted({tree for tree, _ in chosen}), progress)
    points, vectors = list[MapPoint](), list[npt.NDArray[np.float32]]()
    for number, node in chosen:
        tree, (states, predicted) = trees[number], found[number]
        kind: Kind = "sentence" if node == len(tree.labels) - 1 else "phrase"
        points.append(MapPoint(_text(tree, node), kind, _label(tree, node), int(predicted[node])))
        vectors.append(states[node])
    return MapPoints(points, np.stack(vectors), classes, network.scale)


_Node = tuple[int, int]
"""The number of a tree and of a node in it."""

_OfTree = tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]
"""The states of a tree's nodes, `(nodes, d)`, and the predicted classes, `(nodes,)`."""


def _choose(trees: Sequence[Tree], count: int, rng: np.random.Generator) -> list[_Node]:
    """Sentences and phrases with distinct texts in random order, half of each as far as possible."""
    sentences = _distinct(trees, [(number, len(tree.labels) - 1) for number, tree in enumerate(trees)], rng)
    inner = [
        (number, node) for number, tree in enumerate(trees) for node in range(len(tree.words), len(tree.labels) - 1)
    ]
    phrases = _distinct(trees, inner, rng)
    n_sentences = min(len(sentences), max(count - count // 2, count - len(phrases)))
    return [*sentences[:n_sentences], *phrases[: count - n_sentences]]


def _distinct(trees: Sequence[Tree], nodes: Sequence[_Node], rng: np.random.Generator) -> list[_Node]:
    found: dict[str, _Node] = {}
    for index in rng.permutation(len(nodes)):
        number, node = nodes[index]
        found.setdefault(_text(trees[number], node), (number, node))
    return list(found.values())


def _read(
    network: Network, task: NodeTask, trees: Sequence[Tree], numbers: Sequence[int], progress: Progress
) -> dict[int, _OfTree]:
    """The states and predicted classes of trees, by their numbers."""
    found: dict[int, _OfTree] = {}
    for start in range(0, len(numbers), BATCH):
        of_batch = numbers[start : start + BATCH]
        with torch.inference_mode():
            packed = network.pack([trees[number].unlabelled for number in of_batch])
            forest = task.forest(packed)
            states = network.encoder(forest, network.vectors(forest))
            rows = (task.by_node(packed, each, roots_only=False) for each in (states, network.head(states)))
            by_node, scores = (each.float().numpy() for each in rows)
        ends = np.cumsum([len(trees[number].labels) for number in of_batch])[:-1]
        parts = zip(of_batch, np.split(by_node, ends), np.split(scores.argmax(axis=1), ends), strict=True)
        found |= {number: (part, classes) for number, part, classes in parts}
        progress(start + len(of_batch), len(numbers), "node states")
    return found


def _text(tree: Tree, node: int) -> str:
    start, end = tree.spans[node]
    return " ".join(tree.words[start:end])


def _label(tree: Tree, node: int) -> int | None:
    label = tree.labels[node]
    return label if isinstance(label, int) else None
