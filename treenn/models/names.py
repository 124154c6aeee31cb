"""Encoders by name or as `package.module:factory`, and the paper of each."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from functools import partial, wraps
from inspect import Parameter, signature
from typing import Any, NamedTuple

import torch

from treenn import cells, sequences
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
from treenn.trees.errors import InputError, argument

Factory = Callable[..., Encoder]
"""A function of `input_size` and `hidden_size` that returns an encoder.

It supports those of `OPTIONS` that it has as keyword arguments.
"""

OPTIONS = ("cell_dropout", "forget_bias", "initialization", "tbptt_steps")
"""Settings that are passed to factories, if they differ from the defaults."""


def _tree(cell: Callable[..., cells.Cell]) -> Factory:
    """A factory of tree encoders, with the options of the cell."""

    @wraps(cell, updated=())
    def make(
        input_size: int, hidden_size: int, *, initialization: Initialization = "default", **options: Any
    ) -> TreeEncoder:
        return TreeEncoder(cell(input_size, hidden_size, **options), initialization=initialization)

    return make


def _sequence(
    layer: Callable[..., sequences.SequenceNetwork],
    combine: Callable[..., sequences.SequenceNetwork] = lambda layer, x, d: layer(x, d),
    readout: Callable[[int], sequences.Readout | None] = lambda hidden_size: None,
) -> Factory:
    """A factory of sequence encoders of `combine(layer, input_size, hidden_size)`, with the options of the layer."""

    @wraps(layer, updated=())
    def make(
        input_size: int, hidden_size: int, *, initialization: Initialization = "default", **options: Any
    ) -> SequenceEncoder:
        network = combine(partial(layer, **options), input_size, hidden_size)
        return SequenceEncoder(network, readout(hidden_size), initialization=initialization)

    return make


@wraps(cells.BinaryTreeLSTM, updated=())
def _bidirectional_tree_lstm(
    input_size: int, hidden_size: int, *, initialization: Initialization = "default", **options: Any
) -> BidirectionalTreeEncoder:
    cell = cells.BinaryTreeLSTM(input_size, hidden_size - hidden_size // 2, **options)
    return BidirectionalTreeEncoder(cell, hidden_size // 2, forget_bias=cell.forget_bias, initialization=initialization)


ENCODERS: dict[str, Factory] = {
    "tree-lstm": _tree(cells.BinaryTreeLSTM),
    "lstm": _sequence(sequences.LSTM),
    "child-sum-tree-lstm": _tree(cells.ChildSumTreeLSTM),
    "bidirectional-tree-lstm": _bidirectional_tree_lstm,
    "tree-gru": _tree(cells.TreeGRU),
    "gated-recursive": _tree(cells.GatedRecursiveCell),
    "recursive-tanh": _tree(lambda x, d: cells.RecursiveNetwork(x, d, map_words=x != d)),
    "recursive-relu": _tree(partial(cells.RecursiveNetwork, activation="relu", identity=True)),
    "rntn": _tree(lambda x, d: cells.RecursiveTensorNetwork(x, d, map_words=x != d)),
    "mv-rnn": _tree(cells.MatrixVectorNetwork),
    "autoencoder": RecursiveAutoencoder,
    "average": lambda x, d: TreeEncoder(cells.Average(x, d)),
    "deep-average": lambda x, d: TreeEncoder(cells.Average(x, d, layers=3, word_dropout=0.3)),
    "elman": _sequence(sequences.Elman),
    "elman-relu": _sequence(partial(sequences.Elman, activation="relu", identity=True)),
    "jordan": _sequence(sequences.Jordan),
    "lstm-peephole": _sequence(sequences.PeepholeLSTM),
    "gru": _sequence(sequences.GRU),
    "bilstm": _sequence(sequences.LSTM, sequences.bidirectional),
    "bigru": _sequence(sequences.GRU, sequences.bidirectional),
    "stacked-lstm": _sequence(sequences.LSTM, lambda lstm, x, d: sequences.Stacked(lstm(x, d), lstm(d, d))),
    "deep-input": _sequence(
        sequences.Elman, lambda elman, x, d: sequences.Stacked(sequences.Feedforward(x, d), elman(d, d))
    ),
    "deep-transition": _sequence(sequences.DeepTransition),
    "neural-ngram": _sequence(sequences.Window),
    "deep-output": _sequence(
        sequences.Elman, lambda elman, x, d: sequences.Stacked(elman(x, d), sequences.Feedforward(d, d))
    ),
    "lstm-mean": _sequence(sequences.LSTM, readout=lambda d: sequences.MeanPooling()),
    "lstm-max": _sequence(sequences.LSTM, readout=lambda d: sequences.MaxPooling()),
    "lstm-attention": _sequence(sequences.LSTM, readout=sequences.AttentionPooling),
    "bilstm-attention": _sequence(sequences.LSTM, sequences.bidirectional, sequences.AttentionPooling),
    "cnn": lambda x, d: SequenceEncoder(sequences.Convolution(x, d), sequences.MaxPooling()),
    "cnn-lstm": _sequence(
        sequences.LSTM,
        lambda lstm, x, d: sequences.Stacked(sequences.Convolution(x, d, widths=(3,)), lstm(d, d)),
        lambda d: sequences.MeanPooling(),
    ),
    "transformer": lambda x, d: SequenceEncoder(sequences.Transformer(x, d), sequences.MeanPooling()),
}
"""The encoders by name.

