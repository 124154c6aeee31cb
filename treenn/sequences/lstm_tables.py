"""The tables of an LSTM's forward pass."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from torch import Tensor

from treenn.sequences.pieces import Piece


class LSTMTables(NamedTuple):
    """The arguments of the forward pass of `LSTMFunction`, and the tables that it writes.

    Shape: as in `LSTMFunction`.

    Args:
        inputs: `(V, 4d)`, W x + b.
        rows: `(R,)`, the row of `inputs` that each step reads; None for one row per step.
        U: `(4d, d)`.
        alive: the number of sequences alive at each time.
        masks: `(R, d)`, dropout masks of g, or None.
        gates: `(room(R), 4d)`, written; without a backward pass, it may have the rows of one piece only.
        h: `(room(R), d)`, written.
        c: `(R, d)`, written.
    """

    inputs: Tensor
    rows: Tensor | None
    U: Tensor
    alive: Sequence[int]
    masks: Tensor | None
    gates: Tensor
    h: Tensor
    c: Tensor

    def gate_rows(self, piece: Piece) -> slice:
        """The rows of a piece in `gates`."""
        return piece.rows if len(self.gates) >= len(self.c) else slice(0, piece.rows.stop - piece.rows.start)
