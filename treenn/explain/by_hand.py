"""The networks of `treenn.by_hand`, unrolled; their equations include those of the backward pass."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple, TypeAlias

import numpy as np

from treenn.by_hand import elman, gru, lstm, perceptron, recursive
from treenn.by_hand.activation import Array
from treenn.explain.sequence_unrolling import Layer, UnrolledSequence
from treenn.explain.tree_unrolling import UnrolledTree
from treenn.explain.unrolled_drawing import Drawing, shape_of
from treenn.trees import Tree

_CLASSES = 5

Run: TypeAlias = Callable[[Tree, Array, int], Drawing]
"""A function from a tree, its word vectors and the hidden size to a drawing of the unrolled network."""


class ByHand(NamedTuple):
    """A network of `treenn.by_hand`.

    Args:
        home: the class whose docstring contains the equations.
        run: runs and unrolls the network.
        reads_trees: False if it reads sequences (default: False).
    """

    home: type
    run: Run
    reads_trees: bool = False


def _elman(tree: Tree, x: Array, d: int) -> Drawing:
    k, o = x.shape[1], _CLASSES
    h, z = elman.forward(elman.Elman(_zeros(d, k), _zeros(d, d), _zeros(o, d), _zeros(d), _zeros(o)), x)
    return _sequence(tree, ("x", x), ("h", h[1:]), ("z", z))


def _lstm(tree: Tree, x: Array, d: int) -> Drawing:
    states = lstm.forward(lstm.LSTM(_zeros(4 * d, x.shape[1]), _zeros(4 * d, d), _zeros(4 * d)), x)
    return _sequence(tree, ("x", x), ("[h; c]", np.hstack([states.h, states.c])[1:]))


def _gru(tree: Tree, x: Array, d: int) -> Drawing:
    states = gru.forward(gru.GRU(_zeros(3 * d, x.shape[1]), _zeros(3 * d, d), _zeros(3 * d), _zeros(d)), x)
    return _sequence(tree, ("x", x), ("h", states.h[1:]))


def _perceptron(tree: Tree, x: Array, d: int) -> Drawing:
    widths = (x.shape[1], d, _CLASSES)
    layers = [perceptron.Layer(_zeros(d, k), _zeros(d)) for k, d in pairwise(widths)]
    tables = [np.stack(rows) for rows in zip(*(perceptron.forward(layers, word) for word in x), strict=True)]
    return _sequence(tree, *zip(("x", "h_1", "z"), tables, strict=True), remembers=False)


def _recursive(tree: Tree, x: Array, d: int) -> Drawing:
    k, o = x.shape[1], _CLASSES
    net = recursive.Recursive(_zeros(d, k), _zeros(d, 2 * d), _zeros(o, d), b_x=_zeros(d), b=_zeros(d), c=_zeros(o))
    shapes = (f"{shape_of(h)} → {shape_of(z)}" for h, z in zip(*recursive.forward(net, tree, x), strict=True))
    return UnrolledTree(tree, shape_of(x[0]), tuple(shapes), legend="h → z")


BY_HAND: dict[str, ByHand] = {
    "by-hand/perceptron": ByHand(perceptron.Layer, _perceptron),
    "by-hand/elman": ByHand(elman.Elman, _elman),
    "by-hand/lstm": ByHand(lstm.LSTM, _lstm),
    "by-hand/gru": ByHand(gru.GRU, _gru),
    "by-hand/recursive": ByHand(recursive.Recursive, _recursive, reads_trees=True),
}


def _zeros(*shape: int) -> Array:
    return np.zeros(shape)


def _sequence(tree: Tree, *tables: tuple[str, Array], remembers: bool = True) -> UnrolledSequence:
    """Stacked layers, one per table. If `remembers`, layer 1 is recurrent (default: True)."""
    layers = []
    for number, (name, table) in enumerate(tables):
        below = [{(number - 1, t)} if number else set() for t in range(len(table))]
        before = [{(1, t - 1)} if remembers and number == 1 and t else set() for t in range(len(table))]
        reads = tuple(frozenset(a | b) for a, b in zip(below, before, strict=True))
        layers.append(Layer(name, tuple(map(shape_of, table)), reads))
    return UnrolledSequence(tree.words, tuple(layers))
