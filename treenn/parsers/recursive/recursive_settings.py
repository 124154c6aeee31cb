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
    """The architecture and training of the parser; the defaults are the best on SST's dev.

    `PAPER` has the settings of the paper.

    Args:
        cell: the composition function, by its name in `treenn.models.names.ENCODERS` (default: "recursive-tanh").
        context: contextualization of word vectors before merging: none, or bidirectional LSTMs (default: "lstm").
        scorer: the score of a merge. `"parent"` is a linear map of the parent's state. `"neighbours"` is a hidden layer
            over the states of the parent, both children and the adjacent nodes (default: "neighbours").
        objective: the loss. `"margin"`, the paper's, compares the result of loss-augmented search with the correct
            tree. `"max-violation"` compares them at the prefix of largest difference. `"steps"` is the negative
            log-likelihood of correct merges at each step of greedy search (default: "steps").
        size: the width of a state's output (default: 200).
        hidden: the width of the scorer's hidden layer (default: 256).
        word_size: the width of the word vectors if no pretrained ones are given (default: 100).
        context_size: the width of the LSTMs' output, half of it per direction; must be even (default: 300).
        context_layers: the number of LSTM layers (default: 2).
        dropout: the dropout probability of word vectors and LSTM outputs (default: 0.2).
        kappa: κ, the margin per wrong span; with `"steps"`, the margin of wrong merges (default: 0.05).
        explore: with `"steps"`, the share of sentences in which training follows the model's own choices; in the
            others, it follows the best correct merges (default: 1.0).
        width: the beam width of parsing; 1 is greedy search. Greedy search is best with `"steps"`, whose scores are
            comparable only within a step: F1 on SST's dev is 77.7, and 76.3 with 4, 75.7 with 16 (default: 1).
        train_width: the beam width of search in training; not used by `"steps"` (default: 1).
        epochs: the number of passes over the training trees (default: 10).
        batch_size: the number of sentences per step (default: 32).
        learning_rate: the initial learning rate of Adam, with cosine decay to 0 (default: 0.002).
        weight_decay: λ, the weight of the L2 penalty on all parameters but the word vectors (default: 0.0).
        seed: the seed of initial weights, order of the trees and dropout (default: 0).

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
            raise InputError(
                f"{argument('context_size')} {self.context_size}: must be even, since each direction has half of it"
            )


def upgrade_settings(values: Mapping[str, Any]) -> dict[str, Any]:
    """Convert `RecursiveSettings` as written by treenn 0.1.0 to their current values."""
    return {**values, "objective": "max-violation"} if values.get("objective") == "violation" else dict(values)


PAPER = RecursiveSettings(context="none", scorer="parent", objective="margin", size=100, dropout=0.0, weight_decay=1e-4)
"""The paper's network and objective: no context, scores from the parent only, margin loss."""
