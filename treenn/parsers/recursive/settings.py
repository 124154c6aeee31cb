"""`Settings`: all that decides a training run of the recursive-network parser but its data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from treenn.trees import InputError

CELLS = ("recursive-tanh", "recursive-relu", "tree-lstm", "tree-gru", "gated-recursive", "rntn", "mv-rnn")
"""The cells that can build a tree."""

Context = Literal["none", "lstm"]
Scorer = Literal["parent", "neighbours"]
Objective = Literal["margin", "violation", "steps"]


@dataclass(frozen=True)
class Settings:
    """How the parser is built and trained; `PAPER` is the paper's own, the defaults are what does best on SST's dev.

    Args:
        cell: what composes: one of `CELLS`, named as in `treenn.architectures.ENCODERS`.
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
        InputError: names the option that is out of its range.
    """

    cell: str = "recursive-tanh"
    context: Context = "lstm"
    scorer: Scorer = "neighbours"
    objective: Objective = "steps"
    size: int = 200
    hidden: int = 256
    word_size: int = 100
    context_size: int = 300
    context_layers: int = 2
    dropout: float = 0.2
    kappa: float = 0.05
    explore: float = 1.0
    width: int = 1
    train_width: int = 1
    epochs: int = 10
    batch_size: int = 32
    learning_rate: float = 2e-3
    weight_decay: float = 0.0
    seed: int = 0

    def __post_init__(self) -> None:
        if self.cell not in CELLS:
            raise InputError(f"--cell {self.cell}: must be one of {', '.join(CELLS)}")
        for name, choice in (("context", Context), ("scorer", Scorer), ("objective", Objective)):
            if getattr(self, name) not in get_args(choice):
                raise InputError(f"--{name} {getattr(self, name)}: must be {' or '.join(get_args(choice))}")
        for name in _COUNTS:
            if getattr(self, name) < 1:
                raise InputError(f"--{name.replace('_', '-')} {getattr(self, name)}: must be 1 or more")
        for name in ("learning_rate", "weight_decay", "kappa"):
            if not getattr(self, name) >= 0:
                raise InputError(f"--{name.replace('_', '-')} {getattr(self, name)}: must be 0 or more")
        if not 0 <= self.explore <= 1:
            raise InputError(f"--explore {self.explore}: must be 0 to 1")
        if not 0 <= self.dropout < 1:
            raise InputError(f"--dropout {self.dropout}: must be at least 0 and below 1")
        if self.context_size % 2:
            raise InputError(f"--context-size {self.context_size}: must be even, half of it from either side")


_COUNTS = (
    *("size", "hidden", "word_size", "context_size", "context_layers"),
    *("width", "train_width", "epochs", "batch_size"),
)

PAPER = Settings(context="none", scorer="parent", objective="margin", size=100, dropout=0.0, weight_decay=1e-4)
"""The paper's network and objective: no context, the score from the parent alone, the margin loss."""
