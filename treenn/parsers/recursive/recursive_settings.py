"""`Settings`: all that decides a training run of the recursive-network parser but its data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from treenn.trees.arguments import (
    Count,
    Layers,
    NonNegative,
    Probability,
    Runs,
    Seed,
    Share,
    Width,
    check_fields,
)
from treenn.trees.errors import InputError, argument

CellName = Literal["recursive-tanh", "recursive-relu", "tree-lstm", "tree-gru", "gated-recursive", "rntn", "mv-rnn"]
"""The cells that can build a tree."""

Context = Literal["none", "lstm"]
Scorer = Literal["parent", "neighbours"]
Objective = Literal["margin", "violation", "steps"]


@dataclass(frozen=True)
class Settings:
    """How the parser is built and trained; `PAPER` is the paper's own, the defaults are what does best on SST's dev.

    Args:
        cell: the composition, named as in `treenn.models.names.ENCODERS`.
        context: what a word knows of its sentence before anything is merged: nothing, or what an LSTM reads from both
            sides.
        scorer: what the score of a merge is taken from: the parent's state alone, by one linear map; or, by a hidden
            layer, the states of the parent, both children and the neighbours on either side.
        objective: `"margin"`, the paper's: the best tree under loss-augmented search against the right one;
            `"violation"`: the same after as many merges as tell the two apart most; or `"steps"`: at each step of
            greedy search the merges that are right against all.
        size: width of a state's output.
        hidden: width of the hidden layer of the scorer.
        word_size: width of the word vectors where no pretrained ones are given.
        context_size: width of what the LSTM gives a word, half of it from either side.
        context_layers: how many LSTMs are stacked.
        dropout: share of the numbers of word vectors and of the LSTM's layers that are zeroed in training.
        kappa: κ of the margin loss: what each wrong span adds to it; with `"steps"`, to the scores of wrong merges.
        explore: the share of sentences in which training follows the search's own choice, with `"steps"`; in the others
            the best right one.
        width: of the beam that parses; 1 is greedy, and best with `"steps"`, whose scores are made to be compared at
            one step, not to be added up (SST's dev: F1 77.7, with a beam of 4 76.3, of 16 75.7).
        train_width: of the beam that searches the violating tree in training, but for `"steps"`.
        epochs: how many times training sees each tree.
        batch_size: sentences in one step.
        learning_rate: of Adam; it falls to nothing along a half cosine.
        weight_decay: λ, L2 on all but the word vectors.
        seed: of initial weights, order of the trees and dropout.

    Raises:
        InputError: if a setting is of another type or out of range, or `context_size` is odd.
    """

    cell: CellName = "recursive-tanh"
    context: Context = "lstm"
    scorer: Scorer = "neighbours"
    objective: Objective = "steps"
    size: Width = 200
    hidden: Width = 256
    word_size: Width = 100
    context_size: Width = 300
    context_layers: Layers = 2
    dropout: Share = 0.2
    kappa: NonNegative = 0.05
    explore: Probability = 1.0
    width: Runs = 1
    train_width: Runs = 1
    epochs: Count = 10
    batch_size: Count = 32
    learning_rate: NonNegative = 2e-3
    weight_decay: NonNegative = 0.0
    seed: Seed = 0

    def __post_init__(self) -> None:
        check_fields(self)
        if self.context_size % 2:
            raise InputError(f"{argument('context_size')} {self.context_size}: must be even, half for each side")


PAPER = Settings(context="none", scorer="parent", objective="margin", size=100, dropout=0.0, weight_decay=1e-4)
"""The paper's network and objective: no context, the score from the parent alone, the margin loss."""
