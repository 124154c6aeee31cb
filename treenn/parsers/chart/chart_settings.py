"""`ChartSettings`: the hyperparameters of a chart parser."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from zlib import crc32

from treenn.trees.arguments import Count, Layers, Natural, NonNegative, Probability, Seed, Share, Width, check_fields
from treenn.trees.errors import InputError, argument

RENAMED = {"taught": "distill_weight", "helper_share": "auxiliary_share", "average": "ema_decay"}
"""The settings that are renamed since treenn 0.1.0, and their current names."""


@dataclass(frozen=True)
class ChartSettings:
    """The architecture and training of a chart parser; the defaults are the settings of the shipped parser.

    Args:
        size: the width of each direction of the LSTMs (default: 200).
        layers: the number of bidirectional LSTM layers (default: 2).
        word_size: the width of the word vectors if no pretrained ones are given (default: 100).
        affix_size: the width of the vectors of prefixes, suffixes and shapes (default: 64).
        span_size: the width of the hidden layer that scores spans (default: 256).
        split_size: the rank of the bilinear maps that score splits (default: 32).
        dropout: the dropout probability at each layer, with one mask for all words or spans of a sentence (default:
            0.33).
        word_dropout: α: a word with training count c is replaced by the unknown word with probability α / (α + c)
            (Kiperwasser and Goldberg, *Simple and Accurate Dependency Parsing Using Bidirectional LSTM Feature
            Representations*, TACL 2016) (default: 0.5).
        epochs: the number of passes over the training trees (default: 12).
        batch_size: the number of sentences per step, all of equal length (default: 32).
        learning_rate: the peak learning rate of Adam, after linear warmup and before cosine decay to 0 (default:
            0.0015).
        warmup: the number of warmup steps (default: 300).
        longest: the maximum number of words of a training tree (default: 60).
        phrase_share: the number of phrases, as separate sentences, per tree of the treebank in the first epoch, which
            decays linearly to 0; phrases are drawn from binary trees only (default: 2.0).
        auxiliary_share: the number of trees of the auxiliary treebanks per tree of the treebank in the first epoch,
            which decays linearly to 0 (default: 1.6).
        fold: the part of the treebank's trees that is held out of the training of a teacher, such as `1/4`, the first
            of four; `""` for none (default: "").
        distill_weight: the weight of the teachers' distribution in the loss, between 0 (the tree only) and 1 (default:
            0.5). Sentences without a tree have the weight 1.
        unlabelled_share: the number of sentences without a tree per tree of the treebank, drawn anew in each epoch
            (default: 1.0).
        ema_decay: the decay of the exponential moving average of the weights, which the parser uses; 0 to disable
            (default: 0.998).
        seed: the seed of initial weights, order of the trees and dropout (default: 0).

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
    auxiliary_share: NonNegative = 1.6
    fold: str = ""
    distill_weight: Probability = 0.5
    unlabelled_share: NonNegative = 1.0
    ema_decay: Share = 0.998
    seed: Seed = 0

    def __post_init__(self) -> None:
        check_fields(self)
        parse_fold(self.fold)


def parse_fold(fold: str) -> tuple[int, int]:
    """Parse a fold such as `1/4`, the first of four.

    Returns:
        The fold and the number of folds; `(0, 1)` for `""`, no fold.

    Raises:
        InputError: if the text has another form.
    """
    if not fold:
        return 0, 1
    match = re.fullmatch(r"([1-9]\d*)/([1-9]\d*)", fold)
    if not match or int(match[1]) > int(match[2]) or int(match[2]) == 1:
        raise InputError(
            f"{argument('fold')} {fold}: must be one of two or more folds, such as 1/4 for the first of four"
        )
    return int(match[1]), int(match[2])


def in_fold(words: Sequence[str], fold: str) -> bool:
    """Whether a sentence is in a fold.

    The fold is a hash of the words, so a repeated sentence is in one fold only.

    Raises:
        InputError: as `parse_fold`.

    >>> [in_fold(["a", "film"], f"{part}/3") for part in (1, 2, 3)]
    [False, True, False]
    """
    fold_number, folds = parse_fold(fold)
    return crc32(" ".join(words).lower().encode("utf-8", "surrogatepass")) % folds == fold_number - 1
