"""Classification of all nodes of trees, or only of roots.

`NodeTask` is the part that is independent of the kind of labels.

"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from treenn.encoders import NO_LABEL, TreeTable, pack
from treenn.encoders.tree_table import class_numbers
from treenn.evaluation.metrics import METRICS
from treenn.evaluation.predictions import Predictions
from treenn.models.heads import Head, node_loss, soft_node_loss
from treenn.models.names import check_reads_trees
from treenn.models.network import Network, check_probabilities
from treenn.models.settings import Settings
from treenn.models.task import SoftTargets, Task
from treenn.trees import Tree
from treenn.trees.errors import InputError


class NodeTask(Task):
    """Base class of tasks with labels at the nodes of trees."""

    has_phrases = True
    weighs_examples = True

    def averages_examples(self, settings: Settings) -> bool:
        """True."""
        return True

    def tree(self, example: Any) -> Tree:
        """The tree of an example (default: the example)."""
        tree: Tree = example
        return tree

    def read(self, network: Network, examples: Sequence[Any]) -> Sequence[Any]:
        """The trees as the network reads them (default: `tree` of each example)."""
        return examples if self._reads_trees else [self.tree(example) for example in examples]

    @property
    def _reads_trees(self) -> bool:
        return type(self).tree is NodeTask.tree

    def batch(self, network: Network, trees: Sequence[Any]) -> Any:
        """Pack trees of `read` as one forest. Equal subtrees share a row if the network supports it."""
        return pack(trees, dedup=network.supports_dedup)

    def forest(self, batch: Any) -> Any:
        """The encoder's input of a batch (default: the batch)."""
        return batch

    def by_node(self, batch: Any, rows: Tensor, *, roots_only: bool, fill: float = 0.0) -> Tensor:
        """Place values at nodes, in the order of the trees. Nodes without a value have `fill`.

        Shape: `(N, ...)` in the rows of the forest, or `(T, ...)` with `roots_only`, to `(N, ...)`.
        """
        return rows[batch.unsorted_indices.to(rows.device)] if not roots_only else at_ends(rows, batch.sizes, fill)

    def scores(self, network: Network, packed: Any, *, roots_only: bool) -> Tensor:
        """The head's output. Shape: `(N, outputs)` in the forest's rows, with `roots_only` `(T, outputs)`."""
        forest = self.forest(packed)
        scores: Tensor = network.head(network.encoder(forest, network.vectors(forest), roots_only=roots_only))
        return scores

    def head_loss(
        self, network: Network, batch: Any, loss_of: Callable[[Tensor, Tensor | None], Tensor], *, roots_only: bool
    ) -> Tensor:
        """The loss of the head's output, with roots weighted by `root_weight`, plus the encoder's own loss.

        Args:
            network: the network.
            batch: the batch.
            loss_of: the loss of the rows' output; the second argument selects rows, None for all.
            roots_only: whether the rows are those of the roots only.
        """
        forest = self.forest(batch)

        def label_loss(states: Tensor) -> Tensor:
            scores = network.head(states)
            loss = loss_of(scores, None)
            if roots_only or network.root_weight == 1:
                return loss
            return loss + (network.root_weight - 1) * loss_of(scores[forest.roots], forest.roots)

        return network.encoder.compute_loss(forest, network.vectors(forest), label_loss, roots_only=roots_only)

    def loss(self, network: Network, packed: Any, *, roots_only: bool) -> Tensor:
        """The loss of the labelled nodes or roots, plus the encoder's own loss."""
        return self.weighted_loss(network, packed, None, roots_only=roots_only)

    def row_weights(self, batch: Any, weights: Tensor | None, *, roots_only: bool) -> Tensor | None:
        """The weight of each row of the head's output. Shape: `(T,)` to `(N,)`, with `roots_only` `(T,)`."""
        if weights is None or roots_only:
            return weights
        forest = self.forest(batch)
        rows = weights.new_empty(len(forest.unsorted_indices))
        rows[forest.unsorted_indices] = weights.repeat_interleave(torch.tensor(forest.sizes, device=weights.device))
        return rows

    def check(self, treebank: Any, settings: Settings) -> None:
        """Validate that each split has trees with valid labels, and with labels for the supervision."""
        self.check_reads(treebank, settings)
        for split, trees in treebank.splits.items():
            if not trees:
                raise InputError(f"split {split!r} of treebank {treebank.name} has no tree")
            for index, tree in enumerate(trees):
                self.check_labels(tree, f"tree {index} of {treebank.name} {split}")
            self._check_labelled(treebank, split, settings)

    def check_reads(self, treebank: Any, settings: Settings) -> None:
        """Validate that networks can read these examples with this supervision."""
        check_reads_trees(settings.model, treebank.name)

    @abstractmethod
    def check_labels(self, tree: Any, place: str) -> None:
        """Validate the labels of a tree; `place` is the tree in messages."""

    def _check_labelled(self, treebank: Any, split: str, settings: Settings) -> None:
        wanted = ["nodes"] if settings.supervision != "roots" else ["roots"]
        if split == "dev" and METRICS[self.criterion(settings)].level != "node":
            wanted.append("roots")
        for units in wanted:
            of_units, trees = _which(units == "roots"), map(self.tree, treebank.splits[split])
            if all(label is None for tree in trees for label in tree.labels[of_units]):
                raise InputError(f"no {units} of split {split!r} of treebank {treebank.name} are labelled")

    def trees(self, example: Any) -> tuple[Tree, ...]:
        """The tree itself."""
        return (self.tree(example),)

    def gold(self, examples: Sequence[Any]) -> dict[str, list[Any]]:
        """`nodes`, the number of labelled nodes of each tree."""
        return {"nodes": [sum(label is not None for label in example.labels) for example in examples]}

    def unit_words(self, example: Any, *, roots_only: bool) -> Iterator[tuple[Sequence[str], ...]]:
        """The words below each node, or only below the root."""
        tree = self.tree(example)
        return ((tree.words[start:end],) for start, end in tree.spans[_which(roots_only)])


