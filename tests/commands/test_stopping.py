"""Commands that are interrupted, or lose a worker or their folder, end with one line and leave no process."""

from __future__ import annotations

import errno
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import small_recipes
from killing import end, processes, start, wait_until, workers
from small_recipes import small_home

from treenn.runtime.stopping import SIGNALS, ends_in_one_line

Command = Callable[..., Any]
Start = Callable[[str], subprocess.Popen[str]]

ENDLESS = ("--size", "4", "--word-size", "4", "--epochs", "100000")
LONG = {
    "compare": ("compare", "--treebank", "sst", "--seeds", "1", "--jobs", "2", "--out", "out", *ENDLESS),
    "tune": ("tune", "--treebank", "sst", "--trials", "1", "--jobs", "2", "--out", "out", *ENDLESS),
    "reproduce": ("reproduce", "sst", "--only", "endless", "--seeds", "2", "--jobs", "2", "--out", "out"),
}
HOW = {"int": 130, "term": 143, "hup": 129}

linux_only = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="finds processes in /proc")


@pytest.fixture(autouse=True)
def default_signals() -> Iterator[None]:
    """Restore the signal handlers of a foreground process: `nohup` and background jobs ignore some signals."""
    before = {number: signal.getsignal(number) for number in SIGNALS}
    for number in SIGNALS:
        signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture
def long_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """Start a long-running command; returns once both its workers train."""
    small_home(tmp_path / "home", monkeypatch)
    monkeypatch.setenv("PYTHONPATH", str(Path(small_recipes.__file__).parent), prepend=os.pathsep)
    started = []

    def run(name: str) -> subprocess.Popen[str]:
        process = start(tmp_path, *LONG[name])
        started.append(process)
        assert wait_until(lambda: process.poll() is not None or len(workers(process.pid)) == 2)
        assert process.poll() is None, process.communicate()
        return process

    yield run
    for process in started:
        end(process)


def one_line(stderr: str) -> str:
    """The message; standard error, which is no terminal, has nothing else but warnings of killed workers."""
    assert "Traceback" not in stderr and "━" not in stderr
    *_, last = stderr.strip().splitlines()
    return last


@linux_only
@pytest.mark.slow  # the signals themselves are tested below, in one process
def test_terminated_command_leaves_no_worker(long_run: Start, tmp_path: Path) -> None:
    process = long_run("reproduce")
    os.kill(process.pid, signal.SIGTERM)
    _, stderr = process.communicate(timeout=60)
    assert (process.returncode, one_line(stderr)) == (143, "stopped by SIGTERM")
    assert wait_until(lambda: not processes(process.pid)), processes(process.pid)
    assert not list((tmp_path / "out").rglob(".*"))


@pytest.mark.slow  # a process of its own, at a terminal
@linux_only
def test_terminal_interrupt_is_one_line(long_run: Start) -> None:
    process = long_run("compare")
    os.killpg(process.pid, signal.SIGINT)  # as the terminal does, to workers too
    _, stderr = process.communicate(timeout=60)
    assert (process.returncode, one_line(stderr)) == (130, "stopped by SIGINT")
    assert wait_until(lambda: not processes(process.pid)), processes(process.pid)


@linux_only
@pytest.mark.slow
def test_workers_end_with_a_command_that_was_killed(long_run: Start) -> None:
    process = long_run("tune")
    os.kill(process.pid, signal.SIGKILL)
    process.communicate(timeout=60)
    assert wait_until(lambda: not processes(process.pid)), processes(process.pid)


@pytest.mark.slow  # worker processes import torch
@linux_only
def test_a_worker_that_was_killed_is_one_line(long_run: Start) -> None:
    process = long_run("tune")
    os.kill(workers(process.pid)[0], signal.SIGKILL)  # as the system does when memory runs out
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == 2
    assert one_line(stderr) == (
        "error: a worker process was killed, most often because memory ran out; what is finished is kept: run the "
        "same again with fewer --jobs"
    )
    assert wait_until(lambda: not processes(process.pid)), processes(process.pid)


@linux_only
@pytest.mark.slow  # tests/training/test_run_dir.py tests the same in one process
def test_comparison_with_removed_folder(long_run: Start, tmp_path: Path) -> None:
    process = long_run("compare")
    assert wait_until(lambda: len(list(tmp_path.glob("out/runs/*/model.safetensors"))) == 2)
    shutil.move(tmp_path / "out", tmp_path / "elsewhere")
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == 2
    assert re.fullmatch(
        r"error: \S*out: this folder was removed or emptied while a run was writing to it", one_line(stderr)
    )
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", HOW)
def test_signal_gives_line_and_exit_code(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    number = getattr(signal, f"SIG{name.upper()}")
    before = signal.getsignal(number)
    swept = []

    @ends_in_one_line
    def command() -> None:
        try:
            signal.raise_signal(number)
        except Exception:  # like code that catches any error
            raise AssertionError from None
        finally:
            swept.append(True)

    with pytest.raises(SystemExit) as stop:
        command()
    assert (stop.value.code, swept) == (HOW[name], [True])
    assert capsys.readouterr().err == f"stopped by SIG{name.upper()}\n"
    assert signal.getsignal(number) == before


@pytest.mark.parametrize("end", [lambda: None, lambda: sys.exit(0), lambda: sys.exit("x")])
def test_a_signal_that_was_swallowed_ends_it_still(end: Callable[[], None], capsys: pytest.CaptureFixture[str]) -> None:
    @ends_in_one_line
    def command() -> None:
        with suppress(BaseException):  # as importing a library may do
            signal.raise_signal(signal.SIGINT)
        end()

    with pytest.raises(SystemExit) as stop:
        command()
    assert (stop.value.code, capsys.readouterr().err) == (130, "stopped by SIGINT\n")


def test_a_signal_that_is_ignored_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as under nohup
    try:
        ends_in_one_line(lambda: signal.raise_signal(signal.SIGHUP))()
        assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EACCES, errno.EROFS])
def test_system_error_with_file_is_one_line(code: int, capsys: pytest.CaptureFixture[str]) -> None:
    @ends_in_one_line
    def command() -> None:
        raise OSError(code, os.strerror(code), "results.json")

    with pytest.raises(SystemExit) as stop:
        command()
    assert stop.value.code == 2
    assert capsys.readouterr().err == f"error: results.json: {os.strerror(code)}\n"


def test_a_full_disk_is_one_line(treenn: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small_home(tmp_path / "home", monkeypatch)

    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    error = treenn("train", "--treebank", "sst", "--size", "4", "--epochs", "1", "--out", "out").error
    assert error == "out/run.json: cannot write here: No space left on device"
    assert not list((tmp_path / "out").iterdir())


def test_signals_are_left_alone_outside_the_main_thread() -> None:
    code = (
        "import threading\nfrom treenn.runtime.stopping import SIGNALS, ends_in_one_line\nran = []\n"
        "thread = threading.Thread(target=ends_in_one_line(lambda: ran.append(1)))\n"
        "thread.start(); thread.join(); assert ran"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True, timeout=60)
