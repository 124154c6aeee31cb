"""Named gates of recurrent networks: their equations once more, one named tensor per symbol."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import linear

from treenn.explain.gates import GRU_ROLES, LSTM_ROLES, Parts, lstm_parts
from treenn.sequences import GRU, LSTM, DeepTransition, Elman, Jordan, PeepholeLSTM


class RecurrentStep(NamedTuple):
    """The equations of a recurrent network with named vectors.

    Args:
        run: from the network, an input and the parts of the step before (empty at first) to the parts of a step.
        output: the name of the part that the next layer reads.
        memory: the names of the parts that the next step reads.
        roles: the role of each part by its name.
    """

    run: Callable[[Any, Tensor, Parts], Parts]
    output: str
    memory: tuple[str, ...]
    roles: Mapping[str, str]


def _before(parts: Parts, name: str, like: Tensor, size: int) -> Tensor:
    """A part of the step before; 0 at the first step."""
    return parts[name] if parts else like.new_zeros(len(like), size)


def _lstm(network: LSTM, x: Tensor, before: Parts) -> Parts:
    W, U, b_x, b_h = network.lstm.parameters()
    h, c = (_before(before, name, x, network.output_size) for name in ("h", "c"))
    i, f, g, o = (linear(x, W, b_x + b_h) + linear(h, U)).chunk(4, dim=1)
    return lstm_parts(i, o, g, {"f": f}, (c,), "g")


def _peephole(network: PeepholeLSTM, x: Tensor, before: Parts) -> Parts:
    h, c = (_before(before, name, x, network.output_size) for name in ("h", "c"))
    i, f, g, o = (linear(x, network.W, network.b) + linear(h, network.U)).chunk(4, dim=1)
    p_i, p_f, p_o = network.p
    i, f, g = torch.sigmoid(i + p_i * c), torch.sigmoid(f + p_f * c), torch.tanh(g)
    c = f * c + i * g
    o = torch.sigmoid(o + p_o * c)
    return {"i": i, "f": f, "g": g, "c": c, "o": o, "h": o * torch.tanh(c)}


def _gru(network: GRU, x: Tensor, before: Parts) -> Parts:
    W, U, b_x, b_h = network.gru.parameters()
    h = _before(before, "h", x, network.output_size)
    (r, z, n), (r_h, z_h, n_h) = linear(x, W, b_x).chunk(3, dim=1), linear(h, U, b_h).chunk(3, dim=1)
    r, z = torch.sigmoid(r + r_h), torch.sigmoid(z + z_h)
    n = torch.tanh(n + r * n_h)
    return {"r": r, "z": z, "n": n, "h": z * h + (1 - z) * n}


def _elman(network: Elman, x: Tensor, before: Parts) -> Parts:
    W, U, b_x, b_h = network.rnn.parameters()
    h = _before(before, "h", x, network.output_size)
    f = torch.tanh if network.activation == "tanh" else torch.relu
    return {"h": f(linear(x, W, b_x) + linear(h, U, b_h))}


def _jordan(network: Jordan, x: Tensor, before: Parts) -> Parts:
    y = _before(before, "y", x, network.output_size)
    h = torch.tanh(network.W(x) + network.U(y))
    return {"h": h, "y": torch.tanh(network.V(h))}


def _deep_transition(network: DeepTransition, x: Tensor, before: Parts) -> Parts:
    h = _before(before, "h", x, network.output_size)
    z = torch.tanh(network.U(x) + network.W_1(h))
    return {"z": z, "h": torch.tanh(network.W_2(z) + network.S(h))}


RECURRENT_STEPS: dict[type[nn.Module], RecurrentStep] = {
    LSTM: RecurrentStep(_lstm, "h", ("h", "c"), LSTM_ROLES),
    PeepholeLSTM: RecurrentStep(_peephole, "h", ("h", "c"), LSTM_ROLES),
    GRU: RecurrentStep(_gru, "h", ("h",), GRU_ROLES),
    Elman: RecurrentStep(_elman, "h", ("h",), {"h": "hidden state"}),
    Jordan: RecurrentStep(_jordan, "y", ("y",), {"h": "hidden layer", "y": "output, fed back"}),
    DeepTransition: RecurrentStep(_deep_transition, "h", ("h",), {"z": "hidden layer", "h": "hidden state"}),
}
"""The equations of the package's recurrent networks by class."""