class NodeClassification(NodeTask):
    """Softmax over classes at every node, cross-entropy at the labelled ones (Socher et al. 2013, Tai et al. 2015)."""

    metric = "root"
    weighs_classes = True
    distils = True

    def make_head(self, settings: Settings) -> Head:
        """A linear classifier of node states."""
        assert self.classes is not None
        return Head(settings.size, len(self.classes), settings.dropout)

    def table(self, examples: Sequence[Any]) -> Sequence[Any]:
        """The trees as a `TreeTable`; examples that contain trees unchanged."""
        return TreeTable(examples) if self._reads_trees else examples

    def pack(self, network: Network, examples: Sequence[Any]) -> Any:
        """Pack trees as one forest."""
        return self.batch(network, self.read(network, examples))

    def weighted_loss(self, network: Network, packed: Any, weights: Tensor | None, *, roots_only: bool) -> Tensor:
        """Cross-entropy at the labelled nodes or roots, plus the encoder's own loss."""
        loss_of = self._label_loss(network, packed, weights, roots_only=roots_only)
        return self.head_loss(network, packed, loss_of, roots_only=roots_only)

    def _label_loss(
        self, network: Network, packed: Any, weights: Tensor | None, *, roots_only: bool
    ) -> Callable[[Tensor, Tensor | None], Tensor]:
        forest = self.forest(packed)
        labels, n_trees = forest.labels[forest.roots] if roots_only else forest.labels, len(forest.sizes)
        factors = self.row_weights(packed, weights, roots_only=roots_only)

        def loss_of(scores: Tensor, rows: Tensor | None) -> Tensor:
            return node_loss(scores, at(labels, rows), n_trees, network.class_weights, at(factors, rows))

        return loss_of

    def distillation_loss(
        self, network: Network, packed: Any, soft: SoftTargets, weights: Tensor | None, *, roots_only: bool
    ) -> Tensor:
        """The mean of two cross-entropies, weighted by `soft.weight`: with the labels, and with the probabilities."""
        forest, given = self.forest(packed), soft.probabilities
        probabilities = torch.empty_like(given)
        probabilities[forest.unsorted_indices] = given
        probabilities = probabilities[forest.roots] if roots_only else probabilities
        factors = self.row_weights(packed, weights, roots_only=roots_only)
        label_loss = self._label_loss(network, packed, weights, roots_only=roots_only)

        def loss_of(scores: Tensor, rows: Tensor | None) -> Tensor:
            soft_loss = soft_node_loss(scores, at(probabilities, rows), len(forest.sizes), at(factors, rows))
            return (1 - soft.weight) * label_loss(scores, rows) + soft.weight * soft_loss

        return self.head_loss(network, packed, loss_of, roots_only=roots_only)

    def outputs(self, network: Network, packed: Any, *, roots_only: bool) -> tuple[Tensor, ...]:
        """Labels and probabilities of all nodes in the order of the trees, and the trees' sizes."""
        p = network.probabilities(network(packed, roots_only=roots_only)).cpu()
        labels = self.by_node(packed, self.forest(packed).labels, roots_only=False, fill=NO_LABEL).cpu()
        return labels, self.by_node(packed, p, roots_only=roots_only), torch.tensor(packed.sizes)

    def predictions(self, *columns: Any) -> Predictions:
        """Predictions from the columns of `outputs`."""
        check_probabilities(columns[1])
        return Predictions.of(*columns, scale=self.scale)

    def check_labels(self, tree: Any, place: str) -> None:
        """Validate that the labels of a tree are class numbers."""
        count = len(self.classes or ())
        for label in set(tree.labels):
            if not (label is None or (isinstance(label, int) and 0 <= label < count)):
                raise InputError(
                    f"label {label!r} of node {tree.labels.index(label)} of {place}: "
                    f"must be a class number, 0 to {count - 1}, or None"
                )

    def gold(self, examples: Sequence[Any]) -> dict[str, list[Any]]:
        """By tree: `root`, the class of the root; `nodes`, the number of labelled nodes."""
        roots = [self.tree(example).label for example in examples]
        return {"root": [label if isinstance(label, int) else NO_LABEL for label in roots], **super().gold(examples)}

    def criterion(self, settings: Settings) -> str:
        """The accuracy over the nodes of the loss, or over roots with `spans`, as in Tai et al.'s code."""
        if settings.checkpoint == "best":
            return "all_nodes" if settings.supervision == "nodes" else "root"
        return "root" if settings.checkpoint == "best-root" else "all_nodes"

    def unit_labels(self, example: Any, *, roots_only: bool) -> list[int]:
        """The class of each node, or of the root."""
        return class_numbers(self.tree(example))[_which(roots_only)]

    def from_probabilities(self, labels: Any, probabilities: Any, sizes: Any) -> Predictions:
        """Predictions of a control for all nodes."""
        return Predictions.of(labels, probabilities, np.asarray(sizes), scale=self.scale)


def at_ends(values: Tensor, sizes: Sequence[int], fill: float) -> Tensor:
    """Place the value of each tree at its last node. Shape: `(T, ...)` to `(N, ...)`; other nodes have `fill`."""
    nodes = values.new_full((sum(sizes), *values.shape[1:]), fill)
    nodes[torch.tensor(sizes, device=values.device).cumsum(0) - 1] = values
    return nodes


def at(values: Tensor | None, rows: Tensor | None) -> Any:
    """The values of some rows; of all rows if `rows` is None."""
    return values if values is None or rows is None else values[rows]


def _which(roots_only: bool) -> slice:
    return slice(-1, None) if roots_only else slice(None)
