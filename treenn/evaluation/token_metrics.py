"""Metrics of language models: perplexity and bits, from the surprisal of tokens."""

from __future__ import annotations

from functools import partial

import numpy as np

from treenn.evaluation.metric import Metric, Paired


def _bits_per(unit: str) -> Paired:
    """The paired form of surprisals in bits per unit, a column of the gold data that counts the units."""
    return Paired("surprisal", lambda nats, gold, classes: (nats / np.log(2), np.asarray(gold[unit])))


_TEXT = ("tokens", "estimates")
_of_tokens = partial(Metric, reads=_TEXT, kind="error", better="lower")
_of_samples = partial(Metric, reads=("estimates",), kind="error", digits=2)

TOKEN_METRICS: dict[str, Metric] = {
    "perplexity": _of_tokens(
        title="Perplexity",
        short="perplexity",
        phrase="perplexity",
        definition="the exponential of the mean surprisal of a token, the ends of sentences included; comparable over"
        " the same vocabulary only; less is better.",
        compute=lambda p: p.perplexity,
        digits=2,
    ),
    "cross_entropy": _of_tokens(
        title="Bits per token",
        short="bits/token",
        phrase="bits per token",
        definition="the mean surprisal of a token in bits, the binary logarithm of the perplexity; less is better.",
        compute=lambda p: p.cross_entropy,
        paired=_bits_per("nodes"),
    ),
    "bits_per_character": _of_tokens(
        title="Bits per character",
        short="bits/char",
        phrase="bits per character",
        definition="the surprisal of the text in bits, divided by its number of characters, one for the end of each"
        " sentence included; of words, unknown ones count as their symbol; less is better.",
        compute=lambda p: p.bits_per_character,
        paired=_bits_per("characters"),
    ),
    "joint_perplexity": Metric(
        title="Joint perplexity",
        short="joint PPL",
        phrase="joint perplexity",
        definition="the exponential of the mean surprisal, per token, of sentences with their annotated trees; an upper"
        " bound of a grammar's perplexity; less is better.",
        compute=lambda p: p.joint_perplexity,
        reads=("derivations",),
        kind="error",
        better="lower",
        digits=2,
    ),
    "unknown_tokens": Metric(
        title="Unknown tokens",
        short="",
        phrase="unknown tokens",
        definition="the share of tokens outside the vocabulary, which count as one symbol; models with different shares"
        " have perplexities that are not comparable.",
        compute=lambda p: float(p.unknown.sum() / p.tokens.sum()),
        reads=_TEXT,
        level="node",
        better="lower",
    ),
    "sampling_error": _of_samples(
        title="Sampling error",
        short="",
        phrase="sampling error",
        definition="the standard error of a grammar's perplexity through importance sampling; it is too small if the"
        " samples miss probable trees.",
        compute=lambda p: p.sampling_error,
        better="lower",
    ),
    "effective_samples": _of_samples(
        title="Effective trees",
        short="",
        phrase="effective trees",
        definition="the effective sample size of importance sampling, the median over sentences; with few, a grammar's"
        " perplexity is overestimated.",
        compute=lambda p: p.effective_samples,
    ),
}
"""The metrics of language models by name, in the order of tables."""
