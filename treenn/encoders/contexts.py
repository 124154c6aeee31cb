"""`Contexts`: the states of an encoder that a decoder attends to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from torch import Tensor


class Contexts(NamedTuple):
    """The states of sentences for attention: of words for sequence networks, of all nodes for tree networks.

    Shape: `R` states in the table, `C` of them in the order of the sentences, `S` sentences.

    Args:
        states: `(R, d)` the table.
        rows: `(C,)` the rows of the states, sentence by sentence.
        sizes: `(S,)` the number of states of each sentence.
    """

    states: Tensor
    rows: Tensor
    sizes: Sequence[int]
