"""`NetworkModel`: a trained network as a language model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from treebanks import Sentence
from treenn.encoders.prefixes import causal_network
from treenn.evaluation.token_predictions import TokenPredictions
from treenn.lm.language_model import FloatArray, LanguageModel
from treenn.models.network import Network
from treenn.models.task_model import recipe_name, task_parts
from treenn.models.text_vocabulary import TextVocabulary
from treenn.runtime.arrays import IntArray
from treenn.runtime.progress import Progress, ignore
from treenn.tasks.language import LanguageModelling

_TOKENS = 8192  # in a batch of sentences of similar length


class NetworkModel(LanguageModel):
    """A network for the task of language models.

    Args:
        network: the network, of `treenn.train` or `treenn.load_model`.

    Raises:
        InputError: if it is for another task.
    """

    def __init__(self, network: Network) -> None:
        task, vocabulary = task_parts(network, LanguageModelling, TextVocabulary, "a language model")
        super().__init__(vocabulary, task.unit, recipe_name(network))
        self.network = network.eval()

    def predict(self, sentences: Sequence[Sentence], progress: Progress = ignore) -> TokenPredictions:
        """See `LanguageModel.predict`."""
        self.check_sentences(sentences)
        longest = max((len(sentence.words) + 1 for sentence in sentences), default=1)
        found: TokenPredictions = self.network.predict(
            list(sentences), max(1, min(500, _TOKENS // longest)), progress=progress
        )
        return found

    def advance(self, tokens: IntArray, state: Any) -> tuple[FloatArray, Any]:
        """See `LanguageModel.advance`."""
        network = causal_network(self.network.encoder, self.name)
        with torch.inference_mode():
            weight = self.network.embedding.weight
            h, state = network.step(self.network.embed(torch.from_numpy(tokens).to(weight.device)), state)
            scores = self.network.head(h, weight)  # (n, words)
        probabilities: FloatArray = scores.double().softmax(dim=1).cpu().numpy()
        return probabilities, state
