"""`treenn parse --out` in processes of its own: killed by SIGKILL, with millions of lines, and on a cluster.

`TREENN_LINES=10000000 python -m pytest -m slow tests/commands/test_killed_shards.py -k memory` takes about an hour on a
quiet core.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from killing import end, processes, wait_until

from treenn.commands.shards.shard import CHUNK

pytestmark = pytest.mark.slow

LINES = int(os.environ.get("TREENN_LINES", "200000"))
MEMORY_LIMIT = 1.1
"""The maximum ratio of the resident memory at the end to that after a tenth of the lines."""


def start(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "treenn", "parse", "--parser", "right", *arguments]
    return subprocess.Popen(command, cwd=folder, stderr=subprocess.PIPE, text=True, start_new_session=True)


def finish(process: subprocess.Popen[str]) -> None:
    _, errors = process.communicate()
    assert process.returncode == 0, errors


def chunks_done(folder: Path, out: str) -> int:
    journal = folder / f"{out}.run/journal.jsonl"
    return journal.read_bytes().count(b"\n") - 1 if journal.exists() else 0


def eventually(happened: Callable[[], bool]) -> bool:
    """As `wait_until`, on a machine with other work."""
    return any(wait_until(happened) for _ in range(10))


def write_lines(path: Path, count: int) -> None:
    with path.open("w") as file:
        file.writelines(f"{number} good films\n" for number in range(count))


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
def test_killed_three_times_gives_the_same_bytes(tmp_path: Path) -> None:
    write_lines(tmp_path / "in.txt", 16 * CHUNK)
    finish(start(tmp_path, "--file", "in.txt", "--out", "whole.jsonl"))
    kills = 0
    for least in (2, 6, 10):
        process = start(tmp_path, "--file", "in.txt", "--out", "cut.jsonl", "--jobs", "2")
        try:
            assert eventually(lambda: chunks_done(tmp_path, "cut.jsonl") >= least or process.poll() is not None)  # noqa: B023
            kills += process.poll() is None
            process.kill()
            assert eventually(lambda: set(processes(process.pid)) <= {process.pid})  # noqa: B023 (workers end, too)
        finally:
            end(process)
    assert kills == 3
    assert not (tmp_path / "cut.jsonl").exists()
    finish(start(tmp_path, "--file", "in.txt", "--out", "cut.jsonl", "--jobs", "2"))
    assert (tmp_path / "cut.jsonl").read_bytes() == (tmp_path / "whole.jsonl").read_bytes()


def resident(process: subprocess.Popen[str]) -> int:
    """The resident memory of a process in bytes."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    match = re.search(r"VmRSS:\s+(\d+) kB", status)
    return 1024 * int(match[1]) if match else 0


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc")
def test_memory_is_constant_over_all_lines(tmp_path: Path) -> None:
    write_lines(tmp_path / "in.txt", LINES)
    process = start(tmp_path, "--file", "in.txt", "--out", "out.txt", "--tokenized")
    total, early, late, kills = -(-LINES // CHUNK), 0, 0, 0
    try:
        while process.poll() is None:
            done = chunks_done(tmp_path, "out.txt")
            if done <= total // 10:
                early = max(early, resident(process))
            else:
                late = max(late, resident(process))
            if done > (kills + 1) * total // 4 and kills < 3:  # killed three times
                end(process)
                kills += 1
                process = start(tmp_path, "--file", "in.txt", "--out", "out.txt", "--tokenized")
            time.sleep(0.05)
    finally:
        end(process)
    print(f"{LINES:,} lines, {kills} kills: {early / 1e6:.0f} MB after a tenth, {late / 1e6:.0f} MB at the end")
    assert (process.returncode, kills) == (0, 3)
    assert (tmp_path / "out.txt").read_bytes().count(b"\n") == LINES
    assert late <= MEMORY_LIMIT * early


@pytest.fixture
def cluster() -> Iterator[Any]:
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        yield cluster


def test_dask_cluster_gives_the_same_bytes(treenn: Callable[..., Any], tmp_path: Path, cluster: Any) -> None:
    write_lines(tmp_path / "in.txt", 3 * CHUNK + 7)
    parse = ("parse", "--parser", "right", "--file", "in.txt", "--out")
    assert treenn(*parse, "near.jsonl").returncode == 0
    done = treenn(*parse, "far.jsonl", "--dask", cluster.scheduler_address)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "far.jsonl").read_bytes() == (tmp_path / "near.jsonl").read_bytes()
    (tmp_path / "in.txt").write_bytes(b"good\n" * (CHUNK + 1) + b"\xff\n")
    assert treenn(*parse, "bad.jsonl", "--dask", cluster.scheduler_address).error.startswith("in.txt:2050:1: byte 0xff")
