"""Tree networks unrolled over a tree: one state per node, composed from its children's."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import torch
from rich.cells import cell_len

from treenn.cells import Cell
from treenn.encoders import Encoder, pack
from treenn.explain.unrolled_drawing import Drawing, columns, shape_of
from treenn.trees import Tree, draw_text
from treenn.trees.draw import visible

if TYPE_CHECKING:
    import networkx

_LEVEL = 3  # lines from one level to the next
_NUDGE = 10.0


@dataclass(frozen=True)
class UnrolledTree(Drawing):
    """A tree with the shape of the state at each node.

    Args:
        tree: the tree.
        word: shape of a word vector.
        shapes: shape at each node, in the tree's node order.
        legend: meaning of the shapes.
        down: True if nodes also read their parents (default: False).
    """

    tree: Tree
    word: str
    shapes: tuple[str, ...]
    legend: str
    down: bool = False

    def text(self, width: int) -> str:
        """See `Drawing.text`: the tree as drawn by `draw_text`, labelled with shapes."""
        words = tuple(f"{word} ← x {self.word}" for word in self.tree.words)
        drawn = draw_text(replace(self.tree, words=words, labels=self.shapes), width=width)
        notes = [f"At every node: {self.legend}.", *(["Every node also reads its parent."] if self.down else [])]
        return "\n".join([drawn, "", *notes])

    def graph(self) -> networkx.DiGraph:
        """See `Drawing.graph`: words at the bottom, then word vectors, then nodes by height."""
        import networkx

        tree, words = self.tree, [visible(word) for word in self.tree.words]
        graph = networkx.DiGraph(rows={_LEVEL: "x", 2 * _LEVEL: self.legend})
        box = max(map(len, (self.word, *self.shapes))) + 2
        xs = columns([max(cell_len(word), box) for word in words])
        for left, right in tree.merges:
            xs.append((xs[left] + xs[right]) / 2)
        for i, word in enumerate(words):
            graph.add_node(f"word {i}", text=word, place=(xs[i], 0), kind="word")
            graph.add_node(f"x {i}", text=self.word, place=(xs[i], _LEVEL), kind="state")
            graph.add_edges_from([(f"word {i}", f"x {i}"), (f"x {i}", i)])
        for node, shape in enumerate(self.shapes):
            graph.add_node(node, text=shape, place=(xs[node], _LEVEL * (tree.heights[node] + 2)), kind="state")
        pairs = [(child, node) for node, below in enumerate(tree.merges, start=len(words)) for child in below]
        graph.add_edges_from(pairs + [(node, child) for child, node in pairs if self.down], bent=True)
        return graph


def unroll_tree(encoder: Encoder, cell: Cell, tree: Tree) -> UnrolledTree:
    """Run an encoder over a tree, and record the shapes at every node.

    Returns:
        The tree with the shape of the cell's state at each node and, if it differs, of the encoder's output.
    """
    forest, x = pack([tree]), torch.randn(len(tree.words), encoder.input_size, dtype=torch.float64)
    states = [cell.leaf(x[i : i + 1]) for i in range(len(tree.words))]
    for left, right in tree.merges:
        states.append(cell.compose(states[left], states[right]))
    [outputs] = forest.unpack(encoder(forest, x))
    table = torch.cat(states)
    same = table.shape == outputs.shape and torch.allclose(table, outputs)
    pairs = [(shape_of(state), shape_of(output)) for state, output in zip(table, outputs, strict=True)]
    shapes = tuple(state if same else f"{state} → {output}" for state, output in pairs)
    x[0] += _NUDGE
    [nudged] = forest.unpack(encoder(forest, x))
    down = any(
        start > 0 and not torch.equal(a, b) for (start, _), a, b in zip(tree.spans, outputs, nudged, strict=True)
    )
    return UnrolledTree(tree, shape_of(x[0]), shapes, "state" if same else "state → output", down)
