"""Runs that are cut off in the middle."""

from treenn.training import Progress


class Killed(Exception):
    pass


def kill_after(batches: int) -> Progress:
    def progress(done: int, total: int, text: str) -> None:
        if done == batches:
            raise Killed

    return progress
