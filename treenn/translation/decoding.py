"""The log-probabilities of given outputs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from treenn.models.network import check_probabilities
from treenn.sequences.best_rows import FloatArray
from treenn.sequences.step_decoder import StepDecoder


@torch.inference_mode()
def output_log_probabilities(
    decoder: StepDecoder,
    memory: Any,
    outputs: Sequence[Sequence[int]],
    *,
    start: int,
    end: int,
    device: torch.device | None = None,
) -> FloatArray:
    """The log-probability of a given output for each source sentence, with its end: log P(y|x).

    Args:
        decoder: the decoder.
        memory: the encoded sentences.
        outputs: the tokens of each output, without start and end.
        start: the token before the first one.
        end: the token after the last one.
        device: the device of the decoder (default: None, the CPU).

    Returns:
        Natural logarithms. Shape: `(S,)`, `S` sentences.

    Raises:
        NonFiniteError: if a log-probability is NaN.
    """
    sums, rows, state = np.zeros(len(outputs)), list(range(len(outputs))), decoder.start(memory)
    for position in range(max(map(len, outputs), default=-1) + 1):
        read = [start if position == 0 else outputs[row][position - 1] for row in rows]
        log_p, state = decoder.step(torch.tensor(read, device=device), state)
        targets = [outputs[row][position] if position < len(outputs[row]) else end for row in rows]
        values = log_p.gather(1, torch.tensor(targets, device=device)[:, None]).squeeze(1)
        sums[rows] += values.double().cpu().numpy()
        going = [index for index, row in enumerate(rows) if position < len(outputs[row])]
        rows = [rows[index] for index in going]
        state = state.select(torch.tensor(going, dtype=torch.int64, device=log_p.device))
    check_probabilities(np.exp(sums))
    return sums
