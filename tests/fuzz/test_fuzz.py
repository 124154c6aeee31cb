"""The fuzzer: readers, conversions and the tokenizer on mutated inputs.

    python -m pytest -m slow tests/fuzz --fuzz-seconds 600 --fuzz-seed 1
    python -m pytest -m slow tests/fuzz --fuzz-inputs 1000 -k brackets

Each input follows from the seed, the target and its number, so a finding is made again by `--fuzz-seed S --fuzz-first N
--fuzz-inputs 1 -k TARGET`. Nothing but `InputError` may be raised, no input may take more than 10 seconds, and what was
read must be written and read back as the same.
"""

from __future__ import annotations

import faulthandler
import signal
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import pytest
from fuzz.mutation import mutate
from fuzz.prediction_targets import TARGETS
from fuzz.targets import Target

from treenn.trees import InputError

DEADLINE = 10
"""Seconds that one input may take."""

MOST_FINDINGS = 5
"""A target ends with so many findings at different places of the code."""


@contextmanager
def deadline(seconds: int) -> Iterator[None]:
    """Raise `TimeoutError` after so many seconds, or end the process where only C code runs for three times as many."""

    def ring(signum: int, frame: object) -> None:
        raise TimeoutError(f"more than {seconds} seconds")

    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(seconds)
    faulthandler.dump_traceback_later(3 * seconds, exit=True)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
        faulthandler.cancel_dump_traceback_later()


def made(target: Target, seed: int, number: int) -> bytes:
    """The input of this number."""
    random = Random(f"{seed} {target.name} {number}")
    return mutate(random.choice(target.seeds), target.seeds, target.pieces, random)


def tried(target: Target, data: bytes, folder: Path) -> BaseException | None:
    """What an input raises other than `InputError`."""
    try:
        with deadline(DEADLINE):
            target.check(data, folder)
    except InputError:
        return None
    except Exception as error:
        return error
    return None


def place(error: BaseException) -> str:
    """The kind of an error with the line that raised it: findings of one cause are told once."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "site-packages" not in frame.filename]
    return f"{type(error).__name__} at {Path(frames[-1].filename).name}:{frames[-1].lineno}"


@pytest.mark.slow
@pytest.mark.parametrize("name", TARGETS)
def test_nothing_but_input_errors(
    name: str, pytestconfig: pytest.Config, fuzz_counts: dict[str, tuple[int, int]], tmp_path: Path
) -> None:
    target, option = TARGETS[name], pytestconfig.getoption
    seed, number, inputs = option("--fuzz-seed"), option("--fuzz-first"), option("--fuzz-inputs")
    end = time.monotonic() + option("--fuzz-seconds") / len(TARGETS)
    first, findings = number, dict[str, str]()
    while len(findings) < MOST_FINDINGS and (number < first + inputs if inputs else time.monotonic() < end):
        data = made(target, seed, number)
        if (error := tried(target, data, tmp_path)) is not None:
            shown = repr(data if len(data) <= 600 else data[:600] + b"...")
            again = f"--fuzz-seed {seed} --fuzz-first {number} --fuzz-inputs 1 -k '[{name}]'"
            findings.setdefault(place(error), f"{type(error).__name__}: {str(error)[:300]}\n  {again}\n  input {shown}")
        number += 1
    fuzz_counts[name] = number - first, len(findings)
    assert not findings, "\n".join(f"{where}: {what}" for where, what in findings.items())


@pytest.mark.parametrize("name", [name for name in TARGETS if name != "texts"])  # has tests of its own
def test_valid_inputs_are_read(name: str, tmp_path: Path) -> None:
    target = TARGETS[name]
    assert [tried(target, data, tmp_path) for data in target.seeds] == [None] * len(target.seeds)


def test_an_input_follows_from_its_seed_and_number() -> None:
    target = TARGETS["brackets"]
    inputs = [made(target, 0, number) for number in range(50)]
    assert inputs == [made(target, 0, number) for number in range(50)]
    assert inputs != [made(target, 1, number) for number in range(50)]
    assert len(set(inputs)) > 40


def test_what_hangs_or_raises_is_found(tmp_path: Path) -> None:
    def hangs(data: bytes, folder: Path) -> None:
        signal.raise_signal(signal.SIGALRM)

    def fails(data: bytes, folder: Path) -> None:
        raise KeyError(data)

    assert isinstance(tried(Target("hangs", hangs, []), b"", tmp_path), TimeoutError)
    assert isinstance(error := tried(Target("fails", fails, []), b"", tmp_path), KeyError)
    assert place(error).startswith("KeyError at test_fuzz.py:")
