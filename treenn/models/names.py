"""Encoders by name or as `package.module:factory`, and the paper of each."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from functools import partial, wraps
from inspect import Parameter, signature
from typing import Any, NamedTuple

import torch

from treenn.cells import (
    Average,
    BinaryTreeLSTM,
    Cell,
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
from treenn.encoders.initialization import Initialization
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

Factory = Callable[..., Encoder]
"""A function of `input_size` and `hidden_size` that returns an encoder.

It supports those of `OPTIONS` that it has as keyword arguments.
"""

OPTIONS = ("cell_dropout", "forget_bias", "initialization", "tbptt_steps")
"""Settings that are passed to factories, if they differ from the defaults."""


def _tree(cell: Callable[[int, int], Cell]) -> Factory:
    """A factory of tree encoders with a cell that has no options."""
    return lambda input_size, hidden_size, *, initialization="default": TreeEncoder(
        cell(input_size, hidden_size), initialization=initialization
    )


def _recurrent(network: Callable[..., SequenceNetwork]) -> Factory:
    """A factory of sequence encoders; `network` has the argument `tbptt_steps`."""
    return lambda input_size, hidden_size, *, tbptt_steps=None, initialization="default": SequenceEncoder(
        network(input_size, hidden_size, tbptt_steps=tbptt_steps), initialization=initialization
    )


def _recurrent_lstm(
    network: Callable[..., SequenceNetwork], readout: Callable[[int], Readout | None] = lambda hidden_size: None
) -> Factory:
    """A factory of sequence encoders; `network(make_lstm, input_size, hidden_size)` combines LSTMs."""

    def make(
        input_size: int,
        hidden_size: int,
        *,
        cell_dropout: float = 0.0,
        forget_bias: float | None = None,
        tbptt_steps: int | None = None,
        initialization: Initialization = "default",
    ) -> Encoder:
        make_lstm = partial(LSTM, cell_dropout=cell_dropout, forget_bias=forget_bias, tbptt_steps=tbptt_steps)
        combined = network(make_lstm, input_size, hidden_size)
        return SequenceEncoder(combined, readout(hidden_size), initialization=initialization)

    return make


def _one(make: Callable[[int, int], SequenceNetwork], input_size: int, hidden_size: int) -> SequenceNetwork:
    return make(input_size, hidden_size)


def _bidirectional_tree_lstm(
    input_size: int,
    hidden_size: int,
    *,
    cell_dropout: float = 0.0,
    forget_bias: float = 0.0,
    initialization: Initialization = "default",
) -> Encoder:
    up, down = hidden_size - hidden_size // 2, hidden_size // 2
    cell = BinaryTreeLSTM(input_size, up, forget_bias, cell_dropout=cell_dropout)
    return BidirectionalTreeEncoder(cell, down, forget_bias=forget_bias, initialization=initialization)


ENCODERS: dict[str, Factory] = {
    "tree-lstm": lambda x, d, *, cell_dropout=0.0, forget_bias=0.0, initialization="default": TreeEncoder(
        BinaryTreeLSTM(x, d, forget_bias, cell_dropout=cell_dropout), initialization=initialization
    ),
    "lstm": _recurrent_lstm(_one),
    "child-sum-tree-lstm": lambda x, d, *, forget_bias=0.0, initialization="default": TreeEncoder(
        ChildSumTreeLSTM(x, d, forget_bias), initialization=initialization
    ),
    "bidirectional-tree-lstm": _bidirectional_tree_lstm,
    "tree-gru": _tree(TreeGRU),
    "gated-recursive": lambda x, d, *, cell_dropout=0.0, initialization="default": TreeEncoder(
        GatedRecursiveCell(x, d, cell_dropout=cell_dropout), initialization=initialization
    ),
    "recursive-tanh": _tree(lambda x, d: RecursiveNetwork(x, d, map_words=x != d)),
    "recursive-relu": _tree(lambda x, d: RecursiveNetwork(x, d, "relu", identity=True)),
    "rntn": _tree(lambda x, d: RecursiveTensorNetwork(x, d, map_words=x != d)),
    "mv-rnn": _tree(MatrixVectorNetwork),
    "autoencoder": RecursiveAutoencoder,
    "average": lambda x, d: TreeEncoder(Average(x, d)),
    "deep-average": lambda x, d: TreeEncoder(Average(x, d, layers=3, word_dropout=0.3)),
    "elman": _recurrent(Elman),
    "elman-relu": _recurrent(partial(Elman, activation="relu", identity=True)),
    "jordan": _recurrent(Jordan),
    "lstm-peephole": lambda x, d, *, forget_bias=None, tbptt_steps=None, initialization="default": SequenceEncoder(
        PeepholeLSTM(x, d, forget_bias=forget_bias, tbptt_steps=tbptt_steps), initialization=initialization
    ),
    "gru": _recurrent(GRU),
    "bilstm": _recurrent_lstm(bidirectional),
    "bigru": _recurrent(lambda x, d, tbptt_steps: bidirectional(partial(GRU, tbptt_steps=tbptt_steps), x, d)),
    "stacked-lstm": _recurrent_lstm(lambda lstm, x, d: Stacked(lstm(x, d), lstm(d, d))),
    "deep-input": _recurrent(
        lambda x, d, tbptt_steps: Stacked(Feedforward(x, d), Elman(d, d, tbptt_steps=tbptt_steps))
    ),
    "deep-transition": _recurrent(DeepTransition),
    "deep-output": _recurrent(
        lambda x, d, tbptt_steps: Stacked(Elman(x, d, tbptt_steps=tbptt_steps), Feedforward(d, d))
    ),
    "lstm-mean": _recurrent_lstm(_one, lambda d: MeanPooling()),
    "lstm-max": _recurrent_lstm(_one, lambda d: MaxPooling()),
    "lstm-attention": _recurrent_lstm(_one, AttentionPooling),
    "bilstm-attention": _recurrent_lstm(bidirectional, AttentionPooling),
    "cnn": lambda x, d: SequenceEncoder(Convolution(x, d), MaxPooling()),
    "cnn-lstm": _recurrent_lstm(
        lambda lstm, x, d: Stacked(Convolution(x, d, widths=(3,)), lstm(d, d)), lambda d: MeanPooling()
    ),
    "transformer": lambda x, d: SequenceEncoder(Transformer(x, d), MeanPooling()),
}
"""The encoders by name.

