"""What a plan is made of: tasks, models, and the runs that come of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

from treebanks import PairTreebank, Treebank
from treenn.encoders import SequenceEncoder
from treenn.models.names import DEPENDENCY_ENCODERS, ENCODERS
from treenn.parsers.loading import parser_names
from treenn.trees import InputError
from treenn.trees.arguments import AnyPath, Runs, check_fields

REGIMES = ("nodes", "roots", "spans", "published")
"""What a task's `supervision` may be; the first three are those of `Settings`."""

MATCHES = ("parameters", "time", "none")
"""How models may be matched to the first of the plan."""

CONTROLS = ("majority", "naive-bayes")
"""Models of a plan that are no network, and have no seed."""


@dataclass(frozen=True)
class Task:
    """A treebank of a plan, and how models are compared on it.

    Args:
        treebank: a treebank, or a name for `treebanks.load`.
        supervision: the regimes, each compared by itself: `nodes`, every labelled phrase; `roots`; `spans`, the
            sentence and four of its labelled phrases drawn anew each epoch; `published`, as Tai et al. (2015) trained:
            `spans` for networks that read sequences, `nodes` for those that read trees.
        match: what every model has as much of as the plan's first: `parameters`, or training `time` (as many epochs as
            fit into what the first model took with the same seed), or `none`.
        vectors: paths of pretrained word vectors, side by side; left out, the plan's.
        settings: of every model, over the plan's.

    Raises:
        InputError: where a regime or the match is none of these.
    """

    treebank: str | Treebank | PairTreebank
    supervision: Sequence[str] = ("nodes",)
    match: str = "parameters"
    vectors: Sequence[AnyPath] | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        check_fields(self)
        if self.vectors is not None:
            object.__setattr__(self, "vectors", tuple(map(str, self.vectors)))
        for regime in self.supervision or ("",):
            _one_of("supervision", regime, REGIMES)
        _one_of("match", self.match, MATCHES)


@dataclass(frozen=True)
class Model:
    """A row of a plan: a network or a control, and what it is given to read.

    Args:
        name: what it is called in the results.
        model: a name in `treenn.models.names.ENCODERS` or in `CONTROLS`; left out, `name` is that.
        trees: over which trees of the sentences: `gold`, the treebank's own; or a parser, as `treenn.load_parser` knows
            it (`left`, `right`, `balanced`, `chart`, ...; `random` draws other trees with every seed of the plan); or
            `brackets`, right-branching, with the brackets of the treebank's tree written among the words.
        shuffle: whether the words of each sentence are put in random order, in training and in every test, in another
            order with every seed.
        settings: its own, over the task's.
        supervision: the only regimes under which it is run; left out, all of a task's.
        seeds: how many of the plan's it has at most; left out, all. A control needs fewer than what it is held against.
        trials: the log of the `treenn tune` that its settings are from, for the report.

    Raises:
        InputError: where there is no such model or parser, or a control is given what it does not read.

    >>> Model("tree-lstm, right-branching", model="tree-lstm", trees="right").trees
    'right'
    """

    name: str
    model: str = ""
    trees: str = "gold"
    shuffle: bool = False
    settings: Mapping[str, Any] = field(default_factory=dict)
    supervision: Sequence[str] | None = None
    seeds: Runs | None = None
    trials: str | None = None

    def __post_init__(self) -> None:
        check_fields(self)
        object.__setattr__(self, "model", self.model or self.name)
        networks = [*ENCODERS, *DEPENDENCY_ENCODERS]
        if self.model not in (*networks, *CONTROLS):
            known = f"{', '.join(CONTROLS)}, or a network of `treenn cells`: {', '.join(networks)}"
            raise InputError(f'model = "{self.model}": no such model; there are {known}')
        if self.trees.partition(":")[0] not in ("gold", "brackets", *parser_names()) and not Path(self.trees).is_dir():
            names = ", ".join(parser_names())
            raise InputError(f'trees = "{self.trees}": must be gold, brackets or a parser, by name ({names}) or folder')
        own_reading = self.trees != "gold" or self.shuffle
        if self.model in DEPENDENCY_ENCODERS and own_reading:
            raise InputError(f"a {self.model} reads dependency trees: trees and shuffle are not for it")
        if self.is_control and (own_reading or self.settings):
            raise InputError(f"a {self.model} model has no trees, no shuffle and no settings of its own")
        for regime in self.supervision or REGIMES:
            _one_of("supervision", regime, REGIMES)

    @property
    def is_control(self) -> bool:
        """Whether it is no network, and so has no seed."""
        return self.model in CONTROLS

    @property
    def published_supervision(self) -> str:
        """The supervision that Tai et al. (2015) gave to networks of this kind; a control is trained as trees are."""
        if self.is_control:
            return "nodes"
        with torch.device("meta"):
            encoder = (ENCODERS | DEPENDENCY_ENCODERS)[self.model](2, 2)
            return "spans" if isinstance(encoder, SequenceEncoder) else "nodes"


def _one_of(key: str, value: str, choices: Sequence[str]) -> None:
    if value not in choices:
        raise InputError(f'{key} = "{value}": must be {", ".join(choices[:-1])} or {choices[-1]}')
