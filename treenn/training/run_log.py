"""Logs of a training run for other tools: a CSV file, or event files of TensorBoard."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal, TypeAlias

from treenn.trees.errors import InputError, argument

LogFormat: TypeAlias = Literal["csv", "tensorboard"]

LOG = "log"
"""The folder of the logs, in the run's folder."""

LOG_STEPS = 10
"""The number of steps between two entries within an epoch."""


def check_log(log: Sequence[str], out: Path | None) -> None:
    """Validate that the logs can be written.

    Raises:
        InputError: if there is no output folder, or TensorBoard is missing.
    """
    if log and out is None:
        raise InputError(f"{argument('log')} {log[0]}: needs {argument('out')}, the folder of the run")
    if "tensorboard" in log and find_spec("tensorboard") is None:
        raise InputError(
            f"{argument('log')} tensorboard: TensorBoard is not installed; install it by pip install "
            "'treenn[tensorboard]'"
        )


class RunLog:
    """The logs of a run, written by the loggers of lightning-fabric, with one entry per step.

    Args:
        out: the folder of the run.
        formats: the formats.
        steps: the number of completed steps; later entries of an interrupted run are discarded.
    """

    def __init__(self, out: Path, formats: Sequence[str], steps: int) -> None:
        makers = {"csv": _csv_logger, "tensorboard": _tensorboard_logger}
        self._loggers = [makers[name](out, steps) for name in dict.fromkeys(formats)]
        self._pending: tuple[int, Mapping[str, float]] = (0, {})

    def step(self, step: int, values: Mapping[str, float]) -> None:
        """Log the values of a training step, if it is one of every `LOG_STEPS`.

        The entry is written at the next call, since the last step and its epoch have one entry.

        Args:
            step: the number of steps so far.
            values: the values by name.
        """
        before, earlier = self._pending
        if before and before % LOG_STEPS == 0:
            self._write(before, earlier)
        self._pending = step, values

    def epoch(self, step: int, values: Mapping[str, float | None]) -> None:
        """Log the values at the end of an epoch, with those of its last step, and write the files."""
        found = {name: value for name, value in values.items() if value is not None}
        self._write(step, {**self._pending[1], **found})
        self._pending = 0, {}
        for logger in self._loggers:
            logger.save()

    def _write(self, step: int, values: Mapping[str, float]) -> None:
        for logger in self._loggers:
            logger.log_metrics(dict(values), step)


def _csv_logger(out: Path, steps: int) -> Any:
    from lightning_fabric.loggers.csv_logs import CSVLogger

    file = out / LOG / "csv" / "metrics.csv"
    earlier = _entries(file, steps)
    file.unlink(missing_ok=True)
    logger = CSVLogger(out, name=LOG, version="csv")
    for step, values in earlier:
        logger.log_metrics(values, step)  # type: ignore[arg-type]
    return logger


def _entries(file: Path, steps: int) -> list[tuple[int, dict[str, float]]]:
    """The entries of a CSV file up to a step.

    Raises:
        InputError: if the file is malformed.
    """
    if not file.exists():
        return []
    try:
        with file.open(encoding="utf-8", newline="") as lines:
            rows = list(csv.DictReader(lines))
        entries = [(int(row["step"]), {k: _number(v) for k, v in row.items() if v and k != "step"}) for row in rows]
    except (OSError, ValueError, TypeError, KeyError, csv.Error) as error:
        raise InputError(f"this log cannot be continued: {error}; must be moved", source=file) from error
    return [(step, values) for step, values in entries if step <= steps]


def _number(text: str) -> float:
    """Parse a number. An integer remains an int, so that a continued file equals an uninterrupted one."""
    return int(text) if text.isdecimal() else float(text)


def _tensorboard_logger(out: Path, steps: int) -> Any:
    from lightning_fabric.loggers.tensorboard import TensorBoardLogger

    return TensorBoardLogger(out, name=LOG, version="tensorboard", purge_step=steps + 1 if steps else None)
