"""`TranslationTask`: training of translation models on sentence pairs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from torch import Tensor

from treebanks import ParallelCorpus, Translation
from treenn.encoders import PackedForest
from treenn.evaluation.translation_predictions import TranslationPredictions, bleu_tokenizer
from treenn.models.network import Network
from treenn.models.settings import Settings
from treenn.models.text_vocabulary import END_ID
from treenn.models.vocabulary import Vocabulary
from treenn.runtime.arrays import IntArray
from treenn.runtime.progress import Progress, ignore
from treenn.sequences.step_decoder import greedy
from treenn.tasks.generation_task import GenerationTask, tied_width
from treenn.translation.head import TranslationHead
from treenn.translation.network_decoder import NetworkDecoder, encode
from treenn.translation.packing import PackedTranslations, PairTable, longest_outputs
from treenn.translation.vocabulary import TranslationVocabulary
from treenn.trees.errors import InputError, argument

UNITS = 8000
"""The number of byte-pair units if `vocabulary_size` is 0."""


class TranslationTask(GenerationTask):
    """Translation: the distribution of a target given its source, unit by unit, by a decoder with attention.

    Pairs are independent. The loss is the mean cross-entropy of a unit of the target, its end included. Epochs are
    compared by the BLEU of greedy translations of dev, and trained models are evaluated by beam search.
    """

    metric = "bleu"
    noun = "pair"
    model_noun = "translation model"
    vocabulary_class = TranslationVocabulary
    own_settings = ("source_units", "target_units", "attention", "label_smoothing")

    def make_vocabulary(self, treebank: Any, settings: Settings) -> TranslationVocabulary:
        """Learn the units of train, with `settings.vocabulary_size` byte-pair units (0: `UNITS`)."""
        return TranslationVocabulary.learn(
            [pair.words for pair in treebank.train],
            [pair.target for pair in treebank.train],
            treebank.languages,
            size=settings.vocabulary_size or UNITS,
            source_units=settings.source_units,
            target_units=settings.target_units,
        )

    def head_for(self, settings: Settings, vocabulary: Vocabulary) -> TranslationHead:
        """A decoder with attention."""
        assert isinstance(vocabulary, TranslationVocabulary)
        return TranslationHead(
            settings.size,
            settings.word_size,
            vocabulary.target_size,
            tied_width(settings),
            settings.attention,
            settings.dropout,
            settings.label_smoothing,
        )

    def lengths(self, examples: Sequence[Translation]) -> IntArray:
        """The number of characters of each target, about proportional to its number of units."""
        return np.array([len(pair.target) + 1 for pair in examples])

    def batch_starts(self, lengths: IntArray, size: int) -> IntArray:
        """Starts of batches of about equal numbers of units."""
        return starts_within(lengths, size * lengths.mean())

    def table(self, examples: Sequence[Translation]) -> PairTable:
        """A table that segments the pairs once."""
        return PairTable(examples)

    def pack(self, network: Network, examples: Sequence[Translation]) -> PackedTranslations:
        """Pack pairs."""
        assert isinstance(network.vocabulary, TranslationVocabulary)
        return PackedTranslations.of(network.vocabulary, examples)

    def scores(self, network: Network, packed: PackedTranslations, *, roots_only: bool) -> Tensor:
        """The log-probability of each unit of the targets. Shape: `(R,)`."""
        scores: Tensor = network.head.log_probabilities(*self._inputs(network, packed))
        return scores

    def loss(self, network: Network, packed: PackedTranslations, *, roots_only: bool) -> Tensor:
        """The mean cross-entropy of a unit in nats, with label smoothing."""
        loss: Tensor = network.head.loss(*self._inputs(network, packed))
        return loss

    def _inputs(self, network: Network, packed: PackedTranslations) -> tuple[Any, ...]:
        """The arguments of `TranslationHead.loss`."""
        state = network.head.start(*encode(network, packed))
        return network.embed(packed.inputs), packed.alive, state, network.embedding.weight, packed.targets

    def outputs(self, network: Network, packed: PackedTranslations, *, roots_only: bool) -> tuple[Any, ...]:
        """Greedy translations, references, and the tokenizer of BLEU for each."""
        vocabulary = network.vocabulary
        assert isinstance(vocabulary, TranslationVocabulary)
        longest = longest_outputs(packed)
        memory = encode(network, packed)
        device = memory.values.device
        translations = greedy(NetworkDecoder(network), memory, longest, start=END_ID, end=END_ID, device=device)
        texts = [vocabulary.text(translations[index]) for index in packed.unsorted]
        tokenizer = bleu_tokenizer(vocabulary.segmentation.languages[1])
        return texts, list(packed.references), [tokenizer] * len(texts)

    def evaluate(
        self, network: Network, treebank: Any, split: str, *, roots_only: bool, progress: Progress = ignore
    ) -> TranslationPredictions:
        """Translations by beam search with the defaults of `BeamOptions`; epochs are compared by greedy ones."""
        from treenn.translation.model import TranslationModel  # imports this module

        was_training = network.training
        predictions = TranslationModel(network).predict(treebank.splits[split], progress=progress)
        network.train(was_training)
        return predictions

    def predictions(self, *columns: Any) -> TranslationPredictions:
        """Predictions from the columns of `outputs`."""
        texts, references, tokenizers = columns
        return TranslationPredictions(tuple(texts), tuple(references), tokenizers[0])

    def check(self, treebank: Any, settings: Settings) -> None:
        """Validate that the treebank is a parsed parallel corpus, and that the network supports it.

        Raises:
            InputError: if it is not, a split is empty, or a setting does not apply to translation.
        """
        if not isinstance(treebank, ParallelCorpus):
            raise InputError(f"{argument('treebank')} {treebank.name}: must be a ParallelCorpus")
        for split, pairs in treebank.splits.items():
            if not pairs:
                raise InputError(f"split {split!r} of {treebank.name} has no pair; must have one or more")
        if not treebank.is_parsed:
            raise InputError(
                f"{argument('treebank')} {treebank.name}: its sources must be parsed by treenn.datasets.with_trees"
            )
        if settings.word_dropout:
            raise InputError(
                f"{argument('word_dropout')} {settings.word_dropout}: does not apply to translation models"
            )
        encoder = self.check_settings(settings)
        if getattr(encoder, "forest_type", None) is not PackedForest:
            raise InputError(f"{argument('model')} {settings.model}: must read words or binary trees, as bilstm")

    def gold(self, examples: Sequence[Translation]) -> dict[str, list[Any]]:
        """By pair: `nodes`, the number of words of the source."""
        return {"nodes": [len(pair.words) for pair in examples]}


def starts_within(lengths: IntArray, budget: float) -> IntArray:
    """The starts of batches of about equal total lengths.

    Args:
        lengths: `(T,)` ascending.
        budget: the total length of a batch.
    """
    batch = np.ceil(np.cumsum(lengths) / budget).astype(np.int64)
    return np.flatnonzero(np.diff(batch)) + 1
