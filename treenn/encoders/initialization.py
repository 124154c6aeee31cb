"""Named initialization schemes for the recurrent weights of tree cells and sequence networks.

Only recurrent matrices are initialized by a scheme, those that are multiplied with states. `recurrent_weights` finds
them:

- in `torch.nn.LSTM`, `GRU` and `RNN`: `weight_hh_l0`, `weight_hh_l1`, ...;
- in a `Cell`: every matrix that `compose` reads, found by autograd, so that a user-defined cell need not declare them;
- in any other module: those named by its attribute `recurrent`, a tuple of names as in `named_parameters`.

A matrix that computes several gates is the concatenation of one block of rows per gate, each as many rows as the state
is wide, and each block is initialized separately. A block that reads two children is the concatenation of two square
matrices. Matrices that read word vectors, biases and tensors of higher rank are not changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal

import torch
from torch import Tensor, nn

from treenn.cells import Cell
from treenn.trees.arguments import checked
from treenn.trees.errors import InputError, argument

Initialization = Literal["default", "orthogonal", "identity", "xavier"]
"""The argument `initialization` of encoders; with "default" parameters are those of the network's own constructor."""


def _identity(block: Tensor) -> Tensor:
    rows, columns = block.shape
    children = max(1, columns // rows)
    return block.copy_(torch.eye(rows, device=block.device).repeat(1, children + 1)[:, :columns] / children)


INITIALIZATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "orthogonal": nn.init.orthogonal_,
    "identity": _identity,
    "xavier": nn.init.xavier_uniform_,
}
"""The in-place initializer of a block, by name.

- orthogonal: orthonormal rows (Saxe et al. 2014);
- identity: a state is carried over unchanged, two children are averaged (Le et al. 2015, Socher et al. 2013);
- xavier: uniform in ±√(6 / (rows + columns)) (Glorot and Bengio 2010).
"""


@checked
def initialize(network: nn.Module, name: Literal["orthogonal", "identity", "xavier"]) -> None:
    """Initialize the recurrent matrices of a network, in place.

    Args:
        network: any module.
        name: a key of `INITIALIZATIONS`.

    Raises:
        InputError: if the network has no recurrent matrix.

    >>> gru = nn.GRU(3, 2)
    >>> initialize(gru, "identity")
    >>> gru.weight_hh_l0.tolist()
    [[1.0, 0.0], [0.0, 1.0], [1.0, 0.0], [0.0, 1.0], [1.0, 0.0], [0.0, 1.0]]
    """
    matrices = list(recurrent_weights(network))
    if not matrices:
        raise InputError(f"{argument('initialization')} {name}: this network has no recurrent matrix")
    with torch.no_grad():
        for weight, rows in matrices:
            for block in torch.split(weight, rows):
                INITIALIZATIONS[name](block)


def recurrent_weights(network: nn.Module) -> Iterator[tuple[Tensor, int]]:
    """Yields the recurrent matrices, each with the number of rows per block."""
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
    matrices = {name: parameter for name, parameter in cell.named_parameters() if parameter.dim() == 2}
    if not matrices:
        return []
    like = next(iter(matrices.values()))
    state = like.new_ones(1, cell.state_size)
    with torch.enable_grad(), torch.random.fork_rng(devices=[]):
        parent = cell.compose(state, state).sum()
    if not parent.requires_grad:
        return []
    gradients = torch.autograd.grad(parent, list(matrices.values()), allow_unused=True)
    return [name for name, gradient in zip(matrices, gradients, strict=True) if gradient is not None]
