"""A command in a pseudo-terminal, and the screen of `treenn label` as its reader sees it."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

SECONDS = 60
"""How long a prompt is waited for."""

_ESCAPE = re.compile(r"\x1b\[[0-9;]*m")
_PROMPT = re.compile(r"(?:label \[.*\]|reopens one): $")


class Question(NamedTuple):
    """What a screen asks: the number of the sentence, from 1, and the words of the marked phrase."""

    sentence: int
    phrase: tuple[str, ...]


class Typist:
    """`treenn` in a pseudo-terminal.

    Args:
        folder: the working directory.
        arguments: the command line.
        columns: the width of the terminal.
        color: whether the terminal has colours.
    """

    def __init__(self, folder: Path, *arguments: str, columns: int = 80, color: bool = False) -> None:
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        environment = {
            name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES", "NO_COLOR")
        }
        environment |= {"TERM": "xterm-256color"} | ({} if color else {"NO_COLOR": "1"})
        self._process = subprocess.Popen(
            [sys.executable, "-m", "treenn", *arguments],
            cwd=folder, stdin=slave, stdout=slave, stderr=slave, env=environment, start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # so that Ctrl-C is a signal
        )  # fmt: skip
        os.close(slave)
        self.screen = ""

    def read(self) -> Question | None:
        """Wait for a prompt, and return its question; None if all sentences are done, or the command has ended."""
        deadline = time.monotonic() + SECONDS
        self.screen = ""
        while not _PROMPT.search(self.screen):
            assert time.monotonic() < deadline, self.screen
            if select.select([self._master], [], [], 1)[0]:
                try:
                    self.screen += (
                        os.read(self._master, 1 << 16).decode("utf-8", errors="replace").replace("\r\n", "\n")
                    )
                except OSError:  # the command has ended
                    return None
        return None if self.screen.endswith("reopens one: ") else question(self.screen)

    def type(self, *lines: str) -> None:
        os.write(self._master, "".join(f"{line}\n" for line in lines).encode())

    def kill(self) -> None:
        """Kill the command; no effect if it has ended."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            os.close(self._master)

    def end(self) -> int:
        """Wait for the end of the command. Returns its exit code."""
        while select.select([self._master], [], [], SECONDS)[0]:
            try:
                self.screen += os.read(self._master, 1 << 16).decode("utf-8", errors="replace")
            except OSError:
                break
        os.close(self._master)
        return self._process.wait(SECONDS)


def question(screen: str) -> Question:
    """The question of the last view on a screen, with the phrase in reverse video or above `^`."""
    assert "sentence " in screen, screen
    last = screen[screen.rindex("sentence ") :]
    number = re.match(r"sentence ([0-9]+) of", last)
    assert number is not None, screen
    body = last[: last.rindex("\nclasses: ")].rsplit("\n\n", 1)[1]
    if "\x1b[7m" in body:
        marked = " ".join(re.findall("\x1b\\[7m(.*?)\x1b\\[0m", body))
    else:
        lines = body.split("\n")
        pairs = [(line, below) for line, below in pairwise(lines) if re.fullmatch(r" *\^+", below)]
        marked = " ".join(line[below.index("^") : len(below)] for line, below in pairs)
    return Question(int(number[1]), tuple(_ESCAPE.sub("", marked).split()))
