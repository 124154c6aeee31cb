"""`treenn play`: serves a playground until a signal, and opens a browser."""

from __future__ import annotations

import re
import signal
import threading
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from saved_models import make_model

from treenn.web.server import PageServer

Command = Callable[..., Any]


@pytest.fixture(autouse=True)
def default_signal() -> Iterator[None]:
    """Let Ctrl-C have its default handler: background jobs ignore it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def interrupted(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """Let the server answer one request, and then receive Ctrl-C. The list gets the address and the status."""
    seen: list[tuple[str, int]] = []

    def serve(server: PageServer, *_: object) -> None:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        with urllib.request.urlopen(server.url, timeout=60) as response:
            seen.append((server.url, response.status))
        thread.join()
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(PageServer, "serve_forever", serve)
    return seen


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that were opened in a browser."""
    addresses: list[str] = []
    monkeypatch.setattr("webbrowser.open", addresses.append)
    return addresses


def test_serves_until_ctrl_c(
    treenn: Command, tmp_path: Path, interrupted: list[tuple[str, int]], opened: list[str]
) -> None:
    done = treenn("play", "--model", str(make_model(tmp_path / "model")), "--parser", "right")
    [(address, status)] = interrupted
    assert (done.returncode, done.stdout, status) == (130, f"playground: {address}\n", 200)
    assert done.stderr.splitlines() == ["Ctrl-C ends it", "stopped by SIGINT"]
    assert opened == [address]
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/[\w-]{32}/", address)


def test_no_browser_opens_none(
    treenn: Command, tmp_path: Path, interrupted: list[tuple[str, int]], opened: list[str]
) -> None:
    treenn("play", "--model", str(make_model(tmp_path / "model")), "--parser", "right", "--no-browser")
    assert (len(interrupted), opened) == (1, [])


def test_a_missing_model_is_one_line(treenn: Command) -> None:
    assert "nowhere" in treenn("play", "--model", "nowhere").error


def test_more_than_four_models_are_refused(treenn: Command, tmp_path: Path) -> None:
    models = [f"--model={make_model(tmp_path / str(index))}" for index in range(5)]
    message = treenn("play", *models, "--parser", "right").error
    assert message == "--model: 5 models are selected; must be at most 4"


def test_a_port_must_be_a_port(treenn: Command) -> None:
    assert treenn("play", "--port", "70000").returncode == 2
