"""Tasks of dependency trees with labels of sentences or words.

Networks of dependency trees read the trees themselves. Other networks read the binary trees of
`treenn.trees.binarize_dependencies`. In both cases, predictions have the nodes of the binary trees: the prediction for
a word is that of its maximal projection, and a tree's last node is its root.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from treenn.encoders import DependencyEncoder, PackedDependencies, pack_dependencies
from treenn.models.network import Network
from treenn.models.settings import Settings
from treenn.runtime.tensor_batch import TensorBatch
from treenn.tasks.node_scores import NodeRegression
from treenn.tasks.nodes import NodeClassification, NodeTask
from treenn.trees import DependencyTree, Tree, binarize_dependencies
from treenn.trees.errors import InputError, argument


@dataclass(frozen=True)
class ProjectedDependencies(TensorBatch):
    """Dependency trees with the nodes of their words in the binary trees.

    Shape: `N` words, `B` nodes of the binary trees, `T` trees.

    Args:
        forest: the dependency trees.
        nodes: `(N,)` the node of each word, in the order of `forest.unsorted_indices`, among all `B` nodes.
        sizes: the number of nodes of each binary tree; they sum to `B`.
    """

    on_cpu = ("nodes",)  # as predictions are

    forest: PackedDependencies
    nodes: Tensor
    sizes: tuple[int, ...]

    @classmethod
    def of(cls, trees: Sequence[DependencyTree]) -> ProjectedDependencies:
        """Pack dependency trees."""
        nodes, sizes, first = list[int](), list[int](), 0
        for tree in trees:
            nodes += [first + node for node in binarize_dependencies(tree).nodes]
            sizes.append(2 * len(tree) - 1)
            first += sizes[-1]
        return cls(pack_dependencies(trees), torch.tensor(nodes), tuple(sizes))

    def by_node(self, rows: Tensor, fill: float) -> Tensor:
        """Place rows of the forest at nodes of the binary trees. Other nodes have the value `fill`.

        Shape: `(N, ...)` to `(B, ...)`.
        """
        nodes = rows.new_full((sum(self.sizes), *rows.shape[1:]), fill)
        nodes[self.nodes.to(rows.device)] = rows[self.forest.unsorted_indices.to(rows.device)]
        return nodes


class DependencyTask(NodeTask):
    """Base class of tasks with labels of dependency trees."""

    def tree(self, example: DependencyTree) -> Tree:
        """The binary tree."""
        return binarize_dependencies(example).tree

    def read(self, network: Network, examples: Sequence[DependencyTree]) -> Sequence[Any]:
        """The dependency trees if the encoder reads them, else their binary trees."""
        return examples if isinstance(network.encoder, DependencyEncoder) else super().read(network, examples)

    def batch(self, network: Network, trees: Sequence[Any]) -> Any:
        """Pack trees of `read` as one batch."""
        if isinstance(network.encoder, DependencyEncoder):
            return ProjectedDependencies.of(trees)
        return super().batch(network, trees)

    def forest(self, batch: Any) -> Any:
        """The forest of dependency trees, or of binary trees."""
        return batch.forest if isinstance(batch, ProjectedDependencies) else batch

    def by_node(self, batch: Any, rows: Tensor, *, roots_only: bool, fill: float = 0.0) -> Tensor:
        """As `NodeTask.by_node`, over the nodes of the binary trees."""
        if roots_only or not isinstance(batch, ProjectedDependencies):
            return super().by_node(batch, rows, roots_only=roots_only, fill=fill)
        return batch.by_node(rows, fill)

    def check_reads(self, treebank: Any, settings: Settings) -> None:
        """Validate that the supervision is not `spans`, which draws subtrees of constituency trees."""
        if settings.supervision == "spans":
            raise InputError(
                f"{argument('supervision')} spans: {treebank.name} has dependency trees; use nodes or roots"
            )


class DependencyClassification(DependencyTask, NodeClassification):
    """Softmax over classes at words or sentences, with cross-entropy at the labelled ones.

    The dependency Tree-LSTM is that of Tai et al. (2015), who label the spans of constituency trees.
    """


class DependencyRegression(DependencyTask, NodeRegression):
    """Linear regression of scores at words or sentences, as `NodeRegression`."""
