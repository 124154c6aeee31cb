"""`Progress`: the callback of long functions for progress bars."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[int, int, str], None]
"""Called with the number of units done, their total number, and a line of text on the current one."""


def ignore(done: int, total: int, text: str) -> None:
    """A progress callback that does nothing, and can be pickled."""
