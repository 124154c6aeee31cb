"""Classification of nodes: one of several classes for every node of a tree, or only for its root."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from treebanks import Treebank
from treenn.encoders import NO_LABEL, PackedForest, pack
from treenn.encoders.forest import class_numbers
from treenn.evaluation.predictions import Predictions
from treenn.models.heads import Head, node_loss
from treenn.models.names import check_reads_trees
from treenn.models.network import Network, check_probabilities
from treenn.models.settings import Settings
from treenn.models.task import Task
from treenn.trees import Tree
from treenn.trees.errors import InputError


class NodeClassification(Task):
    """Softmax over classes at every node, cross-entropy at the labelled ones (Socher et al. 2013, Tai et al. 2015)."""

    metric = "root"
    has_phrases = True
    weighs_classes = True

    def make_head(self, settings: Settings) -> Head:
        """A linear classifier of node states."""
        assert self.classes is not None
        return Head(settings.size, len(self.classes), settings.dropout)

    def pack(self, network: Network, examples: Sequence[Tree]) -> PackedForest:
        """Trees as one forest; equal subtrees share a row if the network supports it."""
        return pack(examples, dedup=network.supports_dedup)

    def scores(self, network: Network, packed: PackedForest, *, roots_only: bool) -> Tensor:
        """Scores before the softmax. Shape: `(N, classes)` in the forest's rows, with `roots_only` `(T, classes)`."""
        scores: Tensor = network.head(network.encoder(packed, network.vectors(packed), roots_only=roots_only))
        return scores

    def loss(self, network: Network, packed: PackedForest, *, roots_only: bool) -> Tensor:
        """Cross-entropy at the labelled nodes or roots, plus the encoder's own loss."""
        labels, n_trees = packed.labels[packed.roots] if roots_only else packed.labels, len(packed.sizes)

        def label_loss(states: Tensor) -> Tensor:
            scores = network.head(states)
            loss = node_loss(scores, labels, n_trees, network.class_weights)
            if roots_only or network.root_weight == 1:
                return loss
            roots = node_loss(scores[packed.roots], labels[packed.roots], n_trees, network.class_weights)
            return loss + (network.root_weight - 1) * roots

        return network.encoder.compute_loss(packed, network.vectors(packed), label_loss, roots_only=roots_only)

    def outputs(self, network: Network, packed: PackedForest, *, roots_only: bool) -> tuple[Tensor, ...]:
        """Labels and probabilities of all nodes in the order of the trees, and the trees' sizes."""
        p = _probabilities(network, packed, roots_only=roots_only)
        return packed.labels[packed.unsorted_indices].cpu(), p, torch.tensor(packed.sizes)

    def predictions(self, *columns: Any) -> Predictions:
        """Predictions from the columns of `outputs`."""
        check_probabilities(columns[1])
        return Predictions.of(*columns)

    def check(self, treebank: Treebank, settings: Settings) -> None:
        """Validate that each split has trees, class numbers as labels, and labels that the supervision can use."""
        check_reads_trees(settings.model, treebank.name)
        for split, trees in treebank.splits.items():
            if not trees:
                raise InputError(f"split {split!r} of treebank {treebank.name} has no tree")
            _check_classes(treebank, split)
            self._check_labelled(treebank, split, settings)

    def _check_labelled(self, treebank: Treebank, split: str, settings: Settings) -> None:
        wanted = ["nodes"] if settings.supervision != "roots" else ["roots"]
        if split == "dev" and self.criterion(settings) == "root":
            wanted.append("roots")
        for units in wanted:
            of_units, trees = _which(units == "roots"), treebank.splits[split]
            if all(label is None for tree in trees for label in tree.labels[of_units]):
                raise InputError(f"no {units} of split {split!r} of treebank {treebank.name} are labelled")

    def gold(self, examples: Sequence[Tree]) -> dict[str, list[Any]]:
        """Of each tree `root`, the class of its root, and `nodes`, the number of labelled nodes."""
        return {
            "root": [tree.label if isinstance(tree.label, int) else NO_LABEL for tree in examples],
            "nodes": [sum(label is not None for label in tree.labels) for tree in examples],
        }

    def trees(self, example: Tree) -> tuple[Tree, ...]:
        """The tree itself."""
        return (example,)

    def criterion(self, settings: Settings) -> str:
        """Accuracy over the nodes with a loss; with `spans` over roots, as in Tai et al.'s code."""
        if settings.checkpoint == "best":
            return "all_nodes" if settings.supervision == "nodes" else "root"
        return "root" if settings.checkpoint == "best-root" else "all_nodes"

    def unit_labels(self, example: Tree, *, roots_only: bool) -> list[int]:
        """The class of each node, or of the root."""
        return class_numbers(example)[_which(roots_only)]

    def unit_words(self, example: Tree, *, roots_only: bool) -> Iterator[tuple[Sequence[str], ...]]:
        """The words below each node, or all words."""
        return ((example.words[start:end],) for start, end in example.spans[_which(roots_only)])

    def from_probabilities(self, labels: Any, probabilities: Any, sizes: Any) -> Predictions:
        """Predictions of a control for all nodes."""
        return Predictions.of(labels, probabilities, np.asarray(sizes))


def _which(roots_only: bool) -> slice:
    return slice(-1, None) if roots_only else slice(None)


def _probabilities(network: Network, forest: PackedForest, *, roots_only: bool) -> Tensor:
    """Class probabilities in the order of the trees; 0 below the roots with `roots_only`. Shape: `(N, classes)`."""
    scores: Tensor = network(forest, roots_only=roots_only)
    p = scores.softmax(dim=1).cpu()
    if not roots_only:
        return p[forest.unsorted_indices.cpu()]
    every = p.new_zeros(sum(forest.sizes), p.shape[1])
    every[torch.tensor(forest.sizes).cumsum(0) - 1] = p
    return every


def _check_classes(treebank: Treebank, split: str) -> None:
    """Validate that the labels of a split are numbers of the treebank's classes."""
    count = len(treebank.classes or ())
    for index, tree in enumerate(treebank.splits[split]):
        for label in set(tree.labels):
            if not (label is None or (isinstance(label, int) and 0 <= label < count)):
                raise InputError(
                    f"label {label!r} of node {tree.labels.index(label)} of tree {index} of {treebank.name} {split}: "
                    f"must be a class number, 0 to {count - 1}, or None"
                )
