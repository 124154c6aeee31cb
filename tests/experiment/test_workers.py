"""Worker processes end with the run that started them."""

import math
import multiprocessing

import pytest

from treenn.experiment.workers import run_side_by_side


@pytest.mark.slow  # worker processes
def test_no_worker_processes_are_left() -> None:
    # loky joins idle workers in an exit handler, where Ctrl-C is printed as a traceback.
    for numbers in ([4.0, 9.0], []):
        roots = list[float]()
        run_side_by_side(math.sqrt, [(number,) for number in numbers], 2, roots.append)
        assert sorted(roots) == [math.sqrt(number) for number in numbers]
        assert not multiprocessing.active_children()
