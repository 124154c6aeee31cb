"""Interleaved timing, so that the machine's noise affects all measurements equally."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import TypeVar

import torch

Name = TypeVar("Name")

Prepare = Callable[[int], Callable[[], object]]
"""Maps a round's index to the function to time; the preparation itself is not timed."""


def interleave(
    works: Mapping[Name, Prepare], rounds: int, device: str, tick: Callable[[], None]
) -> dict[Name, list[float]]:
    """Time several functions in rounds, each once per round. Returns the seconds by name and round.

    Args:
        works: the prepared functions by name.
        rounds: number of rounds.
        device: `"cpu"` or `"cuda"`, which is synchronized before and after each call.
        tick: called after every round.
    """
    seconds: dict[Name, list[float]] = {name: [] for name in works}
    for number in range(rounds):
        for name, prepare in works.items():
            seconds[name].append(time_once(prepare(number), device))
        tick()
    return seconds


def time_once(work: Callable[[], object], device: str) -> float:
    """The seconds of one call, including its work on the device."""
    _synchronize(device)
    start = time.perf_counter()
    work()
    _synchronize(device)
    return time.perf_counter() - start


def _synchronize(device: str) -> None:
    if device == "cuda":
        torch.cuda.synchronize()
