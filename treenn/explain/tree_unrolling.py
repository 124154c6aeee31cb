"""A tree network unrolled over a tree: a state at every node, made of those of its children."""

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
    """A tree, and the shape of what is at each of its nodes.

    Args:
        tree: the tree.
        word: the shape of a word's vector.
        shapes: of each node, in the tree's own numbering.
        legend: what a shape is of.
        down: whether nodes also read their parents.
    """

    tree: Tree
    word: str
    shapes: tuple[str, ...]
    legend: str
    down: bool = False

    def text(self, width: int) -> str:
        """See `Drawing.text`: the tree as `draw_text` draws it, a shape at every node."""
        words = tuple(f"{word} ← x {self.word}" for word in self.tree.words)
        drawn = draw_text(replace(self.tree, words=words, labels=self.shapes), width=width)
        notes = [f"At every node: {self.legend}.", *(["Every node also reads its parent."] if self.down else [])]
        return "\n".join([drawn, "", *notes])

    def graph(self) -> networkx.DiGraph:
        """See `Drawing.graph`: words at the bottom, their vectors over them, then nodes as high as they are."""
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
    """Run a network over a tree and see what comes out at every node.

    A node's shape is that of the cell's state there and, where the encoder gives something else, of that too.
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
