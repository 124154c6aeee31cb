"""`TranslationModel`: a trained network that translates raw text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from treebanks import Translation
from treenn.evaluation.translation_predictions import TOKENIZERS, TranslationPredictions
from treenn.models.network import Network
from treenn.models.saving import load_model
from treenn.models.text_vocabulary import END_ID
from treenn.runtime.progress import Progress, ignore
from treenn.translation.beam_search import BeamOptions, beam_search
from treenn.translation.network_decoder import NetworkDecoder, encode
from treenn.translation.packing import PackedTranslations, PairTable, longest_outputs
from treenn.translation.task import TranslationTask
from treenn.translation.vocabulary import TranslationVocabulary
from treenn.trees.arguments import AnyPath, checked
from treenn.trees.errors import InputError, argument

_UNITS = 12_000
"""The number of source units of a batch, times the width of the beam."""

_MOST = 400
"""The maximum number of hypotheses of a batch."""


@dataclass(frozen=True)
class Output:
    """A translation.

    Args:
        text: the translation, detokenized.
        log_p: its log-probability log P(y|x).
        score: the normalized score, by which translations of a sentence are ordered.
    """

    text: str
    log_p: float
    score: float


class TranslationModel:
    """A network for the task of translation.

    Args:
        network: the network, of `treenn.train` or `treenn.load_model`.

    Raises:
        InputError: if it is for another task.
    """

    def __init__(self, network: Network) -> None:
        if not isinstance(network.task, TranslationTask) or not isinstance(network.vocabulary, TranslationVocabulary):
            raise InputError(f"{argument('model')}: must be a translation model, not a network for {network.task.name}")
        self.network, self.vocabulary = network.eval(), network.vocabulary

    @classmethod
    @checked
    def load(cls, folder: AnyPath, trust: str | tuple[str, ...] = ()) -> TranslationModel:
        """Load a model from a folder of `treenn translate train`, which may be from anyone.

        Args:
            folder: the folder.
            trust: the modules that the folder may name, as for `treenn.load_model` (default: none).

        Raises:
            InputError: if the folder has no translation model, or a file is malformed.
        """
        return cls(load_model(folder, trust=trust, task="translation"))

    @property
    def languages(self) -> tuple[str, str]:
        """The codes of source and target."""
        return self.vocabulary.segmentation.languages

    def check_languages(self, languages: tuple[str, str]) -> None:
        """Validate that the model translates between these languages.

        Raises:
            InputError: if it translates between others.
        """
        if languages != self.languages:
            raise InputError(
                f"{argument('languages')} {'-'.join(languages)}: this model translates {'-'.join(self.languages)}"
            )

    @torch.inference_mode()
    def translate(
        self, pairs: Sequence[Translation], options: BeamOptions | None = None, progress: Progress = ignore
    ) -> list[list[Output]]:
        """Translate parsed sources by beam search.

        Args:
            pairs: pairs with trees (`treenn.datasets.parallel.with_trees`); targets are not read.
            options: the width, the length normalization and the number of outputs (default: None, `BeamOptions()`).
            progress: called after every batch (default: no report).

        Returns:
            The outputs of each source, best first.
        """
        options = options or BeamOptions()
        table, results = PairTable(pairs), list[list[Output]]([] for _ in pairs)
        lengths = [len(tree.words) for tree in table.units(self.vocabulary).trees]
        order = sorted(range(len(pairs)), key=lengths.__getitem__)
        done = 0
        for batch in self._batches(order, lengths, options.width):
            for index, outputs in zip(batch, self._search(table, batch, options), strict=True):
                results[index] = outputs
            done += len(batch)
            progress(done, len(pairs), "translating")
        return results

    def predict(
        self, pairs: Sequence[Translation], options: BeamOptions | None = None, progress: Progress = ignore
    ) -> TranslationPredictions:
        """The best translation of each source with its reference. Arguments as for `translate`."""
        texts = tuple(outputs[0].text if outputs else "" for outputs in self.translate(pairs, options, progress))
        tokenizer = TOKENIZERS.get(self.languages[1], "13a")
        return TranslationPredictions(texts, tuple(pair.target for pair in pairs), tokenizer)

    def _search(self, table: PairTable, batch: Sequence[int], options: BeamOptions) -> list[list[Output]]:
        packed = PackedTranslations.of(self.vocabulary, table.batch(batch)).to(self.network.embedding.weight.device)
        memory = encode(self.network, packed)
        longest = longest_outputs(packed)
        found = beam_search(
            NetworkDecoder(self.network),
            memory,
            longest,
            options,
            start=END_ID,
            end=END_ID,
            device=memory.values.device,
        )
        outputs = [
            [Output(self.vocabulary.text(each.tokens), each.log_p, each.score) for each in hypotheses]
            for hypotheses in found
        ]
        return [outputs[index] for index in packed.unsorted]

    @staticmethod
    def _batches(order: Sequence[int], lengths: Sequence[int], width: int) -> list[list[int]]:
        """Divide sources in ascending order of length into batches of bounded numbers of hypotheses and units."""
        batches, most = list[list[int]](), max(1, _MOST // width)
        for index in order:
            last = batches[-1] if batches else []
            if not last or len(last) == most or (len(last) + 1) * lengths[index] * width > _UNITS:
                batches.append([index])
            else:
                last.append(index)
        return batches