In `recursive-tanh` and `rntn` a word vector as wide as the output is the word's state, as in Socher et al. (2013);
otherwise word vectors pass a layer.
"""

DEPENDENCY_ENCODERS: dict[str, Factory] = {"dependency-tree-lstm": DependencyEncoder}
"""The encoders of dependency trees, which treebanks of pairs may have."""


GRAMMARS: dict[str, str] = {
    "rnng": "treenn.lm.grammar.encoder:RNNG",
    "rnng-tree-lstm": "treenn.lm.grammar.encoder:tree_lstm_grammar",
}
"""The encoders of grammars, which are in a layer above and imported on first use, as tasks are."""


class Architecture(NamedTuple):
    """An encoder's name, paper and number of parameters."""

    name: str
    paper: str
    parameters: int


def architectures(input_size: int, size: int) -> list[Architecture]:
    """All encoders of treenn, with the papers that their classes cite."""
    listed = []
    for name in ENCODERS | DEPENDENCY_ENCODERS | GRAMMARS:
        with torch.device("meta"):
            encoder = encoder_factory(name)(input_size, size)
        parameters = sum(parameter.numel() for parameter in encoder.parameters())
        listed.append(Architecture(name, paper_of(encoder), parameters))
    return listed


def check_models(models: Sequence[str], more: Sequence[str] = ()) -> None:
    """Validate the argument `models`; the modules of external names are imported.

    Args:
        models: names of encoders, or `package.module:factory`.
        more: other names that are permitted.

    Raises:
        InputError: if there is no model of a name.
    """
    known = [*more, *ENCODERS, *DEPENDENCY_ENCODERS]
    for name in models:
        if is_external(name):
            encoder_factory(name, "models")
        elif name not in known:
            raise InputError(f"{argument('models')} {name}: no such model; there are {', '.join(known)}")


def is_model(name: str) -> bool:
    """True if a name is an encoder of treenn or has the form `package.module:factory`; no module is imported."""
    return name in ENCODERS or name in DEPENDENCY_ENCODERS or name in GRAMMARS or is_external(name)


def check_model(name: str) -> None:
    """Validate the argument `model`.

    Raises:
        InputError: if there is no model of this name.
    """
    if not is_model(name):
        known = ", ".join(ENCODERS | DEPENDENCY_ENCODERS | GRAMMARS)
        raise InputError(f"{argument('model')} {name}: no such model; `treenn cells` lists them: {known}")


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
    declared = signature(factory).parameters
    supported = declared | signature(factory, follow_wrapped=False).parameters  # a wrapper may add options
    if not any(parameter.kind is Parameter.VAR_KEYWORD for parameter in declared.values()):
        for option, value in options.items():
            if option not in supported:
                raise InputError(f"{argument(option)} {value}: {name} does not support {option.replace('_', ' ')}")
    return factory(input_size, hidden_size, **options)


def encoder_factory(name: str, parameter: str = "model") -> Factory:
    """The factory of an encoder; that of another package is imported, so its code runs.

    Args:
        name: in `ENCODERS` or `DEPENDENCY_ENCODERS`, or `package.module:factory`, a function of `input_size` and
            `hidden_size` that returns an `Encoder`.
        parameter: the argument that has this name, for messages (default: `"model"`).

    Raises:
        InputError: if there is no such factory.
    """
    check_model(name)
    if (known := ENCODERS.get(name) or DEPENDENCY_ENCODERS.get(name)) is not None:
        return known
    make = load_object(GRAMMARS.get(name, name), parameter)
    if not callable(make):
        raise InputError(f"{argument(parameter)} {name}: must be a function of input_size and hidden_size")

    @wraps(make)
    def factory(input_size: int, hidden_size: int, **options: Any) -> Encoder:
        _check_call(name, make, input_size, hidden_size, **options)
        encoder = make(input_size, hidden_size, **options)
        if not isinstance(encoder, Encoder):
            kind = type(encoder).__name__
            raise InputError(
                f"{argument(parameter)} {name}: returned a {kind}; must return an Encoder, as treenn.TreeEncoder(cell)"
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
    """Validate that an encoder needs neither dependency trees nor derivations, for a treebank without them.

    Raises:
        InputError: if it does.
    """
    if model in GRAMMARS:
        raise InputError(f"{argument('model')} {model}: generates trees; use `treenn lm train --treebank`")
    if model in DEPENDENCY_ENCODERS:
        raise InputError(f"{argument('model')} {model}: needs dependency trees, but {treebank} has none")


def paper_of(encoder: Encoder) -> str:
    """The paper of an encoder: the first paragraphs of its classes' docstrings."""
    if isinstance(encoder, SequenceEncoder):
        parts = [part for part in encoder.modules() if isinstance(part, (sequences.SequenceNetwork, sequences.Readout))]
        docstrings = [part.__doc__ for part in parts if not isinstance(part, sequences.LastPooling)]
    else:
        home = encoder.cell if isinstance(encoder, (TreeEncoder, DependencyEncoder)) else encoder
        docstrings = [sys.modules[type(home).__module__].__doc__]
    # A class's or file's first paragraph, each once: a network may have two layers of a class.
    first = dict.fromkeys((text or "").split("\n\n")[0].replace("\n", " ").strip() for text in docstrings)
    return " ".join(first)
