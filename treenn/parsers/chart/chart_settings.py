"""`ChartSettings`: all that decides the training of a chart parser but its data."""

from __future__ import annotations

from dataclasses import dataclass

from treenn.parsers.chart.folds import parse_fold
from treenn.trees.arguments import (
    Count,
    Layers,
    Natural,
    NonNegative,
    Probability,
    Seed,
    Share,
    Width,
    check_fields,
)


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
        InputError: if a setting is of another type or out of range.
    """

    size: Width = 200
    layers: Layers = 2
    word_size: Width = 100
    affix_size: Width = 64
    span_size: Width = 256
    split_size: Width = 32
    dropout: Share = 0.33
    word_dropout: NonNegative = 0.5
    epochs: Count = 12
    batch_size: Count = 32
    learning_rate: NonNegative = 1.5e-3
    warmup: Natural = 300
    longest: Count = 60
    phrase_share: NonNegative = 2.0
    helper_share: NonNegative = 1.6
    fold: str = ""
    taught: Probability = 0.5
    average: Share = 0.998
    seed: Seed = 0

    def __post_init__(self) -> None:
        check_fields(self)
        parse_fold(self.fold)
