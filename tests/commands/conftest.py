"""Fixtures that run `treenn` in-process, in a temporary working directory."""

from __future__ import annotations

import io
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from corpus_runs import CHUNK, LINES, written

from treenn.cli import main
from treenn.commands.shards import journal, run, shard
from treenn.experiment.run import load, load_variant


class Done(NamedTuple):
    returncode: int
    stdout: str
    stderr: str

    @property
    def error(self) -> str:
        """Check that the command failed with exit code 2 and one line; return it without `error: `."""
        errors = [line for line in self.stderr.splitlines() if line.startswith("error: ")]
        assert (self.returncode, len(errors)) == (2, 1), self.stderr
        assert "Traceback" not in self.stderr
        return errors[0].removeprefix("error: ")


class Typed(io.BytesIO):
    """The standard input of a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def default_signal() -> Iterator[None]:
    """Let Ctrl-C have its default handler: background jobs ignore it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def treenn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Done]:
    monkeypatch.chdir(tmp_path)
    for cache in (load, load_variant):  # as in a fresh process
        cache.cache_clear()

    def run(*arguments: str, stdin: bytes = b"", typed: bool = False) -> Done:
        monkeypatch.setattr(sys, "argv", ["treenn", *arguments])
        file = Typed(stdin) if typed else io.BytesIO(stdin)
        # As at a terminal: raw bytes, independent of the machine's encoding.
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(file, encoding="ascii", newline="\n"))
        capsys.readouterr()
        code = 0
        try:
            main()
        except SystemExit as stop:
            code = int(stop.code or 0)
        return Done(code, *capsys.readouterr())

    return run


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (journal, run, shard):
        monkeypatch.setattr(module, "CHUNK", CHUNK)


@pytest.fixture
def parse_corpus(treenn: Callable[..., Done], tmp_path: Path) -> Callable[..., Done]:
    """`treenn parse --parser right` next to the corpus `in.txt`."""
    (tmp_path / "in.txt").write_text("\n".join(LINES) + "\n")
    return lambda *arguments, **given: treenn("parse", "--parser", "right", *arguments, **given)


@pytest.fixture
def whole(parse_corpus: Callable[..., Done], tmp_path: Path) -> bytes:
    """The output of an uninterrupted run, `whole.jsonl`."""
    return written(tmp_path / "whole.jsonl")
