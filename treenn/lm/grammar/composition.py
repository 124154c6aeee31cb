"""Composition functions of grammars: from the vectors of a node's children to the node's."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence

from treenn.cells import Cell
from treenn.encoders.sweep import add_gradients
from treenn.lm.grammar.packing import PackedDerivations
from treenn.runtime.arrays import IntArray
from treenn.runtime.parameters import SizedModule
from treenn.runtime.single_backward import single_backward
from treenn.sequences import LSTM
from treenn.sequences.packed import Packing
from treenn.trees.arguments import Width, checked


class Composition(SizedModule):
    """The base of composition functions.

    Args:
        input_size: the width of the vectors of words and of categories.
        state_size: the width of a state.
        output_size: the width of the part of a state that the stack reads.

    Shape: `n` nodes with `m` children in all, `x` = input_size, `s` = state_size, `v` = output_size.
    """

    has_categories: ClassVar[bool] = True
    """False if only unlabelled binary trees can be composed."""

    def __init__(self, input_size: int, state_size: int, output_size: int) -> None:
        super().__init__(input_size, output_size)
        self.state_size = state_size

    @abstractmethod
    def leaf(self, x: Tensor) -> Tensor:
        """Returns the states of words. Shape: `(n, x)` to `(n, s)`."""

    @abstractmethod
    def open(self, x: Tensor) -> Tensor:
        """Returns the vectors of open nodes from those of their categories. Shape: `(n, x)` to `(n, v)`."""

    @abstractmethod
    def compose(self, categories: Tensor, children: Tensor, counts: Sequence[int]) -> Tensor:
        """Returns the states of nodes.

        Args:
            categories: `(n, x)` the vectors of their categories.
            children: `(m, s)` the states of their children, node by node.
            counts: the number of children of each, in descending order.

        Shape: the result is `(n, s)`.
        """

    def output(self, state: Tensor) -> Tensor:
        """Returns the part of a state that the stack reads, its first columns. Shape: `(n, s)` to `(n, v)`."""
        return state[:, : self.output_size]


class BiLSTMComposition(Composition):
    """The composition function of Dyer et al. 2016, section 4.1.

    One LSTM reads the vector of the category and the children from left to right, another the category and the
    children from right to left:

        v = tanh(W [→h; ←h] + b)

    where →h and ←h are the last states of both.

    Args:
        input_size: the width of all vectors.
    """

    @checked
    def __init__(self, input_size: Width) -> None:
        super().__init__(input_size, input_size, input_size)
        self.forward_net, self.backward_net = LSTM(input_size, input_size), LSTM(input_size, input_size)
        self.linear = nn.Linear(2 * input_size, input_size)

    def leaf(self, x: Tensor) -> Tensor:
        """See `Composition.leaf`."""
        return x

    def open(self, x: Tensor) -> Tensor:
        """See `Composition.open`."""
        return x

    def compose(self, categories: Tensor, children: Tensor, counts: Sequence[int]) -> Tensor:
        """See `Composition.compose`."""
        sequences = ChildSequences(counts)
        last = torch.from_numpy(sequences.last).to(categories.device)
        read = torch.cat([categories, children])
        ends = []
        for net, order in ((self.forward_net, sequences.forward), (self.backward_net, sequences.backward)):
            data = read.index_select(0, torch.from_numpy(order).to(read.device))  # (n + m, x)
            ends.append(net(PackedSequence(data, sequences.alive)).data.index_select(0, last))  # (n, x)
        return torch.tanh(self.linear(torch.cat(ends, dim=1)))


class CellComposition(Composition):
    """Composition by a cell of `treenn.cells`, for binary trees without categories.

    Args:
        cell: the cell.
    """

    has_categories = False

    def __init__(self, cell: Cell) -> None:
        super().__init__(cell.input_size, cell.state_size, cell.output_size)
        self.cell = cell

    def leaf(self, x: Tensor) -> Tensor:
        """See `Composition.leaf`."""
        return self.cell.leaf(x)

    def open(self, x: Tensor) -> Tensor:
        """See `Composition.open`; binary trees have no open nodes."""
        return x.new_empty(len(x), self.output_size)

    def compose(self, categories: Tensor, children: Tensor, counts: Sequence[int]) -> Tensor:
        """See `Composition.compose`; `categories` is not read."""
        return self.cell.compose(children[0::2], children[1::2])

    def output(self, state: Tensor) -> Tensor:
        """See `Composition.output`."""
        return self.cell.output(state)


class ChildSequences:
    """Nodes as packed sequences of their category and children, from left to right and from right to left.

    The categories of all nodes are read from the first rows of a table, the children from the rows below, node by node.

    Shape: `n` nodes, `m` children.

    Args:
        counts: the number of children of each node, in descending order.

    >>> sequences = ChildSequences([2, 1])  # nodes 0 and 1, with the children 2, 3 and 4
    >>> sequences.forward.tolist(), sequences.backward.tolist(), sequences.alive.tolist(), sequences.last.tolist()
    ([0, 1, 2, 4, 3], [0, 1, 3, 4, 2], [2, 2, 1], [4, 3])
    """

    def __init__(self, counts: Sequence[int]) -> None:
        n, each = len(counts), np.asarray(counts, dtype=np.int64)
        alive, first, time, node = Packing.of(each + 1)
        starts = n + np.cumsum(each) - each
        self.alive = torch.from_numpy(alive)
        self.forward: IntArray = np.where(time == 0, node, starts[node] + time - 1)  # (n + m,)
        self.backward: IntArray = np.where(time == 0, node, starts[node] + each[node] - time)  # (n + m,)
        self.last: IntArray = first[each] + np.arange(n)  # (n,)


def compose_all(composition: Composition, batch: PackedDerivations, x: Tensor) -> Tensor:
    """Returns the vectors of all words, inner nodes and open nodes of a batch, height by height.

    Shape: `x` `(W + K, x)`, the words and the categories; the result `(W + I + K, v)`.
    """
    words, categories = x[: batch.n_words], x[batch.n_words :]
    leaves, parameters = composition.leaf(words), list(composition.parameters())
    differentiate = torch.is_grad_enabled() and (leaves.requires_grad or any(p.requires_grad for p in parameters))
    states: Tensor = _ByHeight.apply(composition, batch, differentiate, leaves, categories, *parameters)  # type: ignore[no-untyped-call]
    outputs = composition.output(states)
    return torch.cat([outputs, composition.open(categories)]) if composition.has_categories else outputs


class _ByHeight(torch.autograd.Function):
    """One small autograd graph per height, joined by hand in the backward pass, as `treenn.encoders.sweep`."""

    @staticmethod
    def forward(
        ctx: Any,
        composition: Composition,
        batch: PackedDerivations,
        differentiate: bool,
        leaves: Tensor,
        categories: Tensor,
        *parameters: Tensor,
    ) -> Tensor:
        row = len(leaves)
        states = leaves.new_empty(row + sum(len(nodes.counts) for nodes in batch.heights), leaves.shape[1])
        states[:row] = leaves
        ctx.graphs, ctx.parameters, ctx.n_words, ctx.categories = [], parameters, row, categories
        for nodes in batch.heights:
            labels = categories.detach().index_select(0, nodes.categories).requires_grad_(differentiate)  # (n, x)
            children = states.index_select(0, nodes.children).requires_grad_(differentiate)  # (m, s)
            with torch.set_grad_enabled(differentiate):
                parents = composition.compose(labels, children, nodes.counts)  # (n, s)
            rows = slice(row, row + len(nodes.counts))
            states[rows], row = parents.detach(), rows.stop
            if differentiate:
                ctx.graphs.append((nodes, rows, (labels, children), parents))
        return states

    @staticmethod
    @single_backward
    def backward(ctx: Any, *grad_outputs: Tensor) -> tuple[Tensor | None, ...]:
        grad_states, grad_categories = grad_outputs[0].clone(), torch.zeros_like(ctx.categories)
        totals: list[Tensor | None] = [None] * len(ctx.parameters)
        for nodes, rows, inputs, parents in reversed(ctx.graphs):
            # The graphs are retained, as a caller may run the backward pass twice.
            of_labels, of_children, *of_parameters = torch.autograd.grad(
                parents, (*inputs, *ctx.parameters), grad_states[rows], allow_unused=True, retain_graph=True
            )
            if of_labels is not None:
                grad_categories.index_add_(0, nodes.categories, of_labels)
            grad_states.index_add_(0, nodes.children, of_children)
            totals = add_gradients(totals, of_parameters)
        return None, None, None, grad_states[: ctx.n_words], grad_categories, *totals
