"""`ChartSettings`: all that decides the training of a chart parser but its data."""

from __future__ import annotations

from dataclasses import dataclass

from treenn.parsers.chart.folds import parse_fold
from treenn.trees import InputError


@dataclass(frozen=True)
class ChartSettings:
    """How the parser is built and trained; the defaults are the shipped parser's.

    Args:
        size: width of each direction of the LSTMs.
        layers: how many bidirectional LSTMs are stacked.
        word_size: width of the word vectors where no pretrained ones are given.
        affix_size: width of the vectors of prefixes, suffixes and shapes.
        span_size: width of the hidden layer that scores spans.
        split_size: rank of the maps that score the splits of spans.
        dropout: share of numbers dropped at each layer, the same for all words or spans of a sentence.
        word_dropout: α: a word seen c times in training is taken for an unknown one with probability α / (α + c)
            (Kiperwasser and Goldberg, *Simple and Accurate Dependency Parsing Using Bidirectional LSTM Feature
            Representations*, TACL 2016).
        epochs: how often training sees each tree.
        batch_size: sentences in one step, all of one length.
        learning_rate: of Adam, at its highest: it rises over the first steps and falls to nothing as a cosine.
        warmup: how many steps it rises.
        longest: trees of more words are left out of training.
        phrase_share: how many phrases of the treebank's own trees, as sentences by themselves, the first epoch has for
            each tree; it falls to none in the last. Of trees that are not binary, none.
        helper_share: how many trees of the helping treebanks the first epoch has for each of the treebank's own; it
            falls likewise.
        fold: a part of the treebank's trees that is left out of training, such as `1/4`, the first of four, to teach
            other parsers; `""` for none.
        taught: how much of what is learned from a tree is what teachers think of its sentence, where there are any.
        average: decay of the running average of the weights, which is what parses; 0 for the last weights themselves.
        seed: of first weights, order of the trees and dropout.

    Raises:
        InputError: names the option that is out of its range.
    """

    size: int = 200
    layers: int = 2
    word_size: int = 100
    affix_size: int = 64
    span_size: int = 256
    split_size: int = 32
    dropout: float = 0.33
    word_dropout: float = 0.5
    epochs: int = 12
    batch_size: int = 32
    learning_rate: float = 1.5e-3
    warmup: int = 300
    longest: int = 60
    phrase_share: float = 2.0
    helper_share: float = 1.6
    fold: str = ""
    taught: float = 0.5
    average: float = 0.998
    seed: int = 0

    def __post_init__(self) -> None:
        for name in (
            "size",
            "layers",
            "word_size",
            "affix_size",
            "span_size",
            "split_size",
            "epochs",
            "batch_size",
            "longest",
        ):
            if getattr(self, name) < 1:
                raise InputError(f"--{name.replace('_', '-')} {getattr(self, name)}: must be 1 or more")
        for name in ("word_dropout", "learning_rate", "warmup", "phrase_share", "helper_share"):
            if not getattr(self, name) >= 0:
                raise InputError(f"--{name.replace('_', '-')} {getattr(self, name)}: must be 0 or more")
        for name in ("dropout", "average"):
            if not 0 <= getattr(self, name) < 1:
                raise InputError(f"--{name} {getattr(self, name)}: must be at least 0 and below 1")
        if not 0 <= self.taught <= 1:
            raise InputError(f"--taught {self.taught}: must be 0 to 1")
        parse_fold(self.fold)
