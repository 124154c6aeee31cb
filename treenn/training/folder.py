"""The output folder of a training run, and what a run is resumed from."""

from __future__ import annotations

from pathlib import Path

from treenn.training.run_dir import TRAINING, Run, open_run_dir

RESULTS, CHECKPOINT = TRAINING.kept
"""What a finished run leaves, and what an unfinished one."""


def claim(out: Path, run: Run, *, resume: bool, overwrite: bool) -> str | None:
    """Make the folder ready; return which file of those above the run is resumed from, None if it starts.

    Raises:
        InputError: if the folder holds a run and neither `resume` nor `overwrite` is given, or anything else.
    """
    open_run_dir(out, run, resume=resume, overwrite=overwrite)
    return next((name for name in (RESULTS, CHECKPOINT) if (out / name).exists()), None)
