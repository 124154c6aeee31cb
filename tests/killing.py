"""Helpers that kill runs: in this process, or with worker processes."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from treenn.models.settings import Settings
from treenn.runtime.progress import Progress, ignore
from treenn.training import train
from treenn.training.run_results import TrainingResults

SECONDS = 60
"""How long a test waits for what must happen."""


_WITH_AN_ENDLESS_RECIPE = """
from dataclasses import replace
from small_recipes import OTHER
import treenn.experiment.recipes
from treenn.cli import main
endless = replace(OTHER, name="endless", settings=replace(OTHER.settings, epochs=100_000))
treenn.experiment.recipes.RECIPES = {"endless": lambda: endless}
main()
"""


class Killed(Exception):
    pass


def kill_after(batches: int) -> Progress:
    def progress(done: int, total: int, text: str) -> None:
        if done == batches:
            raise Killed

    return progress


def whole_and_resumed(
    treebank: Any, settings: Settings, folder: Path, batches: int, progress: Progress = ignore
) -> tuple[TrainingResults, TrainingResults]:
    """The results of an uninterrupted training and of a killed and resumed one, which must give equal weights.

    Args:
        treebank: the treebank.
        settings: the recipe.
        folder: the folder for the killed and resumed run, `cut`.
        batches: the number of batches before the kill.
        progress: the callback of the resumed training (default: none).
    """
    cut = folder / "cut"
    uninterrupted, weights = _uninterrupted(treebank, settings)
    with pytest.raises(Killed):
        train(treebank, settings, out=cut, progress=kill_after(batches))
    resumed = train(treebank, settings, out=cut, resume=True, progress=progress).results
    assert (cut / "model.safetensors").read_bytes() == weights
    return uninterrupted, resumed


@cache
def _uninterrupted(treebank: Any, settings: Settings) -> tuple[TrainingResults, bytes]:
    """The results and the weights of a training, once for all batches at which another is killed."""
    with tempfile.TemporaryDirectory() as folder:
        results = train(treebank, settings, out=Path(folder)).results
        return results, (Path(folder) / "model.safetensors").read_bytes()


def start(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    """Start `treenn` in a session of its own, by which all its processes are known."""
    command = [sys.executable, "-c", _WITH_AN_ENDLESS_RECIPE, *arguments]
    return subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )


def wait_until(happened: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + SECONDS
    while not happened() and time.monotonic() < deadline:
        time.sleep(0.02)
    return happened()


def processes(session: int) -> dict[int, str]:
    """The processes of a session that are alive, each with its command line (Linux only)."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            state, _, _, its_session, *_ = (folder / "stat").read_text().rpartition(")")[2].split()
            if int(its_session) == session and state not in "ZX":
                found[int(folder.name)] = (folder / "cmdline").read_text().replace("\0", " ")
        except OSError:
            continue
    return found


def workers(session: int) -> list[int]:
    return [process for process, line in processes(session).items() if "LokyProcess" in line]


def end(process: subprocess.Popen[str]) -> None:
    """Kill all processes of a test, also if it failed."""
    for each in (*processes(process.pid), process.pid):
        try:
            os.kill(each, 9)
        except ProcessLookupError:
            continue
    process.communicate()
