"""Running `treenn` as a user does, in a folder of its own."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from treenn.cli import main


class Done(NamedTuple):
    returncode: int
    stdout: str
    stderr: str

    @property
    def error(self) -> str:
        """What bad input ends in: one line, which is returned without its `error: `, and exit code 2."""
        errors = [line for line in self.stderr.splitlines() if line.startswith("error: ")]
        assert (self.returncode, len(errors)) == (2, 1), self.stderr
        assert "Traceback" not in self.stderr
        return errors[0].removeprefix("error: ")


class Typed(io.BytesIO):
    """What is typed at a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def treenn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Done]:
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str, stdin: bytes = b"", typed: bool = False) -> Done:
        monkeypatch.setattr(sys, "argv", ["treenn", *arguments])
        file = Typed(stdin) if typed else io.BytesIO(stdin)
        # As the terminal gives it: bytes come as they are, in whatever encoding the machine is set to.
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(file, encoding="ascii", newline="\n"))
        capsys.readouterr()
        code = 0
        try:
            main()
        except SystemExit as stop:
            code = int(stop.code or 0)
        return Done(code, *capsys.readouterr())

    return run
