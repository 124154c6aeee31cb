"""`StepDecoder`: the interface of decoders for searches, and greedy decoding."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import torch
from torch import Tensor


class SearchState(Protocol):
    """The state of a decoder after some tokens, one row per output."""

    def select(self, rows: Tensor) -> Any:
        """The state of some rows, which may repeat. Shape: `rows` is `(m,)` int64."""


class StepDecoder(Protocol):
    """A decoder that predicts one token at a time."""

    def start(self, memory: Any) -> SearchState:
        """The state before the first token, one row per output."""

    def step(self, tokens: Tensor, state: Any) -> tuple[Tensor, SearchState]:
        """Read a token in every row.

        Args:
            tokens: `(n,)` int64.
            state: the state of `n` rows.

        Returns:
            The log-probabilities of the next token, `(n, V)`, and the next state.
        """


@torch.no_grad()
def greedy(
    decoder: StepDecoder,
    memory: Any,
    longest: Sequence[int],
    *,
    start: int,
    end: int,
    device: torch.device | None = None,
) -> list[list[int]]:
    """Decode greedily: the most probable token at each step.

    Args:
        decoder: the decoder.
        memory: what the outputs are decoded from, for `decoder.start`.
        longest: the maximum number of tokens of each output, without the end.
        start: the token before the first one.
        end: the token after the last one.
        device: the device of the decoder (default: None, the CPU).

    Returns:
        The tokens of each output, without the end.
    """
    state, outputs = decoder.start(memory), [list[int]() for _ in longest]
    rows, tokens = list(range(len(longest))), torch.full((len(longest),), start, device=device)
    going = [row for row, most in enumerate(longest) if most > 0]
    while going:
        if len(going) < len(rows):
            chosen = torch.tensor(going, device=device)
            tokens, state, rows = tokens[chosen], state.select(chosen), [rows[index] for index in going]
        log_p, state = decoder.step(tokens, state)
        tokens, going = log_p.argmax(dim=1), []
        for index, (row, token) in enumerate(zip(rows, tokens.tolist(), strict=True)):
            if token != end:
                outputs[row].append(token)
                if len(outputs[row]) < longest[row]:
                    going.append(index)
    return outputs
