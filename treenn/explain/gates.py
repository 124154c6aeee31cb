"""Named gates of cells: their equations once more, one named tensor per symbol."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeAlias

import torch
from torch import Tensor
from torch.nn.functional import linear

from treenn.cells import (
    AutoencoderCell,
    BinaryTreeLSTM,
    Cell,
    ChildSumTreeLSTM,
    GatedRecursiveCell,
    MatrixVectorNetwork,
    RecursiveNetwork,
    RecursiveTensorNetwork,
    TreeGRU,
)

Parts: TypeAlias = dict[str, Tensor]
"""The named vectors of one node or step, in the order of the equations, each of one row."""

LSTM_ROLES: Mapping[str, str] = {
    "i": "input gate",
    "f": "forget gate",
    "f_l": "forget gate, left child",
    "f_r": "forget gate, right child",
    "o": "output gate",
    "u": "candidate",
    "g": "candidate",
    "c": "cell state",
    "h": "hidden state",
}
"""The roles of the vectors of LSTMs."""

GRU_ROLES: Mapping[str, str] = {
    "r": "reset gate",
    "z": "update gate",
    "c": "candidate",
    "n": "candidate",
    "h": "hidden state",
}
"""The roles of the vectors of GRUs."""


class GatedCell(NamedTuple):
    """The equations of a cell with named vectors.

    Args:
        leaf: from the cell and a word vector to the parts of a word.
        compose: from the cell and the children's states to the parts of their parent.
        state: the names of the parts that are concatenated to the state.
        roles: the role of each part by its name.
    """

    leaf: Callable[[Any, Tensor], Parts]
    compose: Callable[[Any, Tensor, Tensor], Parts]
    state: tuple[str, ...]
    roles: Mapping[str, str]


def lstm_parts(
    i: Tensor, o: Tensor, u: Tensor, forget: Mapping[str, Tensor], child_c: tuple[Tensor, ...], candidate: str = "u"
) -> Parts:
    """The parts of an LSTM from its pre-activations; `forget` has one per cell state in `child_c`."""
    parts = {"i": torch.sigmoid(i), **{name: torch.sigmoid(z) for name, z in forget.items()}}
    parts |= {"o": torch.sigmoid(o), candidate: torch.tanh(u)}
    c = parts["i"] * parts[candidate]
    for name, before in zip(forget, child_c, strict=True):
        c = c + parts[name] * before
    return {**parts, "c": c, "h": parts["o"] * torch.tanh(c)}


def _tree_lstm_leaf(cell: BinaryTreeLSTM, x: Tensor) -> Parts:
    b_i, _, b_o, b_u = cell.b.chunk(4)
    i, o, u = linear(x, cell.W, torch.cat([b_i, b_o, b_u])).chunk(3, dim=1)
    return lstm_parts(i, o, u, {}, ())


def _tree_lstm_compose(cell: BinaryTreeLSTM, left: Tensor, right: Tensor) -> Parts:
    (h_l, c_l), (h_r, c_r) = left.chunk(2, dim=1), right.chunk(2, dim=1)
    b_i, b_f, b_o, b_u = cell.b.chunk(4)
    z = linear(torch.cat([h_l, h_r], dim=1), cell.U, torch.cat([b_i, b_f, b_f, b_o, b_u]))
    i, f_l, f_r, o, u = z.chunk(5, dim=1)
    return lstm_parts(i, o, u, {"f_l": f_l, "f_r": f_r}, (c_l, c_r))


def _child_sum_leaf(cell: ChildSumTreeLSTM, x: Tensor) -> Parts:
    i, o, u = linear(x, cell.W, cell.b[: 3 * cell.hidden_size]).chunk(3, dim=1)
    return lstm_parts(i, o, u, {}, ())


def _child_sum_compose(cell: ChildSumTreeLSTM, left: Tensor, right: Tensor) -> Parts:
    (h_l, c_l), (h_r, c_r), d = left.chunk(2, dim=1), right.chunk(2, dim=1), cell.hidden_size
    i, o, u = linear(h_l + h_r, cell.U[: 3 * d], cell.b[: 3 * d]).chunk(3, dim=1)
    forget = {f"f_{side}": linear(h, cell.U[3 * d :], cell.b[3 * d :]) for side, h in (("l", h_l), ("r", h_r))}
    return lstm_parts(i, o, u, forget, (c_l, c_r))


def _tree_gru_leaf(cell: TreeGRU, x: Tensor) -> Parts:
    z, c = linear(x, cell.W, cell.b[cell.hidden_size :]).chunk(2, dim=1)
    z, c = torch.sigmoid(z), torch.tanh(c)
    return {"z": z, "c": c, "h": (1 - z) * c}


def _tree_gru_compose(cell: TreeGRU, left: Tensor, right: Tensor) -> Parts:
    d = cell.hidden_size
    r, z = linear(torch.cat([left, right], dim=1), cell.U_gates, cell.b[: 2 * d]).chunk(2, dim=1)
    r, z = torch.sigmoid(r), torch.sigmoid(z)
    c = torch.tanh(linear(torch.cat([r * left, r * right], dim=1), cell.U_c, cell.b[2 * d :]))
    return {"z": z, "r": r, "c": c, "h": z * (left + right) + (1 - z) * c}


def _gated_recursive_leaf(cell: GatedRecursiveCell, x: Tensor) -> Parts:
    return {"s": cell.leaf(x)}


def _gated_recursive_compose(cell: GatedRecursiveCell, left: Tensor, right: Tensor) -> Parts:
    pair = torch.cat([left, right], dim=1)
    inner = torch.relu(linear(pair, cell.first.weight, cell.first.bias))
    g_l, g_r, g_u, u = linear(inner, cell.second.weight, cell.second.bias).chunk(4, dim=1)
    parts = {name: torch.sigmoid(g) for name, g in (("g_l", g_l), ("g_r", g_r), ("g_u", g_u))}
    p = cell.norm(parts["g_l"] * left + parts["g_r"] * right + parts["g_u"] * u)
    return {**parts, "u": u, "p": p}


def _plain(word: str, phrase: str) -> GatedCell:
    """A cell without gates: its only part is the state, which has different symbols for words and phrases."""
    return GatedCell(
        lambda cell, x: {word: cell.leaf(x)},
        lambda cell, left, right: {phrase: cell.compose(left, right)},
        (),
        {word: "state of a word", phrase: "state of a phrase"},
    )


GATED_CELLS: dict[type[Cell], GatedCell] = {
    BinaryTreeLSTM: GatedCell(_tree_lstm_leaf, _tree_lstm_compose, ("h", "c"), LSTM_ROLES),
    ChildSumTreeLSTM: GatedCell(_child_sum_leaf, _child_sum_compose, ("h", "c"), LSTM_ROLES),
    TreeGRU: GatedCell(_tree_gru_leaf, _tree_gru_compose, (), GRU_ROLES),
    GatedRecursiveCell: GatedCell(
        _gated_recursive_leaf,
        _gated_recursive_compose,
        (),
        {
            "s": "state of a word",
            "g_l": "gate of the left child",
            "g_r": "gate of the right child",
            "g_u": "gate of the candidate",
            "u": "candidate",
            "p": "state of a phrase",
        },
    ),
    RecursiveNetwork: _plain("s", "p"),
    RecursiveTensorNetwork: _plain("s", "p"),
    MatrixVectorNetwork: _plain("a", "p"),
    AutoencoderCell: _plain("c", "p"),
}
"""The equations of the package's cells by class."""


def gated_cell(cell: Cell) -> GatedCell:
    """Returns the equations of a cell; those of an unknown class have the state as their only part."""
    return GATED_CELLS.get(type(cell), _plain("h", "h"))
