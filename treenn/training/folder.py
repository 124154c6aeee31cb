"""The folder that a run is kept in, and whether a run may be taken up again from it."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from treenn.settings import Settings, option
from treenn.trees import InputError
from treenn.trees.files import read_json, write_text

RESULTS, CHECKPOINT = "results.json", "checkpoint.safetensors"
"""What a finished run leaves, and what an unfinished one."""

_RUN = "run.json"


def claim(out: Path, run: dict[str, Any], *, resume: bool) -> str | None:
    """The file of those above that the folder holds and that the run is to go on from, `None` where it is to start.

    Args:
        out: the folder.
        run: its `settings`, and a fingerprint of its `data`.
        resume: whether going on was asked for.

    Raises:
        InputError: where the folder holds a run and `resume` was not asked for, or one of other settings or data.
    """
    held = next((name for name in (RESULTS, CHECKPOINT) if (out / name).exists()), None)
    if held and not resume:
        raise InputError(
            "this folder holds a run already; pass --resume to go on with it, or another --out", source=out
        )
    if held:
        _check_same_run(read_json(out / _RUN), run, out)
    else:
        write_text(out / _RUN, json.dumps(run, indent=2) + "\n")
    return held


def _check_same_run(before: dict[str, Any], now: dict[str, Any], out: Path) -> None:
    # A run of an older treenn had no other settings than these, and what it lacks was as it is by default now.
    settings = asdict(Settings()) | before["settings"]
    for name, value in now["settings"].items():
        if (held := settings[name]) != value:
            raise InputError(
                f"the run in this folder has {option(name)} {held}, not {value}; resume with the same", source=out
            )
    if before["data"] != now["data"]:
        raise InputError("the run in this folder began with other trees or vectors; resume with the same", source=out)
