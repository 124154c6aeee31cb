"""Language models: the next token of a sentence, from the tokens before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor
from torch.nn.utils.rnn import PackedSequence

from treebanks import Sentence, TextCorpus
from treebanks.text.corpus import Unit
from treenn.encoders.prefixes import causal_network, prefix_states
from treenn.evaluation.token_predictions import TokenPredictions, text_sizes
from treenn.models.network import Network
from treenn.models.settings import Settings
from treenn.models.text_vocabulary import END_ID, TextVocabulary
from treenn.models.vocabulary import Vocabulary
from treenn.models.word_softmax import WordSoftmax
from treenn.runtime.arrays import IntArray
from treenn.runtime.tensor_batch import TensorBatch
from treenn.sequences.packed import Packing
from treenn.tasks.generation_task import GenerationTask, tied_width
from treenn.trees.errors import InputError, argument


@dataclass(frozen=True)
class PackedText(TensorBatch):
    """Sentences of a batch, packed from the longest to the shortest.

    The first input of a sentence is the end-of-sentence symbol. The target of an input is the next token.

    Shape: `R` tokens, `T` sentences.

    Args:
        inputs: `(R,)` the indices of the inputs, sorted by time.
        targets: `(R,)` the indices of the targets.
        batch_sizes: the number of sentences alive at each time, on the CPU, as in a `PackedSequence`.
        rows: `(R,)` the row of each token, in the order of the sentences.
        sizes: `(T,)` the number of targets of each sentence.
        tokens: `(T,)` the number of counted tokens.
        characters: `(T,)` the number of characters.
    """

    on_cpu = ("batch_sizes", "sizes", "tokens", "characters")

    inputs: Tensor
    targets: Tensor
    batch_sizes: Tensor
    rows: Tensor
    sizes: Tensor
    tokens: Tensor
    characters: Tensor

    @classmethod
    def of(cls, vocabulary: TextVocabulary, sentences: Sequence[Sentence]) -> PackedText:
        """Pack sentences."""
        ids, sizes = vocabulary.token_ids([sentence.words for sentence in sentences])
        order = np.argsort(-sizes, kind="stable")
        packing = Packing.of(sizes[order])
        starts = np.cumsum(sizes) - sizes
        source = starts[order[packing.sequence]] + packing.time  # (R,) the token of each row
        inputs = np.where(np.isin(source, starts), END_ID, ids[source - 1])
        rows = np.empty_like(source)
        rows[source] = np.arange(len(source))
        columns = (inputs, ids[source], packing.alive, rows, sizes, *text_sizes(sentences, sizes))
        return cls(*map(torch.from_numpy, columns))


class LanguageModelling(GenerationTask):
    """The base of language models: the distribution of the next token, by a softmax over the vocabulary.

    Sentences are independent. The loss is the mean surprisal of a token.
    """

    metric = "perplexity"
    model_noun = "language model"
    unit: ClassVar[Unit]

    def head_for(self, settings: Settings, vocabulary: Vocabulary) -> WordSoftmax:
        """A softmax over the vocabulary."""
        return WordSoftmax(settings.size, len(vocabulary), tied_width(settings), settings.dropout)

    def batch_starts(self, lengths: IntArray, size: int) -> IntArray:
        """Starts of batches of about equal numbers of tokens."""
        budget = size * lengths.mean()
        batch = np.ceil(np.cumsum(lengths) / budget).astype(np.int64)
        return np.flatnonzero(np.diff(batch)) + 1

    def pack(self, network: Network, examples: Sequence[Sentence]) -> PackedText:
        """Pack sentences, the longest first."""
        assert isinstance(network.vocabulary, TextVocabulary)
        return PackedText.of(network.vocabulary, examples)

    def states(self, network: Network, packed: PackedText) -> Tensor:
        """The state before each target. Shape: `(R, d)`."""
        x = PackedSequence(network.embed(packed.inputs), packed.batch_sizes)
        return prefix_states(network.encoder, x).data

    def scores(self, network: Network, packed: PackedText, *, roots_only: bool) -> Tensor:
        """The scores of all tokens before each target. Shape: `(R, words)`."""
        scores: Tensor = network.head(self.states(network, packed), network.embedding.weight)
        return scores

    def loss(self, network: Network, packed: PackedText, *, roots_only: bool) -> Tensor:
        """The mean surprisal of a token in nats."""
        loss: Tensor = network.head.loss(self.states(network, packed), network.embedding.weight, packed.targets)
        return loss

    def outputs(self, network: Network, packed: PackedText, *, roots_only: bool) -> tuple[Tensor, ...]:
        """The columns of `TokenPredictions`."""
        states = self.states(network, packed)
        found = network.head.log_probabilities(states, network.embedding.weight, packed.targets)
        unknown = packed.targets == 0
        return found[packed.rows].cpu(), unknown[packed.rows].cpu(), packed.sizes, packed.tokens, packed.characters

    def predictions(self, *columns: Any) -> TokenPredictions:
        """Predictions from the columns of `outputs`."""
        return TokenPredictions(*columns)

    def check(self, treebank: Any, settings: Settings) -> None:
        """Validate that the treebank is a corpus of this unit with two words or more, and that the network is causal.

        Raises:
            InputError: if it is not, or a setting does not apply to language models.
        """
        if not isinstance(treebank, TextCorpus) or treebank.unit != self.unit:
            raise InputError(f"{argument('treebank')} {treebank.name}: must be a corpus of {self.unit}s")
        for split, sentences in treebank.splits.items():
            if not sentences:
                raise InputError(f"split {split!r} of {treebank.name} has no sentence")
        check_tokens(treebank.train, treebank.name)
        causal_network(self.check_settings(settings), settings.model)  # type: ignore[arg-type]

    def gold(self, examples: Sequence[Sentence]) -> dict[str, list[Any]]:
        """By sentence: `nodes`, the number of counted tokens, and `characters`, each with one for the end."""
        tokens, characters = text_sizes(examples, np.array([len(each.words) + 1 for each in examples]))
        return {"nodes": tokens.tolist(), "characters": characters.tolist()}


class WordLanguageModel(LanguageModelling):
    """Language models of words."""

    unit = "word"


class CharacterLanguageModel(LanguageModelling):
    """Language models of characters."""

    unit = "character"


def check_tokens(sentences: Sequence[Sentence], name: str) -> None:
    """Validate that sentences have two different tokens or more.

    Raises:
        InputError: if they have one.
    """
    found = set[str]()
    for sentence in sentences:
        found.update(sentence.words)
        if len(found) > 1:
            return
    raise InputError(f"train of {name} has one token, {min(found, default='')!r}; must have two or more")
