"""The software and hardware environment of a result."""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy
import torch

from treenn.runtime.kernel_choice import numba_enabled

_FOLDER = Path(__file__).resolve().parents[1]  # treenn/


def environment(device: str = "cpu", processes: int = 1) -> dict[str, Any]:
    """Versions, commit with its tag, platform, number of threads and device, which are needed to reproduce a result.

    Args:
        device: the device of the run (default: `"cpu"`).
        processes: the number of processes that train together; recorded if it is not 1 (default: 1).
    """
    return {
        "treenn": version("treenn"),
        **_version(),
        "python": platform.python_version(),
        "torch": torch.__version__,
        "numpy": numpy.__version__,
        **({"numba": version("numba")} if numba_enabled() else {}),
        "platform": platform.platform(),
        "processor": _processor(),
        "threads": torch.get_num_threads(),
        "device": device,
        **({} if processes == 1 else {"processes": processes}),
    }


@contextmanager
def safe_path() -> Iterator[None]:
    """Prevent child processes from importing modules of the working directory before they have this `sys.path`.

    Python puts the working directory first for `-m` and `-c`, with which worker processes start; there, a file such as
    `json.py` would replace the standard library's module.
    """
    before = os.environ.get("PYTHONSAFEPATH")
    os.environ["PYTHONSAFEPATH"] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ["PYTHONSAFEPATH"]
        else:
            os.environ["PYTHONSAFEPATH"] = before


@cache
def _version() -> dict[str, str | None]:
    """The commit of the checkout, with `+` if files are modified, and its tag; None outside a checkout.

    They are read once per process, because the code that runs does not change when the checkout does.
    """
    try:
        if Path(_git("rev-parse", "--show-toplevel")).resolve() == _FOLDER.parent:
            commit = _git("rev-parse", "--short=12", "HEAD")
            changed = _git("status", "--porcelain", "-uno")
            tag = None if changed else _git("tag", "--points-at", "HEAD").partition("\n")[0] or None
            return {"commit": commit + "+" * bool(changed), "tag": tag}
    except (OSError, subprocess.SubprocessError):
        pass
    return {"commit": None, "tag": None}


def _git(*arguments: str) -> str:
    command = ["git", "-C", str(_FOLDER), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=10).stdout.strip()


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        return next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor()
