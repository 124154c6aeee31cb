"""Tree networks unrolled over a tree: the gates and the state of each node, computed from its children's state."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import torch
from rich.cells import cell_len
from torch import Tensor

from treenn.cells import Cell
from treenn.encoders import Encoder, pack
from treenn.explain.gates import GATED_CELLS, gated_cell
from treenn.explain.unrolled_drawing import Drawing, columns, shape_of
from treenn.trees import Tree, draw_text
from treenn.trees.draw import visible

if TYPE_CHECKING:
    import networkx

_LEVEL = 3  # lines from one level to the next
_NUDGE = 10.0
_NAMES = "gates and candidate → state"
_ROLES = ("state", "output")


@dataclass(frozen=True)
class UnrolledTree(Drawing):
    """A tree with the names of the vectors, or the shape of the state, at each node.

    Args:
        tree: the tree.
        word: shape of a word vector.
        texts: the text at each node, in the tree's node order.
        legend: the meaning of the texts.
        down: True if nodes also read their parents (default: False).
    """

    tree: Tree
    word: str
    texts: tuple[str, ...]
    legend: str
    down: bool = False

    def text(self, width: int) -> str:
        """See `Drawing.text`: the tree as drawn by `draw_text`, labelled with the texts."""
        words = tuple(f"{word} ← x {self.word}" for word in self.tree.words)
        drawn = draw_text(replace(self.tree, words=words, labels=self.texts), width=width)
        notes = [f"At every node: {self.legend}.", *(["Every node also reads its parent."] if self.down else [])]
        return "\n".join([drawn, "", *notes])

    def graph(self) -> networkx.DiGraph:
        """See `Drawing.graph`: words at the bottom, then word vectors, then nodes by height."""
        import networkx

        tree, words = self.tree, [visible(word) for word in self.tree.words]
        graph = networkx.DiGraph(rows={_LEVEL: "x", 2 * _LEVEL: self.legend})
        box = max(map(len, (self.word, *self.texts))) + 2
        xs = columns([max(cell_len(word), box) for word in words])
        for left, right in tree.merges:
            xs.append((xs[left] + xs[right]) / 2)
        for i, word in enumerate(words):
            graph.add_node(f"word {i}", text=word, place=(xs[i], 0), kind="word")
            graph.add_node(f"x {i}", text=self.word, place=(xs[i], _LEVEL), kind="state")
            graph.add_edges_from([(f"word {i}", f"x {i}"), (f"x {i}", i)])
        for node, text in enumerate(self.texts):
            graph.add_node(node, text=text, place=(xs[node], _LEVEL * (tree.heights[node] + 2)), kind="state")
        pairs = [(child, node) for node, below in enumerate(tree.merges, start=len(words)) for child in below]
        graph.add_edges_from(pairs + [(node, child) for child, node in pairs if self.down], bent=True)
        return graph


def unroll_tree(encoder: Encoder, cell: Cell, tree: Tree) -> UnrolledTree:
    """Run an encoder over a tree, and record the named vectors and the shapes of every node.

    Returns:
        The tree with the names of the gates and of the state at each node. A cell whose equations are unknown has the
        shape of its state and, if it differs, of the encoder's output.
    """
    forest, x = pack([tree]), torch.randn(len(tree.words), encoder.input_size, dtype=torch.float64)
    states = [cell.leaf(x[i : i + 1]) for i in range(len(tree.words))]
    for left, right in tree.merges:
        states.append(cell.compose(states[left], states[right]))
    [outputs] = forest.unpack(encoder(forest, x))
    table = torch.cat(states)
    same = table.shape == outputs.shape and torch.allclose(table, outputs)
    shapes = [shape_of(table[0])] if same else [shape_of(table[0]), shape_of(outputs[0])]
    texts, legend = (" → ".join(shapes),) * len(tree), " → ".join(_ROLES[: len(shapes)])
    if type(cell) in GATED_CELLS:
        texts = _names(cell, tree, x)
        legend = " → ".join(f"{role} {shape}" for role, shape in zip(_ROLES, shapes, strict=False))
        legend = f"{_NAMES}; {legend}" if "→" in texts[-1] else legend
    return UnrolledTree(tree, shape_of(x[0]), texts, legend, _reads_parents(encoder, tree, x, outputs))


def _reads_parents(encoder: Encoder, tree: Tree, x: Tensor, outputs: Tensor) -> bool:
    """Whether the output of a node changes with the first word, if that is not in its phrase."""
    forest, nudged = pack([tree]), x.clone()
    nudged[0] += _NUDGE
    [after] = forest.unpack(encoder(forest, nudged))
    return any(start > 0 and not torch.equal(a, b) for (start, _), a, b in zip(tree.spans, outputs, after, strict=True))


def _names(cell: Cell, tree: Tree, x: Tensor) -> tuple[str, ...]:
    """The symbols at each node, without subscripts: gates and candidate, an arrow, and the state."""
    form, leaf, n = gated_cell(cell), cell.leaf(x[:1]), len(tree.words)
    word = _line(list(form.leaf(cell, x[:1])), form.state)
    phrase = _line(list(form.compose(cell, leaf, leaf)), form.state)
    return tuple(word if node < n else phrase for node in range(len(tree)))


def _line(names: list[str], state: tuple[str, ...]) -> str:
    """The names of a node's vectors; the last one is the state if `state` is empty."""
    after = [name for name in names if name in state] or names[-1:]
    before = list(dict.fromkeys(name.split("_")[0] for name in names if name not in after))
    return " → ".join(" ".join(part) for part in (before, after) if part)
