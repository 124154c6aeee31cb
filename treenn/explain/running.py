"""Dependencies between the layers of a sequence encoder, found by running it on perturbed inputs."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence

from treenn.encoders import Encoder, pack
from treenn.explain.sequence_unrolling import Layer, Place, Result, UnrolledSequence
from treenn.explain.unrolled_drawing import shape_of
from treenn.sequences import Readout, SequenceNetwork
from treenn.trees import InputError, Tree

_NUDGE = 10.0
_CHANGED = 1e-9  # smaller differences are rounding errors


def unroll_sequence(encoder: Encoder, tree: Tree) -> UnrolledSequence:
    """Run an encoder over the words of a tree, and find the inputs of every state.

    The layers are the sequence networks that contain no other. The sources of a layer are found by comparing its input
    with the states computed earlier; the positions it reads, by perturbing the input at one step at a time.

    Returns:
        The layers with their dependencies.

    Raises:
        InputError: if an input is not the output of a layer.
    """
    x = torch.randn(len(tree.words), encoder.input_size, dtype=torch.float64)
    calls, output = _run(encoder, tree, x)
    tables, layers = [x], [Layer("x", _shapes(x), (frozenset(),) * len(x))]
    readout: Result | None = None
    for module, inputs, states in calls:
        sources, turned = _sources(inputs, tables)
        if isinstance(module, Readout):
            used = _read_out(module, inputs)
            readout = Result(
                type(module).__name__, shape_of(output[0]), frozenset((s, t) for s in sources for t in used)
            )
            continue
        reads = _reads(module, inputs, sources, len(layers))
        tables.append(states.flip(0) if turned else states)
        layers.append(Layer(type(module).__name__, _shapes(states), _turned(reads) if turned else reads))
    return UnrolledSequence(tree.words, tuple(layers), readout or _last(output, tables))


Call = tuple[nn.Module, Tensor, Tensor]
"""A module, its input and its output."""


def _run(encoder: Encoder, tree: Tree, x: Tensor) -> tuple[list[Call], Tensor]:
    """Inputs and outputs of all layers and the readout, in order of execution, and the encoder's output."""
    calls: list[Call] = []
    watched = [module for module in encoder.modules() if isinstance(module, Readout) or _is_layer(module)]
    handles = [module.register_forward_hook(partial(_note, calls)) for module in watched if isinstance(module, Readout)]
    layers = [module for module in watched if isinstance(module, SequenceNetwork)]
    for layer in layers:
        _watch(layer, calls)
    output = encoder(pack([tree]), x, roots_only=True)
    for handle in handles:
        handle.remove()
    for layer in layers:
        del layer.read, layer.run, layer.run_rows
    return calls, output


def _note(calls: list[Call], module: nn.Module, inputs: tuple[Any, ...], output: Tensor) -> None:
    calls.append((module, inputs[0], output))


def _watch(layer: SequenceNetwork, calls: list[Call]) -> None:
    """Record the raw input of a layer, one row per step (`run` receives it preprocessed by `read`), and its states."""
    read, run, seen = layer.read, layer.run, list[tuple[Tensor, Tensor]]()

    def noted_read(x: Tensor) -> Tensor:
        seen.append((x, read(x)))
        return seen[-1][1]

    def noted_run(inputs: PackedSequence) -> PackedSequence:
        states, (x, made) = run(inputs), seen[-1]
        steps = [next(k for k, row in enumerate(made) if torch.equal(row, step)) for step in inputs.data]
        calls.append((layer, x[steps], states.data))
        return states

    layer.read, layer.run = noted_read, noted_run  # type: ignore[method-assign]
    layer.run_rows = partial(SequenceNetwork.run_rows, layer)  # type: ignore[method-assign]  # by `run`


def _is_layer(module: nn.Module) -> bool:
    inside = [each for each in module.modules() if isinstance(each, SequenceNetwork)]
    return inside == [module]


