"""Sequence networks unrolled over a sentence: one state per layer and word, with their dependencies."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len, set_cell_size

from treenn.explain.unrolled_drawing import Drawing, columns
from treenn.trees.draw import visible

if TYPE_CHECKING:
    import networkx

Place = tuple[int, int]
"""A state: (layer index, word index)."""

_ROW = 4  # lines from one row of states to the next
_STAGGER = 2  # vertical offset, in lines, between layers of one height, so that no arrow crosses a box


class Layer(NamedTuple):
    """A layer with one state per word.

    Args:
        name: class of the layer.
        shapes: shape of each state.
        reads: the inputs of each state.
    """

    name: str
    shapes: tuple[str, ...]
    reads: tuple[frozenset[Place], ...]

    def below(self, number: int) -> list[int]:
        """Returns the indices of the layers that this one, with index `number`, reads."""
        return sorted({layer for reads in self.reads for layer, _ in reads} - {number})


class Result(NamedTuple):
    """The sentence representation: its name, its shape, and the states that it is computed from."""

    name: str
    shape: str
    reads: frozenset[Place]


@dataclass(frozen=True)
class UnrolledSequence(Drawing):
    """Layers over the words of a sentence.

    Args:
        words: the sentence.
        layers: the layers from bottom to top; layer 0 is the word vectors.
        result: the sentence representation, if any (default: None).
    """

    words: tuple[str, ...]
    layers: tuple[Layer, ...]
    result: Result | None = None

    def text(self, width: int) -> str:
        """See `Drawing.text`: one line per word, one column per layer; wide drawings are not truncated."""
        numbers = range(len(self.layers))
        lines = [["", "", *self._names()], ["", "", *map(self._source, numbers)]]
        for t, word in enumerate(self.words):
            lines.append([str(t + 1), visible(word), *(self._cell(number, t) for number in numbers)])
            lines.append(["", "", *(self._between(number, t) for number in numbers)])
        drawn = _table([line for line in lines if any(line)])
        if self.result is None:
            return drawn
        return f"{drawn}\n\n{self.result.name} {self.result.shape} ← {', '.join(self._spelt(self.result.reads))}"

    def graph(self) -> networkx.DiGraph:
        """See `Drawing.graph`: words from left to right, layers from bottom to top."""
        import networkx

        graph, heights = networkx.DiGraph(rows={}), self._heights()
        slots = [heights[:number].count(height) for number, height in enumerate(heights)]
        box = max(len(shape) for layer in self.layers for shape in layer.shapes) + 3
        words = [visible(word) for word in self.words]
        xs = columns([max(cell_len(word), box * (max(slots) + 1)) for word in words])
        for t, word in enumerate(words):
            graph.add_node(("word", t), text=word, place=(xs[t], 0), kind="word")
            graph.add_edge(("word", t), (0, t))
        for number, layer in enumerate(self.layers):
            y = _ROW * (heights[number] + 0.75) + _STAGGER * slots[number]
            shift = box * (slots[number] - (heights.count(heights[number]) - 1) / 2)
            graph.graph["rows"][y] = self._names()[number]
            alike = len(words) > 1 and len(set(layer.reads)) == 1
            for t, shape in enumerate(layer.shapes):
                graph.add_node((number, t), text=shape, place=(xs[t] + shift, y), kind="state")
                graph.add_edges_from(((place, (number, t)) for place in sorted(layer.reads[t])), shared=alike)
        if self.result is not None:
            self._add_result(graph, self.result)
        return graph

    def _add_result(self, graph: networkx.DiGraph, result: Result) -> None:
        """Add the result, centered above its inputs."""
        reads, top = sorted(result.reads), max(graph.graph["rows"]) + _ROW
        x = sum(graph.nodes[place]["place"][0] for place in reads) / len(reads)
        graph.add_node("result", text=result.shape, place=(x, top), kind="result")
        graph.graph["rows"][top] = result.name
        graph.add_edges_from(((place, "result") for place in reads), shared=True)

    def _names(self) -> list[str]:
        """The layers' names, numbered if they are not unique."""
        names = [layer.name for layer in self.layers]
        return [
            name if names.count(name) == 1 else f"{name} {names[: k + 1].count(name)}" for k, name in enumerate(names)
        ]

    def _heights(self) -> list[int]:
        heights: list[int] = []
        for number, layer in enumerate(self.layers):
            heights.append(1 + max((heights[below] for below in layer.below(number)), default=-1))
        return heights

    def _source(self, number: int) -> str:
        names = self._names()
        below = [names[layer] for layer in self.layers[number].below(number)]
        return f"reads {' and '.join(below)}" if below else ""

    def _cell(self, number: int, t: int) -> str:
        """A state's shape and, unless it reads only its own word, the positions it reads."""
        layer = self.layers[number]
        others = sorted({word for below, word in layer.reads[t] if below != number})
        return layer.shapes[t] if others in ([], [t]) else f"{layer.shapes[t]} ← {_ranges(others)}"

    def _between(self, number: int, t: int) -> str:
        reads = self.layers[number].reads
        if t + 1 < len(reads) and (number, t) in reads[t + 1]:
            return "  ↓"
        return "  ↑" if (number, t + 1) in reads[t] else ""

    def _spelt(self, reads: frozenset[Place]) -> Iterator[str]:
        names = self._names()
        for number in sorted({layer for layer, _ in reads}):
            words = _ranges(sorted(t for layer, t in reads if layer == number))
            yield f"{names[number]} at word{'s' if '–' in words else ''} {words}"


def _ranges(numbers: Sequence[int]) -> str:
    """The range of word positions, from 1.

    >>> _ranges([0]), _ranges([0, 1, 2])
    ('1', '1–3')
    """
    return str(numbers[0] + 1) if len(numbers) == 1 else f"{numbers[0] + 1}–{numbers[-1] + 1}"


def _table(lines: list[list[str]]) -> str:
    widths = [max(map(cell_len, column)) for column in zip(*lines, strict=True)]
    padded = (map(set_cell_size, line, widths) for line in lines)
    return "\n".join("   ".join(line).rstrip() for line in padded)
