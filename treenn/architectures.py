"""The encoders by name: what there is to choose from, and the paper each is from."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
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
    DependencyEncoder,
    Encoder,
    RecursiveAutoencoder,
    SequenceEncoder,
    TreeEncoder,
)
from treenn.sequences import (
    GRU,
    LSTM,
    AttentionOverTime,
    Convolution,
    DeepTransition,
    Elman,
    Feedforward,
    Jordan,
    LastState,
    MaxOverTime,
    MeanOverTime,
    PeepholeLSTM,
    Readout,
    SequenceNetwork,
    Stacked,
    Transformer,
    both_ways,
)
from treenn.trees.errors import InputError, argument

ENCODERS: dict[str, Callable[[int, int], Encoder]] = {
    "tree-lstm": lambda x_size, size: TreeEncoder(BinaryTreeLSTM(x_size, size)),
    "lstm": lambda x_size, size: SequenceEncoder(LSTM(x_size, size)),
    "child-sum-tree-lstm": lambda x_size, size: TreeEncoder(ChildSumTreeLSTM(x_size, size)),
    "bidirectional-tree-lstm": lambda x_size, size: BidirectionalTreeEncoder(
        BinaryTreeLSTM(x_size, size - size // 2), size // 2
    ),
    "tree-gru": lambda x_size, size: TreeEncoder(TreeGRU(x_size, size)),
    "gated-recursive": lambda x_size, size: TreeEncoder(GatedRecursiveCell(x_size, size)),
    "recursive-tanh": lambda x_size, size: TreeEncoder(RecursiveNetwork(x_size, size, map_words=x_size != size)),
    "recursive-relu": lambda x_size, size: TreeEncoder(RecursiveNetwork(x_size, size, "relu", identity=True)),
    "rntn": lambda x_size, size: TreeEncoder(RecursiveTensorNetwork(x_size, size, map_words=x_size != size)),
    "mv-rnn": lambda x_size, size: TreeEncoder(MatrixVectorNetwork(x_size, size)),
    "autoencoder": RecursiveAutoencoder,
    "average": lambda x_size, size: TreeEncoder(Average(x_size, size)),
    "deep-average": lambda x_size, size: TreeEncoder(Average(x_size, size, layers=3, word_dropout=0.3)),
    "elman": lambda x_size, size: SequenceEncoder(Elman(x_size, size)),
    "elman-relu": lambda x_size, size: SequenceEncoder(Elman(x_size, size, "relu", identity=True)),
    "jordan": lambda x_size, size: SequenceEncoder(Jordan(x_size, size)),
    "lstm-peephole": lambda x_size, size: SequenceEncoder(PeepholeLSTM(x_size, size)),
    "gru": lambda x_size, size: SequenceEncoder(GRU(x_size, size)),
    "bilstm": lambda x_size, size: SequenceEncoder(both_ways(LSTM, x_size, size)),
    "bigru": lambda x_size, size: SequenceEncoder(both_ways(GRU, x_size, size)),
    "stacked-lstm": lambda x_size, size: SequenceEncoder(Stacked(LSTM(x_size, size), LSTM(size, size))),
    "deep-input": lambda x_size, size: SequenceEncoder(Stacked(Feedforward(x_size, size), Elman(size, size))),
    "deep-transition": lambda x_size, size: SequenceEncoder(DeepTransition(x_size, size)),
    "deep-output": lambda x_size, size: SequenceEncoder(Stacked(Elman(x_size, size), Feedforward(size, size))),
    "lstm-mean": lambda x_size, size: SequenceEncoder(LSTM(x_size, size), MeanOverTime()),
    "lstm-max": lambda x_size, size: SequenceEncoder(LSTM(x_size, size), MaxOverTime()),
    "lstm-attention": lambda x_size, size: SequenceEncoder(LSTM(x_size, size), AttentionOverTime(size)),
    "bilstm-attention": lambda x_size, size: SequenceEncoder(both_ways(LSTM, x_size, size), AttentionOverTime(size)),
    "cnn": lambda x_size, size: SequenceEncoder(Convolution(x_size, size), MaxOverTime()),
    "cnn-lstm": lambda x_size, size: SequenceEncoder(
        Stacked(Convolution(x_size, size, widths=(3,)), LSTM(size, size)), MeanOverTime()
    ),
    "transformer": lambda x_size, size: SequenceEncoder(Transformer(x_size, size), MeanOverTime()),
}
"""The encoders by name, each made from the width of a word vector and the width of its output.

In `recursive-tanh` and `rntn` a word vector as wide as the output is the word's state, as in Socher et al. (2013);
another one passes a layer first.
"""

DEPENDENCY_ENCODERS: dict[str, Callable[[int, int], Encoder]] = {"dependency-tree-lstm": DependencyEncoder}
"""Those that read dependency trees, which treebanks of pairs may have."""


class Architecture(NamedTuple):
    """An encoder of `ENCODERS`: its name, where it is from, and how many parameters it has."""

    name: str
    paper: str
    parameters: int


def architectures(x_size: int, size: int) -> list[Architecture]:
    """What there is to choose from, with what it is made of and the papers, as its classes say of themselves."""
    found = []
    for name, make in (ENCODERS | DEPENDENCY_ENCODERS).items():
        with torch.device("meta"):
            encoder = make(x_size, size)
        parameters = sum(parameter.numel() for parameter in encoder.parameters())
        found.append(Architecture(name, paper_of(encoder), parameters))
    return found


def check_models(models: Sequence[str], more: Sequence[str] = ()) -> None:
    """Validate the argument `models`.

    Args:
        models: names of encoders.
        more: other names that are permitted.

    Raises:
        InputError: if there is no model of a name.
    """
    known = [*more, *ENCODERS, *DEPENDENCY_ENCODERS]
    for name in models:
        if name not in known:
            raise InputError(f"{argument('models')} {name}: no such model; there are {', '.join(known)}")


def paper_of(encoder: Encoder) -> str:
    """Where an encoder is from, as its classes say of themselves."""
    if isinstance(encoder, SequenceEncoder):
        parts = [part for part in encoder.modules() if isinstance(part, (SequenceNetwork, Readout))]
        said = [part.__doc__ for part in parts if not isinstance(part, LastState)]
    else:
        home = encoder.cell if isinstance(encoder, (TreeEncoder, DependencyEncoder)) else encoder
        said = [sys.modules[type(home).__module__].__doc__]
    # A class's or file's first paragraph, each once: a network may hold two of a kind.
    first = dict.fromkeys((text or "").split("\n\n")[0].replace("\n", " ").strip() for text in said)
    return " ".join(first)
