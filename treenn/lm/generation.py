"""Generation of text: sampling with temperature, top-k and top-p."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Annotated

import numpy as np

from treebanks.text.corpus import Unit
from treenn.lm.language_model import FloatArray, LanguageModel
from treenn.models.text_vocabulary import END_ID
from treenn.runtime.arrays import IntArray
from treenn.runtime.progress import Progress, ignore
from treenn.trees.arguments import Count, Natural, Positive, Range, Seed, check_fields, checked
from treenn.trees.errors import InputError, argument


@dataclass(frozen=True)
class Sampling:
    """The distribution that tokens are drawn from. Unknown tokens are never drawn.

    Args:
        temperature: the divisor of log-probabilities: below 1 for more probable texts (default: 1.0).
        top_k: the number of most probable tokens that may be drawn; 0 for all (default: 0).
        top_p: the total probability of the most probable tokens that may be drawn (nucleus sampling, Holtzman et al.
            2020; default: 1.0, all).
    """

    temperature: Positive = 1.0
    top_k: Natural = 0
    top_p: Annotated[float, Range(above=0, high=1)] = 1.0

    def __post_init__(self) -> None:
        check_fields(self)

    def distribution(self, probabilities: FloatArray) -> FloatArray:
        """The distribution to draw from. Shape: `(n, words)` both.

        >>> Sampling(temperature=1e-320).distribution(np.array([[0.1, 0.2, 0.3, 0.4]]))
        array([[0., 0., 0., 1.]])
        >>> Sampling(top_k=2).distribution(np.array([[0.1, 0.2, 0.3, 0.4]])).round(3)
        array([[0.   , 0.   , 0.429, 0.571]])
        """
        p = probabilities.copy()
        p[:, 0] = 0
        with np.errstate(divide="ignore", over="ignore"):
            logits = np.log(p)
            p = np.exp((logits - logits.max(axis=1, keepdims=True)) / self.temperature)
        p /= p.sum(axis=1, keepdims=True)
        order = np.argsort(-p, axis=1, kind="stable")
        ranked = np.take_along_axis(p, order, axis=1)
        kept = np.cumsum(ranked, axis=1) - ranked < self.top_p  # the first is always kept
        kept[:, self.top_k or p.shape[1] :] = False
        np.put_along_axis(p, order, np.where(kept, ranked, 0.0), axis=1)
        result: FloatArray = p / p.sum(axis=1, keepdims=True)
        return result


@checked
def generate(
    model: LanguageModel,
    prompts: Sequence[Sequence[str]],
    *,
    length: Count = 100,
    sampling: Sampling | None = None,
    seed: Seed = 0,
    progress: Progress = ignore,
) -> list[list[str]]:
    """Continue prompts, each until its end or a maximum number of tokens.

    The seed determines the texts on one machine; with other floating-point kernels a probability may differ in its last
    digits.

    Args:
        model: the model.
        prompts: the first tokens of each text; empty for a text without prompt.
        length: the maximum number of new tokens of a text (default: 100).
        sampling: the distribution that tokens are drawn from (default: `Sampling()`).
        seed: the seed (default: 0).
        progress: called after every token (default: no report).

    Returns:
        The tokens of each text with its prompt, without the end symbol.

    Raises:
        InputError: if a token of a prompt is unknown.
    """
    for prompt in prompts:
        check_prompt(model, prompt)
    generator, sampling = np.random.default_rng(seed), sampling or Sampling()
    texts = list[list[str]]()
    for prompt, equal in groupby(map(tuple, prompts)):
        texts += _continue(model, prompt, len(list(equal)), length, sampling, generator, progress)
    return texts


def _continue(
    model: LanguageModel,
    prompt: Sequence[str],
    n: int,
    length: int,
    sampling: Sampling,
    generator: np.random.Generator,
    progress: Progress,
) -> list[list[str]]:
    """Continue one prompt `n` times."""
    words, state = model.vocabulary.words, None
    given = [END_ID, *model.vocabulary.encode(prompt).tolist()]
    for token in given:
        probabilities, state = model.advance(np.full(n, token), state)
    texts, ended = [list(prompt) for _ in range(n)], np.zeros(n, dtype=bool)
    for step in range(length):
        tokens = _draw(sampling.distribution(probabilities), generator)
        ended |= tokens == END_ID
        for text, token in zip(texts, np.where(ended, END_ID, tokens).tolist(), strict=True):
            text += [] if token == END_ID else [words[token]]
        progress(step + 1, length, "generating")
        if ended.all():
            break
        probabilities, state = model.advance(tokens, state)
    return texts


def _draw(distribution: FloatArray, generator: np.random.Generator) -> IntArray:
    """One token per row, by the inverse of the cumulative distribution."""
    cumulative = np.cumsum(distribution, axis=1)
    point = generator.random(len(cumulative))[:, None] * cumulative[:, -1:]
    tokens: IntArray = (cumulative <= point).sum(axis=1)
    return tokens


def check_prompt(model: LanguageModel, prompt: Sequence[str]) -> None:
    """Validate that a model knows all tokens of a prompt.

    Raises:
        InputError: if it does not.
    """
    if unknown := dict.fromkeys(model.vocabulary.unknown(prompt)):
        shown = ", ".join(repr(token) for token in list(unknown)[:5])
        more = f" and {len(unknown) - 5} more" if len(unknown) > 5 else ""
        raise InputError(
            f"{argument('prompt')}: {shown}{more}: unknown {model.unit}s; must be among the {len(model.vocabulary):,} "
            f"of this model"
        )


def text_of(tokens: Sequence[str], unit: Unit) -> str:
    """The text of tokens: words with spaces between them."""
    return (" " if unit == "word" else "").join(tokens)