def _sources(inputs: Tensor, tables: Sequence[Tensor]) -> tuple[list[int], bool]:
    """Indices of the tables whose concatenation is the input, and True if it is reversed in time.

    Raises:
        InputError: if the input is not a concatenation of tables.
    """
    for turned in (False, True):
        left, found = inputs.flip(0) if turned else inputs, list[int]()
        while left.shape[1]:
            number = next((k for k, table in enumerate(tables) if torch.equal(left[:, : table.shape[1]], table)), None)
            if number is None:
                break
            found.append(number)
            left = left[:, tables[number].shape[1] :]
        else:
            return found, turned
    raise InputError("this network cannot be drawn: the input of a layer is not the output of another layer")


def _reads(network: nn.Module, inputs: Tensor, sources: Sequence[int], number: int) -> tuple[frozenset[Place], ...]:
    """Inputs of every state of a layer: the sources at some words and, if it is recurrent, the previous state."""
    n = len(inputs)
    changed = _changed(network, inputs)
    remembers = all(s <= t for t in range(n) for s in changed[t]) and any(s < t for t in range(n) for s in changed[t])
    reads = []
    for t in range(n):
        words = {t} if remembers else changed[t] | {t}
        before = {(number, t - 1)} if remembers and t else set()
        reads.append(frozenset({(source, s) for source in sources for s in words} | before))
    return tuple(reads)


def _changed(network: nn.Module, inputs: Tensor) -> list[set[int]]:
    """For every step, the input steps that its state depends on.

    One batch contains all perturbations, positive and negative at each step, and last the original input.
    """
    n = len(inputs)
    batch = inputs.repeat(2 * n + 1, 1, 1)  # sequences, steps, width
    for s in range(n):
        batch[2 * s, s] += _NUDGE
        batch[2 * s + 1, s] -= _NUDGE
    packed = PackedSequence(batch.transpose(0, 1).flatten(0, 1), torch.full((n,), 2 * n + 1))
    states = network(packed).data.view(n, 2 * n + 1, -1)
    differs = ((states[:, :-1] - states[:, -1:]).abs() > _CHANGED).any(dim=2).view(n, n, 2).any(dim=2)
    return [set(row.nonzero()[:, 0].tolist()) for row in differs]


def _read_out(readout: Readout, states: Tensor) -> list[int]:
    """Positions of the states that the readout depends on."""
    n, length = len(states), torch.tensor([len(states)])
    plain = readout(states, length)
    used = []
    for t in range(n):
        nudges = (nudge * torch.eye(n, dtype=states.dtype)[:, t : t + 1] for nudge in (_NUDGE, -_NUDGE))
        if any(((readout(states + nudge, length) - plain).abs() > _CHANGED).any() for nudge in nudges):
            used.append(t)
    return used


def _turned(reads: tuple[frozenset[Place], ...]) -> tuple[frozenset[Place], ...]:
    """The reads of the layer reversed in time: step t becomes word n - 1 - t."""
    n = len(reads)
    return tuple(frozenset((layer, n - 1 - t) for layer, t in each) for each in reversed(reads))


def _last(output: Tensor, tables: Sequence[Tensor]) -> Result:
    """The result without a readout: a state, or a concatenation of states."""
    left, reads = output[0], list[Place]()
    while len(left):
        states = [(number, t, row) for number, table in enumerate(tables) for t, row in enumerate(table)]
        fit = [(number, t, len(row)) for number, t, row in states if torch.equal(left[: len(row)], row)]
        if not fit:
            raise InputError("this encoder cannot be drawn: its output is not a concatenation of its layers' states")
        number, t, width = fit[-1]
        reads.append((number, t))
        left = left[width:]
    return Result("sentence", shape_of(output[0]), frozenset(reads))


def _shapes(table: Tensor) -> tuple[str, ...]:
    return tuple(map(shape_of, table))
