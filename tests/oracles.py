"""Slow reference implementations, node by node."""

from __future__ import annotations

import torch
from torch import Tensor

from treenn.cells import BinaryTreeLSTM, Cell
from treenn.trees import Tree


class ByAutograd(BinaryTreeLSTM):
    """The binary Tree-LSTM without its affine form."""

    def fused_form(self) -> None:
        return None


def node_by_node(cell: Cell, tree: Tree, x: Tensor) -> Tensor:
    """Outputs of all nodes of one tree under autograd, in the tree's numbering."""
    states = [cell.leaf(x[word : word + 1]) for word in range(len(tree.words))]
    for left, right in tree.merges:
        states.append(cell.compose(states[left], states[right]))
    return torch.cat([cell.output(state) for state in states])


def split_words(trees: list[Tree], x: Tensor) -> list[Tensor]:
    """The rows of the words of each tree."""
    return list(torch.split(x, [len(tree.words) for tree in trees]))
