"""Forward passes of encoders over one sentence, node by node, with named vectors in one autograd graph."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import linear
from torch.nn.utils.rnn import PackedSequence

from treenn.cells import Cell
from treenn.encoders import BidirectionalTreeEncoder, Encoder, SequenceEncoder
from treenn.explain.gates import LSTM_ROLES, Parts, gated_cell, lstm_parts
from treenn.explain.recurrent_steps import RECURRENT_STEPS, RecurrentStep
from treenn.sequences import Bidirectional, LastPooling, SequenceNetwork, Stacked
from treenn.trees import InputError, Tree

_UP, _DOWN = "bottom-up", "top-down"
_DOWN_ROLES = {**LSTM_ROLES, "h": "hidden state from above"}


@dataclass
class Pass:
    """One sweep of a network over the nodes of a tree or the words of a sentence.

    Args:
        name: the name of the pass.
        section: the class whose equations it computes.
        start: the time of its first step, after the other passes that it reads.
        steps: the nodes or words that are computed at each of its times.
        roles: the role of each vector by its name.
        output: the names of the vectors that the next pass or the head reads.
        memory: the names of the vectors that the next step of a recurrent network reads (default: none).
        parts: the named vectors of each node or word.
    """

    name: str
    section: str
    start: int
    steps: list[list[int]]
    roles: Mapping[str, str]
    output: tuple[str, ...]
    memory: tuple[str, ...] = ()
    parts: dict[int, Parts] = field(default_factory=dict)

    @property
    def end(self) -> int:
        """The time after its last step."""
        return self.start + len(self.steps)


@dataclass
class Run:
    """The passes of an encoder over a sentence.

    Args:
        words: the word vectors, each of shape `(1, x)`.
        passes: the passes in the order of computation.
        root: the encoder's output at the root, of shape `(1, d)`.
    """

    words: list[Tensor]
    passes: list[Pass]
    root: Tensor


def run_encoder(encoder: Encoder, tree: Tree, x: Tensor) -> Run:
    """Run an encoder over a tree, with one tensor per named vector.

    Args:
        encoder: a tree encoder of binary trees, or a sequence encoder.
        tree: the tree.
        x: the word vectors, which require gradients. Shape: `(n, x)`.

    Raises:
        InputError: if the encoder reads other trees, or has no cell.
    """
    words = [row.unsqueeze(0) for row in x.unbind(0)]
    if isinstance(encoder, SequenceEncoder):
        passes: list[Pass] = []
        states = _run_network(encoder.network, _Inputs(words, list(range(len(words)))), passes)
        return Run(words, passes, _read_out(encoder, states))
    cell = next((module for module in encoder.modules() if isinstance(module, Cell)), None)
    if cell is None:
        raise InputError(f"{type(encoder).__name__} has no page: must be a network over binary trees or sequences")
    up = _bottom_up(cell, tree, words)
    outputs = [cell.output(_state(cell, up.parts[node])) for node in range(len(tree))]
    passes = [up]
    if isinstance(encoder, BidirectionalTreeEncoder):
        down = _top_down(encoder, tree, outputs, up.end)
        passes.append(down)
        outputs = [torch.cat([output, down.parts[node]["h"]], dim=1) for node, output in enumerate(outputs)]
    return Run(words, passes, outputs[-1])


def _read_out(encoder: SequenceEncoder, states: list[Tensor]) -> Tensor:
    """The sentence representation. The last state of a backward network is that of the first word."""
    if isinstance(encoder.network, Bidirectional) and isinstance(encoder.readout, LastPooling):
        width = encoder.network.forward_net.output_size
        return torch.cat([states[-1][:, :width], states[0][:, width:]], dim=1)
    root: Tensor = encoder.readout(torch.cat(states), torch.tensor([len(states)]))
    return root


def _state(cell: Cell, parts: Parts) -> Tensor:
    names = gated_cell(cell).state
    return torch.cat([parts[name] for name in names], dim=1) if names else list(parts.values())[-1]


def _bottom_up(cell: Cell, tree: Tree, words: Sequence[Tensor]) -> Pass:
    """The cell at every node, one level of the tree at a time."""
    form, n = gated_cell(cell), len(words)
    steps = [
        [node for node, height in enumerate(tree.heights) if height == level] for level in range(tree.heights[-1] + 1)
    ]
    done = Pass(_UP, type(cell).__name__, 0, steps, form.roles, form.state)
    for node in range(len(tree)):
        if node < n:
            done.parts[node] = form.leaf(cell, words[node])
        else:
            left, right = (_state(cell, done.parts[child]) for child in tree.merges[node - n])
            done.parts[node] = form.compose(cell, left, right)
    return done


def _top_down(encoder: BidirectionalTreeEncoder, tree: Tree, up: Sequence[Tensor], start: int) -> Pass:
    """The LSTM of a bidirectional tree encoder, from the root to the words."""
    n = len(tree.words)
    parents = {child: (node, side) for node, pair in enumerate(tree.merges, n) for side, child in enumerate(pair)}
    done = Pass(_DOWN, type(encoder).__name__, start, _by_depth(tree), _DOWN_ROLES, ("h",))
    for node in (node for step in done.steps for node in step):
        z, c = linear(up[node], encoder.W, encoder.b), up[node].new_zeros(1, encoder.U.shape[1])
        if node in parents:
            parent, side = parents[node]
            z = z + linear(done.parts[parent]["h"], encoder.U.chunk(2)[side])
            c = done.parts[parent]["c"]
        i, f, o, u = z.chunk(4, dim=1)
        done.parts[node] = lstm_parts(i, o, u, {"f": f}, (c,))
    return done


def _by_depth(tree: Tree) -> list[list[int]]:
    """The nodes at each distance from the root."""
    n, depths = len(tree.words), [0] * len(tree)
    for node in reversed(range(n, len(tree))):
        for child in tree.merges[node - n]:
            depths[child] = depths[node] + 1
    return [[node for node in range(len(tree)) if depths[node] == depth] for depth in range(max(depths) + 1)]


class _Inputs(NamedTuple):
    """The inputs of a sequence network.

    Args:
        rows: its inputs in the order in which it reads them.
        order: the word of each input.
        start: the time at which the first input is available.
        name: the name of the pass (default: empty, for the only one).
    """

    rows: list[Tensor]
    order: list[int]
    start: int = 0
    name: str = ""

    def as_pass(self, network: SequenceNetwork, name: str, step: RecurrentStep | None) -> Pass:
        """A pass over these inputs: word by word, or all words at once if the network is not causal."""
        steps = [[word] for word in self.order] if network.causal else [list(self.order)]
        done = Pass(self.name or name, type(network).__name__, self.start, steps, {"h": "state"}, ("h",))
        return done if step is None else replace(done, roles=step.roles, output=(step.output,), memory=step.memory)


def _run_network(network: SequenceNetwork, inputs: _Inputs, passes: list[Pass]) -> list[Tensor]:
    """Run a sequence network, append its passes, and return its states in the order of the inputs."""
    if isinstance(network, Bidirectional):
        reversed_inputs = inputs._replace(rows=inputs.rows[::-1], order=inputs.order[::-1], name="backward")
        forward = _run_network(network.forward_net, inputs._replace(name="forward"), passes)
        backward = _run_network(network.backward_net, reversed_inputs, passes)
        return [torch.cat(pair, dim=1) for pair in zip(forward, backward[::-1], strict=True)]
    if isinstance(network, Stacked):
        return _stacked(network, inputs, passes)
    step = RECURRENT_STEPS.get(type(network))
    if step is None:
        return _whole(network, inputs, passes)
    done, parts = inputs.as_pass(network, "word by word", step), Parts()
    for word, row in zip(inputs.order, inputs.rows, strict=True):
        done.parts[word] = parts = step.run(network, row, parts)
    passes.append(done)
    return [done.parts[word][step.output] for word in inputs.order]


def _stacked(network: Stacked, inputs: _Inputs, passes: list[Pass]) -> list[Tensor]:
    """Layer after layer: one time after a causal layer below, or after all its states."""
    for layer, part in enumerate(network.networks, start=1):
        assert isinstance(part, SequenceNetwork)
        rows = _run_network(part, inputs._replace(name=f"layer {layer}"), passes)
        inputs = inputs._replace(rows=rows, start=inputs.start + 1 if part.causal else passes[-1].end)
    return inputs.rows


def _whole(network: SequenceNetwork, inputs: _Inputs, passes: list[Pass]) -> list[Tensor]:
    """A network without named vectors: all its states are computed at once."""
    table = PackedSequence(torch.cat(inputs.rows), torch.ones(len(inputs.rows), dtype=torch.int64))
    states = [row.unsqueeze(0) for row in network(table).data.unbind(0)]
    done = inputs.as_pass(network, "all words at once", None)
    done.parts = {word: {"h": state} for word, state in zip(inputs.order, states, strict=True)}
    passes.append(done)
    return states
