"""`TranslationPredictions`: translations with their references, and the n-gram counts of BLEU and chrF by sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from treenn.evaluation.measuring import metrics_html
from treenn.evaluation.metrics import Columns
from treenn.evaluation.translation_metrics import BLEU_ORDER, CHRF_ORDER, Counts
from treenn.trees.errors import InputError, argument

if TYPE_CHECKING:
    from sacrebleu.metrics.base import Metric as Scorer


def bleu_tokenizer(language: str) -> str:
    """The tokenizer of BLEU for a target language.

    Args:
        language: the code of the language.

    >>> bleu_tokenizer("de"), bleu_tokenizer("zh")
    ('13a', 'zh')
    """
    return "zh" if language == "zh" else "13a"


@dataclass(frozen=True)
class TranslationPredictions:
    """Translations of sentences with their references. BLEU and chrF are computed by sacrebleu (Post, WMT 2018).

    Args:
        outputs: the translations, detokenized.
        references: the reference of each.
        tokenizer: the tokenizer of BLEU, `13a`, `zh`, `char` or `none` (default: `13a`).

    Raises:
        InputError: if there are no translations, or not as many as references.

    >>> found = TranslationPredictions(("Ein Hund bellt laut .",), ("Ein Hund bellt sehr laut .",))
    >>> found.bleu.tolist()
    [[5, 6, 5, 3, 1, 0]]
    >>> found.signatures["bleu"].split("|version")[0]
    'nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp'
    """

    kind: ClassVar[str] = "translations"

    outputs: tuple[str, ...]
    references: tuple[str, ...]
    tokenizer: str = "13a"

    def __post_init__(self) -> None:
        if len(self.outputs) != len(self.references) or not self.outputs:
            counts = f"{len(self.outputs)} for {len(self.references)} references"
            raise InputError(f"{argument('outputs')}: {counts}; must be equal, and at least 1")

    def __repr__(self) -> str:
        """The number of sentences."""
        return f"TranslationPredictions(sentences={len(self.outputs)})"

    def _repr_html_(self) -> str:
        return metrics_html(self)

    @property
    def n_examples(self) -> int:
        """The number of sentences."""
        return len(self.outputs)

    @cached_property
    def bleu(self) -> Counts:
        """The length of each output and its reference in tokens, and the matching 1- to 4-grams. Shape: `(S, 6)`."""
        counts = _counts(_bleu(self.tokenizer), self.outputs, self.references)
        return counts[:, : 2 + BLEU_ORDER]

    @cached_property
    def chrf(self) -> Counts:
        """The length of each output and its reference in characters, without spaces, and the matching 1- to 6-grams.

        Shape: `(S, 8)`.
        """
        lengths = [
            [len("".join(text.split())) for text in pair] for pair in zip(self.outputs, self.references, strict=True)
        ]
        counts = _counts(_chrf(), self.outputs, self.references)
        return np.concatenate([np.array(lengths), counts[:, 2 : 3 * CHRF_ORDER : 3]], axis=1)

    @property
    def signatures(self) -> dict[str, str]:
        """The signatures of sacrebleu by metric: the parameters on which the values depend."""
        return {name: signature(name, self.tokenizer) for name in ("bleu", "chrf")}

    def take(self, examples: Counts) -> TranslationPredictions:
        """Select the translations of some sentences, as `Predictions.take`. Counts are not computed again."""
        outputs, references = (tuple(texts[index] for index in examples) for texts in (self.outputs, self.references))
        some = TranslationPredictions(outputs, references, self.tokenizer)
        some.__dict__.update(bleu=self.bleu[examples], chrf=self.chrf[examples])
        return some

    def by_example(self) -> Columns:
        """The columns that results store: the counts of BLEU and of chrF of each sentence."""
        return {"bleu": self.bleu.tolist(), "chrf": self.chrf.tolist()}


def signature(metric: str, tokenizer: str = "13a") -> str:
    """The signature of sacrebleu for scores with one reference.

    Args:
        metric: `bleu` or `chrf`.
        tokenizer: the tokenizer of BLEU (default: `13a`).
    """
    scorer = _bleu(tokenizer) if metric == "bleu" else _chrf()
    scorer.corpus_score([""], [[""]])  # a signature contains the number of references
    return str(scorer.get_signature())


def _bleu(tokenizer: str) -> Scorer:
    scorer: Scorer = _sacrebleu().BLEU(tokenize=tokenizer, force=True)
    return scorer


def _chrf() -> Scorer:
    scorer: Scorer = _sacrebleu().CHRF()
    return scorer


def _sacrebleu() -> Any:
    try:
        from sacrebleu import metrics
    except ImportError as error:
        remedy = "install it by python -m pip install 'treenn[translation]'"
        raise InputError(f"BLEU and chrF need sacrebleu; {remedy}") from error
    return metrics


def _counts(scorer: Scorer, outputs: Sequence[str], references: Sequence[str]) -> Counts:
    """The sufficient statistics of each sentence, as the paired tests of sacrebleu extract them."""
    return np.array(scorer._extract_corpus_statistics(outputs, [references]), dtype=np.int64)
