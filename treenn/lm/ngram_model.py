"""`NGramModel`: a language model with modified Kneser-Ney smoothing, and its folder."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np

from treebanks import Sentence, TextCorpus
from treebanks.text.corpus import Unit
from treenn.evaluation.token_predictions import TokenPredictions
from treenn.lm.kneser_ney import HIGHEST_ORDER, KneserNey
from treenn.lm.language_model import FloatArray, LanguageModel
from treenn.lm.ngram_file import read_counts, write_counts
from treenn.models.text_vocabulary import TextVocabulary
from treenn.runtime.arrays import IntArray
from treenn.runtime.progress import Progress, ignore
from treenn.runtime.weight_file import NAME
from treenn.tasks.language import check_tokens
from treenn.trees.atomic_writing import write_text
from treenn.trees.errors import InputError, argument
from treenn.trees.json_records import from_json, to_json
from treenn.trees.json_values import read_object

PREFIX = "kneser-ney-"
"""The names of n-gram models: this and their order, such as `kneser-ney-5`."""

FORMAT = 1


@dataclass(frozen=True)
class NGramConfig:
    """config.json of an n-gram model.

    Args:
        format: the version of the folder's layout.
        smoothing: the smoothing.
        order: the highest order.
        unit: the unit of the tokens.
        discounts: the three discounts of each order.
    """

    format: int
    smoothing: str
    order: int
    unit: Unit
    discounts: tuple[tuple[float, float, float], ...]

    def __post_init__(self) -> None:
        if self.format != FORMAT or self.smoothing != "kneser-ney":
            raise InputError(f"the format of this model is {self.format} {self.smoothing[:40]!r}; must be {FORMAT}")
        if not 1 <= self.order <= HIGHEST_ORDER or len(self.discounts) != self.order:
            raise InputError(f"'order' is {self.order}; must be 1 to {HIGHEST_ORDER}, with discounts for each order")
        if any(not 0 <= each <= count for order in self.discounts for count, each in enumerate(order, start=1)):
            raise InputError("'discounts': each must be 0 to its count, 1, 2 or 3")


def order_of(name: str) -> int | None:
    """The order of an n-gram model by its name; None for other models.

    Raises:
        InputError: if the order is out of range.

    >>> order_of("kneser-ney-5"), order_of("lstm")
    (5, None)
    """
    if not name.startswith(PREFIX):
        return None
    number = name.removeprefix(PREFIX)
    if not (number.isdecimal() and number.isascii() and len(number) <= 2 and 1 <= int(number) <= HIGHEST_ORDER):
        raise InputError(f"{argument('model')} {name}: the order must be 1 to {HIGHEST_ORDER}")
    return int(number)


class NGramModel(LanguageModel):
    """A language model with interpolated modified Kneser-Ney smoothing.

    Args:
        vocabulary: the tokens.
        unit: the unit of the tokens.
        model: the n-grams.

    >>> sentences = [Sentence("a b a"), Sentence("a b")]
    >>> model = NGramModel.fit(TextCorpus("two", "word", {"train": sentences, "dev": sentences}), order=2)
    >>> round(model.predict(sentences).perplexity, 2)
    2.14
    """

    def __init__(self, vocabulary: TextVocabulary, unit: Unit, model: KneserNey) -> None:
        super().__init__(vocabulary, unit, f"{PREFIX}{model.order}")
        self.model = model

    @classmethod
    def fit(cls, corpus: TextCorpus, order: int, vocabulary_size: int = 0) -> Self:
        """Fit a model to the training split of a corpus.

        Args:
            corpus: the corpus.
            order: the highest order.
            vocabulary_size: the number of words, the most frequent ones; 0 for all (default: 0).

        Raises:
            InputError: if train has one token, or the order is out of range.
        """
        check_tokens(corpus.train, corpus.name)
        words = [sentence.words for sentence in corpus.train]
        vocabulary = TextVocabulary.of_sentences(words, vocabulary_size)
        return cls(vocabulary, corpus.unit, KneserNey.fit(*vocabulary.token_ids(words), len(vocabulary), order))

    @property
    def parameters(self) -> int:
        """The number of n-grams that occur in training."""
        return self.model.parameters

    def predict(self, sentences: Sequence[Sentence], progress: Progress = ignore) -> TokenPredictions:
        """See `LanguageModel.predict`."""
        self.check_sentences(sentences)
        ids, sizes = self.vocabulary.token_ids([sentence.words for sentence in sentences])
        return TokenPredictions.of(self.model.log_probabilities(ids, sizes), ids, sizes, sentences)

    def advance(self, tokens: IntArray, state: Any) -> tuple[FloatArray, Any]:
        """See `LanguageModel.advance`; the state has the tokens of each sequence so far."""
        if state is None:
            before = list[list[int]]([] for _ in tokens)
        else:
            before = [[*each, int(token)] for each, token in zip(state, tokens, strict=True)]
        return np.stack([self.model.distribution(each) for each in before]), before

    def save(self, folder: Path) -> None:
        """Write the model as `config.json`, `vocabulary.json` and `model.safetensors`."""
        config = NGramConfig(FORMAT, "kneser-ney", self.model.order, self.unit, tuple(self.model.discounts))
        write_text(folder / "config.json", json.dumps(to_json(config), indent=2) + "\n")
        self.vocabulary.write(folder / "vocabulary.json")
        write_counts(folder / NAME, self.model.counts)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Load a saved model. Folders from anyone are safe: only JSON and safetensors are read.

        Raises:
            InputError: if there is no such model, or a file is malformed.
        """
        config = from_json(NGramConfig, read_object(folder / "config.json"), folder / "config.json")
        vocabulary = TextVocabulary.read(folder / "vocabulary.json")
        counts = read_counts(folder / NAME, config.order, len(vocabulary) + 1)
        return cls(vocabulary, config.unit, KneserNey(len(vocabulary), counts, config.discounts))
