"""The tasks and models of a plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

from treebanks import AnyTreebank
from treenn.encoders import SequenceEncoder
from treenn.experiment.folds import Fold
from treenn.models.names import DEPENDENCY_ENCODERS, ENCODERS, encoder_factory, is_model
from treenn.parsers.loading import parser_names
from treenn.trees import InputError
from treenn.trees.arguments import AnyPath, Runs, check_fields

REGIMES = ("nodes", "roots", "spans", "published")
"""The values of a task's `supervision`; the first three are those of `Settings`."""

MATCHES = ("parameters", "time", "none")
"""The ways of matching models to the first of the plan."""

VARIANTS = f"gold, brackets or a parser, by name ({', '.join(parser_names())}) or folder"
"""The trees that a model can read, as a clause."""

NGRAMS = ("kneser-ney-3", "kneser-ney-5", "kneser-ney-7")
"""N-gram language models of a plan."""

BASELINES = ("majority", "naive-bayes", "tf-idf", *NGRAMS)
"""Models of a plan that are not networks; they are trained once, without a seed."""


@dataclass(frozen=True)
class PlanTask:
    """A treebank of a plan, with the conditions of the comparison on it.

    Args:
        treebank: a treebank, or a name for `treebanks.load`.
        supervision: the regimes, each a comparison (default: `nodes`): `nodes`, every labelled phrase; `roots`;
            `spans`, the sentence and four of its labelled phrases, drawn in each epoch; `published`, as Tai et al.
            (2015) trained: `spans` for sequence networks, `nodes` for tree networks.
        match: the quantity in which models are matched to the plan's first: `parameters` (the default); training
            `time`, as many epochs as fit into the time of the first model with the same seed; or `none`.
        vectors: paths of pretrained word vectors, concatenated (default: the plan's).
        settings: the settings of every model, which override the plan's (default: none).
        fold: the fold of a cross-validation (default: None, no cross-validation). The tasks of all folds have one
            result.

    Raises:
        InputError: if a regime or the match is none of these.
    """

    treebank: str | AnyTreebank
    supervision: Sequence[str] = ("nodes",)
    match: str = "parameters"
    vectors: Sequence[AnyPath] | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    fold: Fold | None = None

    def __post_init__(self) -> None:
        check_fields(self)
        if self.vectors is not None:
            object.__setattr__(self, "vectors", tuple(map(str, self.vectors)))
        for regime in self.supervision or ("",):
            _one_of("supervision", regime, REGIMES)
        _one_of("match", self.match, MATCHES)


@dataclass(frozen=True)
class Model:
    """A row of a plan: a network or a baseline, and its input variant.

    Args:
        name: the name in the results.
        model: a network of `treenn cells`, `package.module:factory`, or one of `BASELINES` (default: `name`).
        trees: the trees of the sentences: `gold` (the default), the treebank's; a parser for `treenn.load_parser`
            (`left`, `right`, `balanced`, `chart`, ...; `random` draws other trees with every seed); or `brackets`,
            right-branching, with the brackets of the treebank's tree as words.
        shuffle: whether to shuffle the words of each sentence, in training and evaluation, by seed (default: False).
        settings: settings that override the task's (default: none). With `word_size` 0, the model reads contextual
            vectors alone, without the task's word vectors, and its size is not matched.
        supervision: the regimes under which the model is trained (default: all of the task's).
        seeds: the maximum number of seeds (default: the plan's).
        trials: the log of the `treenn tune` that the settings are from, for the report (default: None).
        labels: the labels in training under every regime, one of the first three of `REGIMES`, for a model that needs
            others than the task's (default: None, the task's).
        equal_time: whether the model is also matched in training time: it stops after as many epochs as fit into the
            time of the plan's first network with the same seed (default: False).
        vectors: paths of pretrained word vectors, concatenated, for a comparison of vectors; empty for random ones
            (default: None, the task's).

    Raises:
        InputError: if there is no such model or parser, or the model does not support the variant or the settings.

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
    equal_time: bool = False
    labels: str | None = None
    vectors: Sequence[AnyPath] | None = None

    def __post_init__(self) -> None:
        check_fields(self)
        object.__setattr__(self, "model", self.model or self.name)
        if self.vectors is not None:
            object.__setattr__(self, "vectors", tuple(map(str, self.vectors)))
        if not (self.model in BASELINES or is_model(self.model)):
            networks = ", ".join([*ENCODERS, *DEPENDENCY_ENCODERS])
            known = f"{', '.join(BASELINES)}, package.module:factory, or a network of `treenn cells`: {networks}"
            raise InputError(f'model = "{self.model}": no such model; there are {known}')
        if not is_variant(self.trees):
            raise InputError(f'trees = "{self.trees}": must be {VARIANTS}')
        own_reading = self.trees != "gold" or self.shuffle
        if self.model in DEPENDENCY_ENCODERS and own_reading:
            raise InputError(f"a {self.model} reads dependency trees: trees and shuffle are not for it")
        if self.is_baseline and (own_reading or self.settings or self.equal_time or self.vectors is not None):
            raise InputError(
                f"a {self.model} model has no trees, no shuffle, no settings, no vectors and no epochs of its own"
            )
        for regime in self.supervision or REGIMES:
            _one_of("supervision", regime, REGIMES)
        if self.labels is not None:
            _one_of("labels", self.labels, REGIMES[:-1])

    @property
    def is_baseline(self) -> bool:
        """True if the model is a baseline, which has no seed."""
        return self.model in BASELINES

    @property
    def published_supervision(self) -> str:
        """The supervision of Tai et al. (2015) for networks of this kind; that of tree networks for a baseline."""
        if self.is_baseline:
            return "nodes"
        with torch.device("meta"):
            encoder = encoder_factory(self.model)(2, 2)
            return "spans" if isinstance(encoder, SequenceEncoder) else "nodes"


def is_variant(trees: str) -> bool:
    """Return True if `trees` are trees that a model can read, as in `Model`."""
    return trees.partition(":")[0] in ("gold", "brackets", *parser_names()) or Path(trees).is_dir()


def _one_of(key: str, value: str, choices: Sequence[str]) -> None:
    if value not in choices:
        raise InputError(f'{key} = "{value}": must be {", ".join(choices[:-1])} or {choices[-1]}')
