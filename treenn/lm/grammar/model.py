"""`GrammarModel`: a trained grammar as a language model, by sums over the trees of a beam."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NoReturn

import numpy as np

from treebanks import Sentence
from treenn.evaluation.token_predictions import TokenPredictions
from treenn.lm.grammar.beam_search import beam_search
from treenn.lm.grammar.grammar import Grammar
from treenn.lm.language_model import LanguageModel
from treenn.models.network import Network
from treenn.models.task_model import recipe_name
from treenn.runtime.arrays import IntArray
from treenn.runtime.progress import Progress, ignore
from treenn.trees.arguments import Count, checked
from treenn.trees.errors import InputError


class GrammarModel(LanguageModel):
    """A grammar as a distribution over sentences, token by token.

    The probability of a prefix is the sum over the partial trees of a word-synchronous beam search; that of a token is
    the ratio of two prefixes (Hale, Dyer, Kuncoro and Brennan, ACL 2018). The sum over all tokens of a sentence is a
    lower bound of its log-probability.

    Args:
        network: the network, of `treenn.train` or `treenn.load_model`.
        beam: as in `beam_search` (default: 100).
        word_beam: as in `beam_search` (default: 10).

    Raises:
        InputError: if it is for another task.
    """

    @checked
    def __init__(self, network: Network, beam: Count = 100, word_beam: Count = 10) -> None:
        self.grammar, self.beam, self.word_beam = Grammar.of(network), beam, word_beam
        super().__init__(self.grammar.vocabulary, "word", recipe_name(network))

    def predict(self, sentences: Sequence[Sentence], progress: Progress = ignore) -> TokenPredictions:
        """See `LanguageModel.predict`.

        Raises:
            InputError: if every tree of a sentence was pruned from the beam.
        """
        self.check_sentences(sentences)
        words = [sentence.words for sentence in sentences]
        prefixes = beam_search(self.grammar, words, self.beam, self.word_beam, progress=progress)
        for index, each in enumerate(prefixes):
            if not np.isfinite(each).all():
                raise InputError(f"sentence {index + 1}: no tree is left in the beam; word_beam must be greater")
        ids, sizes = self.vocabulary.token_ids(words)
        log_p = np.concatenate([np.diff(each, prepend=0.0) for each in prefixes])
        return TokenPredictions.of(log_p, ids, sizes, sentences)

    def advance(self, tokens: IntArray, state: Any) -> NoReturn:
        """Refuse: a grammar generates trees with their sentences, by `treenn.lm.grammar.generate`.

        Raises:
            InputError: always.
        """
        raise InputError("a grammar generates trees with their sentences; use treenn.lm.grammar.generate")
