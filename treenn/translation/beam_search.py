"""Beam search with length normalization and n-best lists, batched over sentences and hypotheses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from treenn.models.network import check_probabilities
from treenn.runtime.arrays import IntArray
from treenn.sequences.best_rows import FloatArray, best_rows
from treenn.sequences.step_decoder import StepDecoder
from treenn.trees.arguments import Count, Range, check_fields
from treenn.trees.errors import InputError, argument

BeamWidth = Annotated[int, Range(low=1, high=10_000)]
Alpha = Annotated[float, Range(low=0, high=10)]
"""The range of the exponent of length normalization; T^α of larger ones overflows for long outputs."""


class Hypothesis(NamedTuple):
    """A complete output of a search.

    Args:
        tokens: the tokens, without start and end.
        log_p: its log-probability log P(y|x), with the end.
        score: the normalized score, log P(y|x) / T^α; T is the number of tokens with the end.
    """

    tokens: tuple[int, ...]
    log_p: float
    score: float


@dataclass(frozen=True)
class BeamOptions:
    """The options of a beam search.

    Args:
        width: the number B of hypotheses of a sentence that are extended, at most 10,000; 1 is greedy decoding
            (default: 5).
        alpha: the exponent α of length normalization, at most 10; 0 is none, 1 the mean per token (default: 0.6).
        n_best: the maximum number of outputs of each sentence, at most `width` (default: 1).

    Raises:
        InputError: if an option is out of range.
    """

    width: BeamWidth = 5
    alpha: Alpha = 0.6
    n_best: Count = 1

    def __post_init__(self) -> None:
        check_fields(self)
        if self.n_best > self.width:
            raise InputError(f"{argument('n_best')} {self.n_best}: must be at most {argument('width')}, {self.width}")


def normalized(log_p: FloatArray, tokens: npt.NDArray[np.int64] | int, alpha: float) -> FloatArray:
    """Length-normalized scores, log P / T^α.

    Args:
        log_p: log-probabilities.
        tokens: the number T of tokens of each output, its end included.
        alpha: the exponent α.

    >>> normalized(np.array([-6.0, -6.0]), np.array([4, 9]), 0.5)
    array([-3., -2.])
    """
    scores: FloatArray = log_p / np.power(np.asarray(tokens, dtype=np.float64), alpha)
    return scores


@torch.inference_mode()
def beam_search(
    decoder: StepDecoder,
    memory: Any,
    longest: Sequence[int],
    options: BeamOptions,
    *,
    start: int,
    end: int,
    device: torch.device | None = None,
) -> list[list[Hypothesis]]:
    """Search for the outputs of the highest normalized scores.

    At each step, the B most probable extensions of a sentence's hypotheses are kept. Those that end leave the
    beam, and the others are extended (Graves 2012; Sutskever, Vinyals and Le 2014). Complete outputs are compared by
    log P(y|x) / T^α (Wu et al. 2016, without their constant 5). The search of a sentence ends when no hypothesis can
    reach the score of its n-th best output at any permitted length: log-probabilities only decrease, so a hypothesis of
    log-probability l reaches at most l / (longest + 1)^α. The result is that of a search without this rule.

    Equal scores are ordered by the rank of the extended hypothesis, then by the smaller token, and complete outputs by
    the earlier step, so that results do not depend on the sentences of a batch.

    Args:
        decoder: the decoder.
        memory: the encoded sentences, which `decoder.start` reads.
        longest: the maximum number of tokens of each sentence's output, without the end, which follows them.
        options: the width B, the exponent α and the number n of outputs.
        start: the token before the first one.
        end: the token after the last one.
        device: the device of the decoder (default: None, the CPU).

    Returns:
        The outputs of each sentence, best first. There are fewer than n if fewer hypotheses ended.

    Raises:
        NonFiniteError: if a log-probability is NaN.
    """
    return _Search(decoder, longest, options, start, end, device).run(memory)


class _Beam(NamedTuple):
    """Hypotheses after one step, ordered by sentence, then from the best.

    Shape: `n` hypotheses.

    Args:
        sentence: `(n,)` the sentence of each.
        log_p: `(n,)` the log-probability.
        tokens: `(n,)` the last token.
        parents: `(n,)` the row of the extended hypothesis among the chosen ones of the step before.
    """

    sentence: IntArray
    log_p: FloatArray
    tokens: IntArray
    parents: IntArray


class _Outputs(NamedTuple):
    """The best complete outputs so far, ordered by sentence, then from the best.

    Shape: `n` outputs.

    Args:
        sentence: `(n,)` the sentence of each.
        log_p: `(n,)` the log-probability.
        score: `(n,)` the normalized score.
        step: `(n,)` the step in which it ended, its number of tokens without the end.
        row: `(n,)` the row among the chosen hypotheses of that step.
    """

    sentence: IntArray
    log_p: FloatArray
    score: FloatArray
    step: IntArray
    row: IntArray

    def take(self, rows: IntArray) -> _Outputs:
        """Select outputs."""
        columns: Any = (column[rows] for column in self)
        return _Outputs(*columns)

    def joined(self, others: _Outputs) -> _Outputs:
        """These outputs, followed by others."""
        columns: Any = (np.concatenate(pair) for pair in zip(self, others, strict=True))
        return _Outputs(*columns)


class _Search:
    """The search of several sentences at once."""

    def __init__(
        self,
        decoder: StepDecoder,
        longest: Sequence[int],
        options: BeamOptions,
        start: int,
        end: int,
        device: torch.device | None,
    ) -> None:
        self.decoder, self.options, self.start, self.end, self.device = decoder, options, start, end, device
        self.longest = np.array(longest, dtype=np.int64)
        self.history: list[_Beam] = []
        nothing, no_score = np.zeros(0, dtype=np.int64), np.zeros(0)
        self.outputs = _Outputs(nothing, no_score, no_score, nothing, nothing)

    def run(self, memory: Any) -> list[list[Hypothesis]]:
        """The outputs of all sentences."""
        state, count = self.decoder.start(memory), len(self.longest)
        everyone = np.arange(count)
        beam = _Beam(everyone, np.zeros(count), np.full(count, self.start), everyone)
        open_rows = everyone
        for step in range(int(self.longest.max(initial=-1)) + 1):
            tokens = torch.from_numpy(beam.tokens[open_rows]).to(self.device)
            log_p, state = self.decoder.step(tokens, state)
            beam, extended = self._extend(beam, open_rows, log_p, step)
            self.history.append(beam)
            open_rows = self._finish(beam, step)
            if not len(open_rows):
                break
            state = state.select(torch.from_numpy(extended[open_rows]).to(log_p.device))
        return self._hypotheses()

    def _extend(self, beam: _Beam, open_rows: IntArray, log_p: Tensor, step: int) -> tuple[_Beam, IntArray]:
        """The best extensions of each sentence's hypotheses, and the row of the decoder that each extends."""
        sentence = beam.sentence[open_rows]
        values, tokens = self._candidates(log_p, self.longest[sentence] == step)  # (n, k)
        total, k = values + beam.log_p[open_rows, None], values.shape[1]
        best = best_rows(np.repeat(sentence, k), total.ravel(), self.options.width)
        rows = best // k
        return _Beam(sentence[rows], total.ravel()[best], tokens.ravel()[best], open_rows[rows]), rows

    def _candidates(
        self, log_p: Tensor, is_last: npt.NDArray[np.bool_]
    ) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
        """The best next tokens of each hypothesis and their log-probabilities; only the end at the maximum length."""
        top, indices = top_tokens(log_p, self.options.width)
        values, tokens = top.double().cpu().numpy(), indices.cpu().numpy()
        check_probabilities(np.exp(values))
        if is_last.any():
            values[is_last, 1:], tokens[is_last, 0] = -np.inf, self.end
            values[is_last, 0] = log_p[:, self.end].double().cpu().numpy()[is_last]
        return values, tokens

    def _finish(self, beam: _Beam, step: int) -> IntArray:
        """Store the hypotheses that ended. Returns the rows of the others, without sentences that are decided."""
        ended = beam.tokens == self.end
        rows = np.flatnonzero(ended)
        scores = normalized(beam.log_p[rows], step + 1, self.options.alpha)
        new = _Outputs(beam.sentence[rows], beam.log_p[rows], scores, np.full(len(rows), step), rows)
        both = self.outputs.joined(new)
        self.outputs = both.take(best_rows(both.sentence, both.score, self.options.n_best))
        return np.flatnonzero(~ended & self._can_win(beam, ~ended)[beam.sentence])

    def _can_win(self, beam: _Beam, is_open: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
        """True if an open hypothesis of each sentence can reach the score of its n-th best output. Shape: `(S,)`."""
        count = len(self.longest)
        lowest, highest = np.full(count, np.inf), np.full(count, -np.inf)
        np.minimum.at(lowest, self.outputs.sentence, self.outputs.score)
        is_full = np.bincount(self.outputs.sentence, minlength=count) == self.options.n_best
        bounds = normalized(beam.log_p, self.longest[beam.sentence] + 1, self.options.alpha)
        np.maximum.at(highest, beam.sentence[is_open], bounds[is_open])
        wins: npt.NDArray[np.bool_] = highest > np.where(is_full, lowest, -np.inf)
        return wins

    def _hypotheses(self) -> list[list[Hypothesis]]:
        found: list[list[Hypothesis]] = [[] for _ in self.longest]
        for sentence, log_p, score, step, row in zip(*(column.tolist() for column in self.outputs), strict=True):
            found[sentence].append(Hypothesis(self._tokens(step, row), log_p, score))
        return found

    def _tokens(self, step: int, row: int) -> tuple[int, ...]:
        """Follow the parents of an output to its start. Returns its tokens without the end."""
        tokens = []
        for beam in reversed(self.history[: step + 1]):
            tokens.append(int(beam.tokens[row]))
            row = int(beam.parents[row])
        return tuple(reversed(tokens[1:]))


def top_tokens(log_p: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """The `count` most probable tokens of each row, best first; of equal ones, those of smaller numbers.

    `torch.topk` selects any of several equal values. Rows with equal values at the limit are sorted instead.

    Args:
        log_p: `(n, V)` log-probabilities.
        count: the number of tokens; all if there are fewer.

    Returns:
        The log-probabilities and the tokens. Shape: both `(n, min(count, V))`.

    >>> values, tokens = top_tokens(torch.tensor([[0.0, 2.0, 1.0, 2.0]]), 3)
    >>> values.tolist(), tokens.tolist()
    ([[2.0, 2.0, 1.0]], [[1, 3, 2]])
    """
    values, tokens = log_p.topk(min(count + 1, log_p.shape[1]))
    if count < values.shape[1]:
        tied = (values[:, count - 1] == values[:, count]).nonzero().squeeze(1)
        if len(tied):
            values[tied], tokens[tied] = (part[:, : count + 1] for part in _sorted(log_p[tied]))
    tokens, order = tokens[:, :count].sort(dim=1)
    values, by_value = values.gather(1, order).sort(dim=1, descending=True, stable=True)
    return values, tokens.gather(1, by_value)


def _sorted(log_p: Tensor) -> tuple[Tensor, Tensor]:
    values, tokens = log_p.sort(dim=1, descending=True, stable=True)
    return values, tokens
