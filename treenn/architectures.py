"""The encoders by name: what there is to choose from, and the paper each is from."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import NamedTuple

import torch

from treenn.cells import (
    Average,
    BinaryTreeLSTM,
    ChildSumTreeLSTM,
    GatedRecursiveCell,
    MatrixVectorNetwork,
    RecursiveNetwork,
    RecursiveTensorNetwork,
    TreeGRU,
)
from treenn.encoders import (
    BidirectionalTreeEncoder,
    Encoder,
    RecursiveAutoencoder,
    SequenceEncoder,
    TreeEncoder,
)

ENCODERS: dict[str, Callable[[int, int], Encoder]] = {
    "tree-lstm": lambda x_size, size: TreeEncoder(BinaryTreeLSTM(x_size, size)),
    "lstm": SequenceEncoder,
    "child-sum-tree-lstm": lambda x_size, size: TreeEncoder(ChildSumTreeLSTM(x_size, size)),
    "bidirectional-tree-lstm": lambda x_size, size: BidirectionalTreeEncoder(
        BinaryTreeLSTM(x_size, size - size // 2), size // 2
    ),
    "tree-gru": lambda x_size, size: TreeEncoder(TreeGRU(x_size, size)),
    "gated-recursive": lambda x_size, size: TreeEncoder(GatedRecursiveCell(x_size, size)),
    "recursive-tanh": lambda x_size, size: TreeEncoder(RecursiveNetwork(x_size, size)),
    "recursive-relu": lambda x_size, size: TreeEncoder(RecursiveNetwork(x_size, size, "relu", identity=True)),
    "rntn": lambda x_size, size: TreeEncoder(RecursiveTensorNetwork(x_size, size)),
    "mv-rnn": lambda x_size, size: TreeEncoder(MatrixVectorNetwork(x_size, size)),
    "autoencoder": RecursiveAutoencoder,
    "average": lambda x_size, size: TreeEncoder(Average(x_size, size)),
    "deep-average": lambda x_size, size: TreeEncoder(Average(x_size, size, layers=3, word_dropout=0.3)),
}
"""The encoders by name, each made from the width of a word vector and the width of its output."""


class Architecture(NamedTuple):
    """An encoder of `ENCODERS`: its name, where it is from, and how many parameters it has."""

    name: str
    paper: str
    parameters: int


def architectures(x_size: int, size: int) -> list[Architecture]:
    """What there is to choose from; the paper is what the file of the cell, or of the encoder, says of itself."""
    found = []
    for name, make in ENCODERS.items():
        with torch.device("meta"):
            encoder = make(x_size, size)
        home = encoder.cell if type(encoder) is TreeEncoder else encoder
        paper = (sys.modules[type(home).__module__].__doc__ or "").split("\n\n")[0].replace("\n", " ").strip()
        found.append(Architecture(name, paper, sum(parameter.numel() for parameter in encoder.parameters())))
    return found
