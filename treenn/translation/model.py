"""`TranslationModel`: a trained network that translates raw text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import torch

from treebanks import Translation
from treenn.evaluation.translation_predictions import TranslationPredictions, bleu_tokenizer
from treenn.models.network import Network
from treenn.models.saving import load_model
from treenn.models.task_model import task_parts
from treenn.models.text_vocabulary import END_ID
from treenn.runtime.progress import Progress, ignore
from treenn.translation.attention_weights import AttentionWeights, output_attention
from treenn.translation.beam_search import BeamOptions, Hypothesis, beam_search
from treenn.translation.decoding import output_log_probabilities
from treenn.translation.network_decoder import NetworkDecoder, encode
from treenn.translation.packing import PackedTranslations, PairTable, longest_outputs, unit_tree
from treenn.translation.task import TranslationTask
from treenn.translation.vocabulary import TranslationVocabulary
from treenn.trees.arguments import AnyPath, checked
from treenn.trees.errors import InputError, argument

T = TypeVar("T")

_UNITS = 12_000
"""The number of source units of a batch, times the width of the beam."""

_HYPOTHESES = 400
"""The maximum number of hypotheses of a batch."""


@dataclass(frozen=True)
class Output:
    """A translation.

    Args:
        text: the translation, detokenized.
        log_p: its log-probability log P(y|x).
        score: the length-normalized score, log P(y|x) / T^α.
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
        _, self.vocabulary = task_parts(network, TranslationTask, TranslationVocabulary, "a translation model")
        self.network = network.eval()

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
        """The language codes of source and target."""
        return self.vocabulary.segmentation.languages

    @property
    def tokenizer(self) -> str:
        """The tokenizer of BLEU for the language of the target."""
        return bleu_tokenizer(self.languages[1])

    def trees(self, given: str | None = None) -> str | None:
        """The parser of sources: `given`, else that of the training. Returns None if neither is set.

        Args:
            given: the name or folder of a parser (default: None, that of the training).

        Raises:
            InputError: if the parser of the training is a folder, which must be given explicitly.
        """
        if given is not None or self.network.text_parsing is None:
            return given
        self.network.text_parsing.check_permitted()
        return self.network.text_parsing.trees

    def check_languages(self, languages: tuple[str, str]) -> None:
        """Validate that the model translates between these languages.

        Raises:
            InputError: if it translates between others.
        """
        if languages != self.languages:
            raise InputError(
                f"{argument('languages')} {'-'.join(languages)}: this model translates {'-'.join(self.languages)}"
            )

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
        found = self.search(pairs, options or BeamOptions(), progress)
        return [[self._output(hypothesis) for hypothesis in hypotheses] for hypotheses in found]

    def _output(self, hypothesis: Hypothesis) -> Output:
        return Output(self.vocabulary.text(hypothesis.tokens), hypothesis.log_p, hypothesis.score)

    def search(
        self, pairs: Sequence[Translation], options: BeamOptions, progress: Progress = ignore
    ) -> list[list[Hypothesis]]:
        """The hypotheses of beam search, with the arguments of `translate`. Returns the outputs as units."""

        def run(packed: PackedTranslations) -> list[list[Hypothesis]]:
            memory = encode(self.network, packed)
            device, longest = memory.values.device, longest_outputs(packed)
            decoder = NetworkDecoder(self.network)
            return beam_search(decoder, memory, longest, options, start=END_ID, end=END_ID, device=device)

        return self._in_batches(pairs, options.width, run, progress)

    def log_probabilities(self, pairs: Sequence[Translation], progress: Progress = ignore) -> list[float]:
        """The log-probability log P(y|x) of each target, by the distribution that `translate` searches.

        It is -∞ for targets with units that no training target has.

        Args:
            pairs: pairs with trees.
            progress: called after every batch (default: no report).
        """

        def run(packed: PackedTranslations) -> list[float]:
            order = sorted(range(len(packed.references)), key=packed.unsorted.__getitem__)
            outputs = [self.vocabulary.target_units(packed.references[index]) for index in order]
            memory, decoder = encode(self.network, packed), NetworkDecoder(self.network)
            device = memory.values.device
            log_p = output_log_probabilities(decoder, memory, outputs, start=END_ID, end=END_ID, device=device)
            return list(log_p.tolist())

        return self._in_batches(pairs, 1, run, progress)

    @torch.inference_mode()
    def attention(self, pair: Translation, units: Sequence[int]) -> AttentionWeights:
        """The attention weights of one translation.

        Args:
            pair: a pair with a tree.
            units: the units of the translation.
        """
        packed = self._packed(PairTable([pair]), [0])
        weights = output_attention(NetworkDecoder(self.network), encode(self.network, packed), units, start=END_ID)
        tree = unit_tree(pair.parsed, self.vocabulary)
        pieces = (*(self.vocabulary.words[unit] for unit in units), "(end)")
        return AttentionWeights(tree.words, pieces, weights, tree if weights.shape[1] == len(tree) else None)

    def predict(
        self, pairs: Sequence[Translation], options: BeamOptions | None = None, progress: Progress = ignore
    ) -> TranslationPredictions:
        """The best translation of each source with its reference. Arguments as for `translate`."""
        texts = tuple(outputs[0].text if outputs else "" for outputs in self.translate(pairs, options, progress))
        return TranslationPredictions(texts, tuple(pair.target for pair in pairs), self.tokenizer)

    @torch.inference_mode()
    def _in_batches(
        self,
        pairs: Sequence[Translation],
        width: int,
        run: Callable[[PackedTranslations], list[T]],
        progress: Progress,
    ) -> list[T]:
        """Run a function on batches of sources of similar lengths. Returns its results in the order of the pairs."""
        table, results = PairTable(pairs), dict[int, T]()
        lengths = [len(tree.words) for tree in table.units(self.vocabulary).trees]
        order = sorted(range(len(pairs)), key=lengths.__getitem__)
        for batch in self._batches(order, lengths, width):
            packed = self._packed(table, batch)
            rows = run(packed)
            results |= {index: rows[row] for index, row in zip(batch, packed.unsorted, strict=True)}
            progress(len(results), len(pairs), "translating")
        return [results[index] for index in range(len(pairs))]

    def _packed(self, table: PairTable, batch: Sequence[int]) -> PackedTranslations:
        return PackedTranslations.of(self.vocabulary, table.batch(batch)).to(self.network.embedding.weight.device)

    @staticmethod
    def _batches(order: Sequence[int], lengths: Sequence[int], width: int) -> list[list[int]]:
        """Divide sources in ascending order of length into batches of bounded numbers of hypotheses and units."""
        batches, most = list[list[int]](), max(1, _HYPOTHESES // width)
        for index in order:
            last = batches[-1] if batches else []
            if not last or len(last) == most or (len(last) + 1) * lengths[index] * width > _UNITS:
                batches.append([index])
            else:
                last.append(index)
        return batches
