"""`RecursiveSettings`: the hyperparameters of the recursive-network parser."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from treenn.trees.arguments import Count, Layers, NonNegative, Probability, Runs, Seed, Share, Width, check_fields
from treenn.trees.errors import InputError, argument

CellName = Literal["recursive-tanh", "recursive-relu", "tree-lstm", "tree-gru", "gated-recursive", "rntn", "mv-rnn"]
"""The cells that compose binary trees."""


@dataclass(frozen=True)
class RecursiveSettings:
    """The architecture and training of the parser; the defaults are the best on SST's dev, `PAPER` has the paper's.

    Args:
        cell: the composition function, by its name in `treenn.models.names.ENCODERS`.
        context: contextualization of word vectors before merging: none, or bidirectional LSTMs.
        scorer: the input of a merge's score: the parent's state, by one linear map; or, by a hidden layer, the states
            of the parent, both children and the adjacent nodes.
        objective: the loss: `"margin"`, the paper's, compares the result of loss-augmented search with the correct
            tree; `"max-violation"` compares them at the prefix of largest difference; `"steps"` is the likelihood of
            correct merges at each step of greedy search.
        size: the width of a state's output.
        hidden: the width of the scorer's hidden layer.
        word_size: the width of the word vectors if no pretrained ones are given.
        context_size: the width of the LSTMs' output, half of it per direction; must be even.
        context_layers: the number of LSTM layers.
        dropout: the dropout probability of word vectors and LSTM outputs.
        kappa: κ, the margin per wrong span; with `"steps"`, the margin of wrong merges.
        explore: with `"steps"`, the share of sentences in which training follows the model's own choices; the others
            follow the best correct merges.
        width: the beam width of parsing; 1 is greedy, and best with `"steps"`, whose scores are comparable within a
            step but not additive (SST's dev: F1 77.7; 76.3 with a beam of 4, 75.7 with 16).
        train_width: the beam width of search in training; not used by `"steps"`.
        epochs: the number of passes over the training trees.
        batch_size: sentences per step.
        learning_rate: the initial learning rate of Adam, with cosine decay to 0.
        weight_decay: λ, L2 on all parameters but the word vectors.
        seed: the seed of initial weights, order of the trees and dropout.

    Raises:
        InputError: if a setting is of another type or out of range, or `context_size` is odd.
    """

    cell: CellName = "recursive-tanh"
    context: Literal["none", "lstm"] = "lstm"
    scorer: Literal["parent", "neighbours"] = "neighbours"
    objective: Literal["margin", "max-violation", "steps"] = "steps"
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
            raise InputError(f"{argument('context_size')} {self.context_size}: must be even, half per direction")


def upgrade_settings(values: Mapping[str, Any]) -> dict[str, Any]:
    """RecursiveSettings as treenn 0.1.0 wrote them, with their current values."""
    return {**values, "objective": "max-violation"} if values.get("objective") == "violation" else dict(values)


PAPER = RecursiveSettings(context="none", scorer="parent", objective="margin", size=100, dropout=0.0, weight_decay=1e-4)
"""The paper's network and objective: no context, scores from the parent only, margin loss."""