In `recursive-tanh` and `rntn` a word vector as wide as the output is the word's state, as in Socher et al. (2013);
otherwise word vectors pass a layer.
"""

DEPENDENCY_ENCODERS: dict[str, Factory] = {"dependency-tree-lstm": DependencyEncoder}
"""The encoders of dependency trees, which treebanks of pairs may have."""


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
    """True if a name is an encoder of treenn or has the form `package.module:factory`; no module is imported."""
    return name in ENCODERS or name in DEPENDENCY_ENCODERS or is_external(name)


def new_encoder(name: str, input_size: int, hidden_size: int, **options: Any) -> Encoder:
    """Returns a new encoder by name.

    Args:
        name: as for `encoder_factory`.
        input_size: width of a word vector.
        hidden_size: width of a state.
        options: some of `OPTIONS`.

    Raises:
        InputError: if there is no such encoder, or it does not support an option.
    """
    factory = encoder_factory(name)
    parameters = signature(factory).parameters.values()
    supported = {parameter.name for parameter in parameters}
    if not any(parameter.kind is Parameter.VAR_KEYWORD for parameter in parameters):
        for option, value in options.items():
            if option not in supported:
                raise InputError(f"{argument(option)} {value}: {name} does not support {option.replace('_', ' ')}")
    return factory(input_size, hidden_size, **options)


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
    if not callable(make):
        raise InputError(f"{argument('model')} {name}: must be a function of input_size and hidden_size")

    @wraps(make)
    def factory(input_size: int, hidden_size: int, **options: Any) -> Encoder:
        _check_call(name, make, input_size, hidden_size, **options)
        encoder = make(input_size, hidden_size, **options)
        if not isinstance(encoder, Encoder):
            kind = type(encoder).__name__
            raise InputError(
                f"{argument('model')} {name}: returned a {kind}; must return an Encoder, as treenn.TreeEncoder(cell)"
            )
        return encoder

    return factory


def _check_call(name: str, make: Callable[..., Any], *arguments: Any, **options: Any) -> None:
    """Validate that a user's factory accepts these arguments, before its code runs."""
    try:
        parameters = signature(make)
    except ValueError:  # some functions written in C have none
        return
    try:
        parameters.bind(*arguments, **options)
    except TypeError as error:
        raise InputError(
            f"{argument('model')} {name}: must be a function of input_size and hidden_size ({error})"
        ) from error


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
