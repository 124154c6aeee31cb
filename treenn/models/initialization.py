"""Named initialization schemes for recurrent weights of tree cells and sequence networks.

Only recurrent matrices, which read states, are initialized anew. `recurrent_weights` finds them:

- in `torch.nn.LSTM`, `GRU` and `RNN`: `weight_hh_l0`, `weight_hh_l1`, ...;
- in a `Cell`: every matrix that `compose` reads, found by autograd, so a user-defined cell needs no declaration;
- in any other module: the parameters in its attribute `recurrent`, a tuple of names of `named_parameters`.

A matrix that computes several gates and candidates is split into parts with one row per state unit, and each part is
initialized separately. A part that reads two children has their columns next to each other. Input matrices, biases and
tensors of higher rank keep the network's own initialization.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal

import torch
from torch import Tensor, nn

from treenn.cells import Cell
from treenn.trees.arguments import checked
from treenn.trees.errors import InputError, argument


def _identity(part: Tensor) -> Tensor:
    rows, columns = part.shape
    children = max(1, columns // rows)
    return part.copy_(torch.eye(rows, device=part.device).repeat(1, children + 1)[:, :columns] / children)


INITIALIZATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "orthogonal": nn.init.orthogonal_,
    "identity": _identity,
    "xavier": nn.init.xavier_uniform_,
}
"""Initializers of a part, by name. Orthogonal: orthonormal rows (Saxe et al. 2014).
Identity: a state is copied, two children are averaged (Le et al. 2015, Socher et al. 2013).
Xavier: uniform in ±√(6 / (rows + columns)) (Glorot and Bengio 2010).
"""


@checked
def initialize(network: nn.Module, name: Literal["orthogonal", "identity", "xavier"]) -> None:
    """Initialize the recurrent matrices of a network by one of `INITIALIZATIONS`.

    Raises:
        InputError: if the network has none.

    >>> gru = nn.GRU(3, 2)
    >>> initialize(gru, "identity")
    >>> gru.weight_hh_l0.tolist()
    [[1.0, 0.0], [0.0, 1.0], [1.0, 0.0], [0.0, 1.0], [1.0, 0.0], [0.0, 1.0]]
    """
    found = list(recurrent_weights(network))
    if not found:
        raise InputError(f"{argument('initialization')} {name}: this network has no matrix that reads a state")
    with torch.no_grad():
        for weight, rows in found:
            for part in torch.split(weight, rows):
                INITIALIZATIONS[name](part)


def recurrent_weights(network: nn.Module) -> Iterator[tuple[Tensor, int]]:
    """Yield the recurrent matrices, each with the number of rows of its parts."""
    for module in network.modules():
        if isinstance(module, Cell):
            names, width = _read_by_compose(module), module.output_size
        elif isinstance(module, nn.RNNBase):
            names, width = [name for name, _ in module.named_parameters() if name.startswith("weight_hh")], None
        else:
            names, width = list(getattr(module, "recurrent", ())), None
        for name in names:
            weight = module.get_parameter(name)
            rows = width or weight.shape[1]
            yield weight, rows if len(weight) % rows == 0 else len(weight)


def _read_by_compose(cell: Cell) -> list[str]:
    matrices = {name: each for name, each in cell.named_parameters() if each.dim() == 2}
    state = torch.ones(1, cell.state_size)
    with torch.enable_grad(), torch.random.fork_rng(devices=[]):
        parent = cell.compose(state, state).sum()
    if not parent.requires_grad:
        return []
    steps = torch.autograd.grad(parent, list(matrices.values()), allow_unused=True)
    return [name for name, step in zip(matrices, steps, strict=True) if step is not None]


@checked
def set_forget_bias(network: nn.Module, value: float) -> None:
    """Initialize the biases of all forget gates, of `torch.nn.LSTM` or of a module's `forget_biases()`.

    With a value above 0 the gates are open at first, so the cell state is kept (Gers et al. 2000; Jozefowicz et al.
    2015: 1).

    Raises:
        InputError: if the network has no forget gate.

    >>> lstm = nn.LSTM(3, 2)
    >>> set_forget_bias(lstm, 1.0)
    >>> (lstm.bias_ih_l0 + lstm.bias_hh_l0)[2:4].tolist()
    [1.0, 1.0]
    """
    found = [(module, _forget_biases(module)) for module in network.modules()]
    if not any(biases for _, biases in found):
        raise InputError(f"{argument('forget_bias')} {value}: this network has no forget gate")
    with torch.no_grad():
        for module, biases in found:
            for bias in biases:  # torch's LSTM has two for each gate, which it adds up
                bias.fill_(value / 2 if isinstance(module, nn.LSTM) else value)


def _forget_biases(module: nn.Module) -> list[Tensor]:
    if not isinstance(module, nn.LSTM):
        own: Callable[[], Tensor] | None = getattr(module, "forget_biases", None)
        return [own()] if own else []
    d = module.hidden_size
    return [each[d : 2 * d] for name, each in module.named_parameters() if name.startswith("bias_")]
