"""How much memory a process has held."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path


def peak_memory() -> int:
    """The most that this process has held in memory, in bytes, since it began or since `reset_peak_memory`."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:
        import resource  # on macOS in bytes; on Linux it would begin with what the parent process held

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    assert found
    return 1024 * int(found[1])


def reset_peak_memory() -> None:
    """Let `peak_memory` begin anew, with what is held now; where the system cannot do that, nothing is changed."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # man proc_pid_clear_refs
