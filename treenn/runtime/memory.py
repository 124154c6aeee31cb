"""The peak memory of a process."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path


def peak_memory() -> int:
    """The peak resident memory of this process in bytes, since its start or the last `reset_peak_memory`."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:
        import resource  # in bytes on macOS; on Linux it would include the memory of the parent process

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    match = re.search(r"VmHWM:\s+(\d+) kB", status)
    assert match
    return 1024 * int(match[1])


def reset_peak_memory() -> None:
    """Reset `peak_memory` to the current memory, if the system supports it."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # man proc_pid_clear_refs
