"""`LanguageModel`: the interface of n-gram models and networks, for evaluation and generation."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from treebanks import Sentence
from treebanks.text.corpus import Unit
from treebanks.text.verse import FORMS, symbol_of
from treenn.evaluation.token_predictions import TokenPredictions
from treenn.models.text_vocabulary import TextVocabulary
from treenn.runtime.arrays import IntArray
from treenn.runtime.progress import Progress, ignore
from treenn.trees.errors import InputError, argument

FloatArray = npt.NDArray[np.float64]


class LanguageModel(ABC):
    """A distribution over sentences, token by token.

    Args:
        vocabulary: the tokens.
        unit: the unit of the tokens.
        name: the name in results, such as `lstm` or `kneser-ney-5`.
    """

    def __init__(self, vocabulary: TextVocabulary, unit: Unit, name: str) -> None:
        self.vocabulary, self.unit, self.name = vocabulary, unit, name

    @abstractmethod
    def predict(self, sentences: Sequence[Sentence], progress: Progress = ignore) -> TokenPredictions:
        """The log-probability of each token of sentences, which have the model's unit."""

    @abstractmethod
    def advance(self, tokens: IntArray, state: Any) -> tuple[FloatArray, Any]:
        """Read one token of each sequence.

        Args:
            tokens: `(n,)` the tokens; `END_ID` at the beginning.
            state: the state of the call before; None at the beginning.

        Returns:
            The probabilities of the next tokens, `(n, words)`, and the state.
        """

    @property
    def has_forms(self) -> bool:
        """True if the model was trained on poems with their forms."""
        return any(symbol_of(form) in self.vocabulary.words for form in FORMS)

    def check_sentences(self, sentences: Sequence[Sentence]) -> None:
        """Validate the unit of sentences.

        Raises:
            InputError: if it is another one.
        """
        if any(sentence.unit != self.unit for sentence in sentences):
            raise InputError(f"{argument('unit')}: this is a model of {self.unit}s; the sentences have another unit")
