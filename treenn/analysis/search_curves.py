"""BLEU, time and search errors of a translation model by beam width and length normalization."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import product
from time import perf_counter
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from treebanks import Translation
from treenn.analysis.search_errors import SearchErrors, find_search_errors
from treenn.evaluation.measuring import measure
from treenn.evaluation.translation_predictions import TranslationPredictions, signature
from treenn.runtime.progress import Progress, ignore
from treenn.translation.beam_search import BeamOptions, Hypothesis, normalized
from treenn.translation.model import TranslationModel
from treenn.trees.json_records import Schema

Outputs = Sequence[Sequence[Hypothesis]]
"""The n-best outputs of each sentence."""


class References(NamedTuple):
    """The references of sentences. Shape: `S` sentences.

    Args:
        texts: the references, detokenized.
        lengths: `(S,)` the number of words of each source.
        log_p: `(S,)` the log-probability of each reference, with its end.
        units: `(S,)` the number of units of each reference, its end included.
        tokenizer: the tokenizer of BLEU (default: `13a`).
    """

    texts: Sequence[str]
    lengths: npt.NDArray[np.int64]
    log_p: npt.NDArray[np.float64]
    units: npt.NDArray[np.int64]
    tokenizer: str = "13a"


@dataclass(frozen=True)
class SearchPoint:
    """One setting of the search.

    Args:
        width: the number of hypotheses.
        alpha: the exponent of length normalization.
        bleu: BLEU of the best outputs, between 0 and 1.
        chrf: chrF, between 0 and 1.
        seconds: the time of the search, with encoding, without BLEU.
        units: the mean number of units of an output, its end included.
        errors: the causes of the errors.
    """

    width: int
    alpha: float
    bleu: float
    chrf: float
    seconds: float
    units: float
    errors: SearchErrors

    @property
    def speed(self) -> float:
        """Sentences a second."""
        return self.errors.sentences / self.seconds


@dataclass(frozen=True)
class SearchCurves:
    """The results of a model on one split by width and α.

    Args:
        model: the name of the model.
        treebank: the name of the data.
        split: the split.
        points: the settings.
        signatures: the signatures of sacrebleu by metric.
    """

    model: str
    treebank: str
    split: str
    points: tuple[SearchPoint, ...]
    signatures: Mapping[str, str] = field(default_factory=dict)

    @property
    def alphas(self) -> list[float]:
        """The exponents, in their order."""
        return list(dict.fromkeys(point.alpha for point in self.points))

    def of_alpha(self, alpha: float) -> list[SearchPoint]:
        """The settings with one exponent, by width."""
        return sorted((point for point in self.points if point.alpha == alpha), key=lambda point: point.width)


def search_curves(
    model: TranslationModel,
    pairs: Sequence[Translation],
    names: tuple[str, str, str],
    widths: Sequence[int],
    alphas: Sequence[float],
    progress: Progress = ignore,
) -> SearchCurves:
    """Search for translations with every width and exponent.

    Args:
        model: the model.
        pairs: pairs with trees.
        names: the names of the model, the data and the split.
        widths: the widths.
        alphas: the exponents.
        progress: called after every batch (default: no report).
    """
    texts, vocabulary = [pair.target for pair in pairs], model.vocabulary
    lengths = np.array([len(pair.words) for pair in pairs])
    log_p = np.array(model.log_probabilities(pairs))
    units = np.array([len(vocabulary.target_units(text)) + 1 for text in texts])
    references = References(texts, lengths, log_p, units, model.tokenizer)
    points = search_points(partial(model.search, pairs), vocabulary.text, references, widths, alphas, progress)
    signatures = {name: signature(name, model.tokenizer) for name in ("bleu", "chrf")}
    return SearchCurves(*names, tuple(points), signatures)


CURVES_SCHEMA = Schema("treenn.search_curves", 1, SearchCurves, "JSON file of `treenn translate evaluate --widths`")


def search_points(
    search: Callable[[BeamOptions, Progress], Outputs],
    text_of: Callable[[Sequence[int]], str],
    references: References,
    widths: Sequence[int],
    alphas: Sequence[float],
    progress: Progress = ignore,
) -> list[SearchPoint]:
    """Search with every width and exponent.

    Args:
        search: searches for the outputs of all sentences.
        text_of: converts the units of an output to a detokenized text.
        references: the references.
        widths: the widths.
        alphas: the exponents.
        progress: called within and after every search (default: no report).
    """
    points = []
    settings = [BeamOptions(width, alpha) for width, alpha in product(widths, alphas)]
    for number, options in enumerate(settings):
        within = _part_of(progress, number, len(settings), f"width {options.width}, alpha {options.alpha:g}")
        start = perf_counter()
        outputs = search(options, within)
        points.append(search_point(outputs, options, perf_counter() - start, text_of, references))
    return points


def _part_of(progress: Progress, number: int, settings: int, name: str) -> Progress:
    """The progress of one of several searches."""
    return lambda done, total, text: progress(number * total + done, settings * total, name)


def search_point(
    outputs: Outputs,
    options: BeamOptions,
    seconds: float,
    text_of: Callable[[Sequence[int]], str],
    references: References,
) -> SearchPoint:
    """The results of one search.

    Args:
        outputs: the outputs of each sentence.
        options: the options of the search.
        seconds: its time.
        text_of: as for `search_points`.
        references: the references.
    """
    best = [found[0] if found else Hypothesis((), -math.inf, -math.inf) for found in outputs]
    texts = [text_of(hypothesis.tokens) for hypothesis in best]
    values = measure(TranslationPredictions(tuple(texts), tuple(references.texts), references.tokenizer))
    errors = find_search_errors(
        references.lengths,
        [hypothesis.score for hypothesis in best],
        normalized(references.log_p, references.units, options.alpha),
        [text == reference for text, reference in zip(texts, references.texts, strict=True)],
    )
    units = float(np.mean([len(hypothesis.tokens) + 1 for hypothesis in best]))
    return SearchPoint(options.width, options.alpha, values["bleu"], values["chrf"], seconds, units, errors)
