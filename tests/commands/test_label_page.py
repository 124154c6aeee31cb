"""`treenn label --web`: serves the page until Ctrl-C, with the file of the terminal and a lock on it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from treenn.training.folder_lock import locked_file
from treenn.web.server import PageServer

Command = Callable[..., Any]

pytestmark = pytest.mark.usefixtures("default_signal")
OPTIONS = ("--classes", "bad,good", "--parser", "right", "--tokenized", "--annotator", "ann")


def post(url: str, action: dict[str, Any]) -> None:
    """Perform an action as the page does."""
    body = json.dumps(action).encode()
    sent = urllib.request.Request(f"{url}perform", body, {"Content-Type": "application/json"})
    urllib.request.urlopen(sent, timeout=60).close()


@pytest.fixture
def label(treenn: Command, tmp_path: Path) -> Command:
    (tmp_path / "s.txt").write_text("not good\na film\n")
    return lambda *more, **how: treenn("label", "s.txt", "--out", "ann.txt", *OPTIONS, *more, **how)


@pytest.fixture
def clicks(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Let the server perform these actions, and then receive Ctrl-C."""
    todo: list[dict[str, Any]] = []

    def serve(server: PageServer, *_: object) -> None:
        for revision, action in enumerate(todo):
            thread = threading.Thread(target=server.handle_request)
            thread.start()
            post(server.url, action | {"revision": revision})
            thread.join()
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(PageServer, "serve_forever", serve)
    return todo


def test_the_browser_continues_what_the_terminal_began(
    label: Command, clicks: list[dict[str, Any]], tmp_path: Path
) -> None:
    assert label(stdin=b"bad\n").returncode == 0
    clicks += [{"action": "label", "value": 1, "node": 1}, {"action": "accept_rest"}]
    done = label("--web", "--no-browser")
    assert done.returncode == 130
    assert done.stdout.startswith("labelling: http://127.0.0.1:")
    assert (
        "ann.txt: 1 of 2 sentences are labelled, 0 skipped\nrepeat the command to resume\nstopped by SIGINT\n"
        in done.stderr
    )
    assert "(0 (X not) (1 good))" in (tmp_path / "ann.txt").read_text()
    assert "ann.txt: 2 of 2 sentences are labelled" in label(stdin=b"good\n1\n1\n").stderr


def test_a_file_in_use_is_refused(label: Command, tmp_path: Path) -> None:
    with locked_file(tmp_path / "ann.txt"):
        for more in (["--web", "--no-browser"], []):
            assert "is writing to this file; wait until it ends, or pass another --out" in label(*more, stdin=b"").error
    assert label(stdin=b"").returncode == 0
    assert [path.name for path in tmp_path.iterdir()] == ["s.txt"]


def test_a_session_without_labels_leaves_no_folder(
    label: Command, clicks: list[dict[str, Any]], tmp_path: Path
) -> None:
    for options in (["--web", "--no-browser"], []):
        label(*options, "--out", "new/folder/ann.txt", stdin=b"")
        assert [path.name for path in tmp_path.iterdir()] == ["s.txt"]
    clicks.append({"action": "label", "value": 1})
    label("--web", "--no-browser", "--out", "new/folder/ann.txt")
    assert [path.name for path in (tmp_path / "new/folder").iterdir()] == ["ann.txt"]


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--against", "bea.txt"], "--against: needs --web; `treenn agreement` compares two files"),
        (["--web", "--against", "ann.txt"], "--against ann.txt: must be another file than --out"),
        (["--web", "--against", "s.txt"], "s.txt:1: no file of treenn label, whose first line is as"),
    ],
)
def test_the_other_annotator_must_be_another(label: Command, more: list[str], message: str) -> None:
    assert message in label(*more).error


def test_the_other_annotator_may_begin_later(label: Command, clicks: list[dict[str, Any]]) -> None:
    done = label("--web", "--no-browser", "--against", "bea.txt")
    assert (done.returncode, clicks) == (130, [])
    assert "bea.txt: does not exist yet; the agreement is shown when it does" in done.stderr


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")
def test_a_killed_command_loses_no_answer(label: Command, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "treenn", "label", "s.txt", "--out", "ann.txt", *OPTIONS, "--web", "--no-browser"]
    for node in (0, 1):
        with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            url = process.stdout.readline().split()[-1]
            post(url, {"action": "label", "value": node, "node": node, "revision": 0})
            process.kill()
    assert "# (? (0 not) (1 good))" in (tmp_path / "ann.txt").read_text()
    assert "ann.txt: 1 of 2 sentences are labelled" in label(stdin=b"bad\n").stderr
