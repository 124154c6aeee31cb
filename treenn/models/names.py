"""Encoders by name or as `package.module:factory`, and the paper of each."""

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
from treenn.models.external import is_external, load_object
from treenn.sequences import (
    GRU,
    LSTM,
    AttentionPooling,
    Convolution,
    DeepTransition,
    Elman,
    Feedforward,
    Jordan,
    LastPooling,
    MaxPooling,
    MeanPooling,
    PeepholeLSTM,
    Readout,
    SequenceNetwork,
    Stacked,
    Transformer,
    bidirectional,
)
from treenn.trees.errors import InputError, argument

Factory = Callable[[int, int], Encoder]
"""From `input_size` and `hidden_size` to a new encoder with weights from `torch`'s random state."""

ENCODERS: dict[str, Factory] = {
    "tree-lstm": lambda input_size, size: TreeEncoder(BinaryTreeLSTM(input_size, size)),
    "lstm": lambda input_size, size: SequenceEncoder(LSTM(input_size, size)),
    "child-sum-tree-lstm": lambda input_size, size: TreeEncoder(ChildSumTreeLSTM(input_size, size)),
    "bidirectional-tree-lstm": lambda input_size, size: BidirectionalTreeEncoder(
        BinaryTreeLSTM(input_size, size - size // 2), size // 2
    ),
    "tree-gru": lambda input_size, size: TreeEncoder(TreeGRU(input_size, size)),
    "gated-recursive": lambda input_size, size: TreeEncoder(GatedRecursiveCell(input_size, size)),
    "recursive-tanh": lambda input_size, size: TreeEncoder(
        RecursiveNetwork(input_size, size, map_words=input_size != size)
    ),
    "recursive-relu": lambda input_size, size: TreeEncoder(RecursiveNetwork(input_size, size, "relu", identity=True)),
    "rntn": lambda input_size, size: TreeEncoder(
        RecursiveTensorNetwork(input_size, size, map_words=input_size != size)
    ),
    "mv-rnn": lambda input_size, size: TreeEncoder(MatrixVectorNetwork(input_size, size)),
    "autoencoder": RecursiveAutoencoder,
    "average": lambda input_size, size: TreeEncoder(Average(input_size, size)),
    "deep-average": lambda input_size, size: TreeEncoder(Average(input_size, size, layers=3, word_dropout=0.3)),
    "elman": lambda input_size, size: SequenceEncoder(Elman(input_size, size)),
    "elman-relu": lambda input_size, size: SequenceEncoder(Elman(input_size, size, "relu", identity=True)),
    "jordan": lambda input_size, size: SequenceEncoder(Jordan(input_size, size)),
    "lstm-peephole": lambda input_size, size: SequenceEncoder(PeepholeLSTM(input_size, size)),
    "gru": lambda input_size, size: SequenceEncoder(GRU(input_size, size)),
    "bilstm": lambda input_size, size: SequenceEncoder(bidirectional(LSTM, input_size, size)),
    "bigru": lambda input_size, size: SequenceEncoder(bidirectional(GRU, input_size, size)),
    "stacked-lstm": lambda input_size, size: SequenceEncoder(Stacked(LSTM(input_size, size), LSTM(size, size))),
    "deep-input": lambda input_size, size: SequenceEncoder(Stacked(Feedforward(input_size, size), Elman(size, size))),
    "deep-transition": lambda input_size, size: SequenceEncoder(DeepTransition(input_size, size)),
    "deep-output": lambda input_size, size: SequenceEncoder(Stacked(Elman(input_size, size), Feedforward(size, size))),
    "lstm-mean": lambda input_size, size: SequenceEncoder(LSTM(input_size, size), MeanPooling()),
    "lstm-max": lambda input_size, size: SequenceEncoder(LSTM(input_size, size), MaxPooling()),
    "lstm-attention": lambda input_size, size: SequenceEncoder(LSTM(input_size, size), AttentionPooling(size)),
    "bilstm-attention": lambda input_size, size: SequenceEncoder(
        bidirectional(LSTM, input_size, size), AttentionPooling(size)
    ),
    "cnn": lambda input_size, size: SequenceEncoder(Convolution(input_size, size), MaxPooling()),
    "cnn-lstm": lambda input_size, size: SequenceEncoder(
        Stacked(Convolution(input_size, size, widths=(3,)), LSTM(size, size)), MeanPooling()
    ),
    "transformer": lambda input_size, size: SequenceEncoder(Transformer(input_size, size), MeanPooling()),
}
"""Encoders by name.

In `recursive-tanh` and `rntn` a word vector as wide as the output is the word's state, as in Socher et al. (2013);
another one passes a layer first.
"""

DEPENDENCY_ENCODERS: dict[str, Factory] = {"dependency-tree-lstm": DependencyEncoder}
"""Encoders of dependency trees, which treebanks of pairs may have."""


class Architecture(NamedTuple):
    """An encoder's name, paper and number of parameters."""

    name: str
    paper: str
    parameters: int


def architectures(input_size: int, size: int) -> list[Architecture]:
    """All encoders of treenn, with the papers that their classes cite."""
    found = []
    for name, make in (ENCODERS | DEPENDENCY_ENCODERS).items():
        with torch.device("meta"):
            encoder = make(input_size, size)
        parameters = sum(parameter.numel() for parameter in encoder.parameters())
        found.append(Architecture(name, paper_of(encoder), parameters))
    return found


def check_models(models: Sequence[str], more: Sequence[str] = ()) -> None:
    """Validate the argument `models`; no module is imported.

    Args:
        models: names of encoders, or `package.module:factory`.
        more: other names that are permitted.

    Raises:
        InputError: if there is no model of a name.
    """
    known = [*more, *ENCODERS, *DEPENDENCY_ENCODERS]
    for name in models:
        if name not in known and not is_external(name):
            raise InputError(f"{argument('models')} {name}: no such model; there are {', '.join(known)}")


def is_model(name: str) -> bool:
    """Whether a name is an encoder of treenn, or has the form `package.module:factory`; no module is imported."""
    return name in ENCODERS or name in DEPENDENCY_ENCODERS or is_external(name)


def encoder_factory(name: str) -> Factory:
    """The factory of an encoder; that of another package is imported, so its code runs.

    Args:
        name: in `ENCODERS` or `DEPENDENCY_ENCODERS`, or `package.module:factory`, a function of `input_size` and
            `hidden_size` that returns an `Encoder`.

    Raises:
        InputError: if there is no such factory.
    """
    known = ENCODERS | DEPENDENCY_ENCODERS
    if name in known:
        return known[name]
    if not is_external(name):
        raise InputError(f"{argument('model')} {name}: no such model; `treenn cells` lists them: {', '.join(known)}")
    make = load_object(name, "model")

    def factory(input_size: int, hidden_size: int) -> Encoder:
        encoder = make(input_size, hidden_size)
        if not isinstance(encoder, Encoder):
            kind = type(encoder).__name__
            raise InputError(
                f"{argument('model')} {name}: returned a {kind}; must return an Encoder, as treenn.TreeEncoder(cell)"
            )
        return encoder

    return factory


def check_reads_trees(model: str, treebank: str) -> None:
    """Validate that an encoder needs no dependency trees, for a treebank without them.

    Raises:
        InputError: if it does.
    """
    if model in DEPENDENCY_ENCODERS:
        raise InputError(f"{argument('model')} {model}: needs dependency trees, but {treebank} has none")


def paper_of(encoder: Encoder) -> str:
    """The paper of an encoder: the first paragraphs of its classes' docstrings."""
    if isinstance(encoder, SequenceEncoder):
        parts = [part for part in encoder.modules() if isinstance(part, (SequenceNetwork, Readout))]
        said = [part.__doc__ for part in parts if not isinstance(part, LastPooling)]
    else:
        home = encoder.cell if isinstance(encoder, (TreeEncoder, DependencyEncoder)) else encoder
        said = [sys.modules[type(home).__module__].__doc__]
    # A class's or file's first paragraph, each once: a network may hold two of a kind.
    first = dict.fromkeys((text or "").split("\n\n")[0].replace("\n", " ").strip() for text in said)
    return " ".join(first)
