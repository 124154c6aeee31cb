"""`treenn play`: serves a playground until a signal, and opens a browser."""

from __future__ import annotations

import re
import signal
import threading
import urllib.request
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from saved_models import make_model
from web.page_pairs import save_pair

from treenn.parsers.loading import load_parser
from treenn.sentiment.named_models import PLAN
from treenn.web.page_record import PAGE_SCHEMA
from treenn.web.server import PageServer

Command = Callable[..., Any]

pytestmark = pytest.mark.usefixtures("default_signal")


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


def test_export_writes_one_page(treenn: Command, tmp_path: Path) -> None:
    model, parser = save_pair(tmp_path)
    done = treenn("play", "--export", "page.html", "--model", model, "--parser", parser)
    assert (done.returncode, done.stderr.startswith("written: page.html, 0.")) == (0, True)
    text = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "SST" not in text.partition("<footer>")[2].partition("</footer>")[0]  # these folders have no record
    (tmp_path / "page.html").write_text("<!doctype html><p>mine")
    assert "is not replaced" in treenn("play", "--export", "page.html", "--model", model, "--parser", parser).error
    assert (tmp_path / "page.html").read_text() == "<!doctype html><p>mine"


def test_export_evaluates_and_records(treenn: Command, tmp_path: Path) -> None:
    model, parser = save_pair(tmp_path, networks=1, classes=("bad", "so-so", "good"))
    (tmp_path / "dev.txt").write_text(
        "(good (good good) (so-so film))\n(bad (bad not) (good (good very) (good good)))\n"
    )
    how = ("--export", "page.html", "--evaluate", "dev.txt", "--record", "page.json")
    done = treenn("play", *how, "--model", model, "--parser", parser)
    assert (done.returncode, "parser F1" in done.stdout) == (0, True)
    record = PAGE_SCHEMA.read(tmp_path / "page.json").page
    assert record.about.startswith("On 2 sentences of dev.txt dev, ")
    assert record.about in unescape((tmp_path / "page.html").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--model", "lstm"), "--model lstm: is lstm; the page computes tree-lstm without contextual vectors only"),
        (("--model", "tree", "--parser", "right"), "--parser right: must be a chart parser, such as chart"),
        (("--model", "tree", "--model", "lstm"), "--model: the page of --export has one model, not 2"),
        (("--model", "tree", "--record", "x.json"), "--record: needs --evaluate"),
        (
            ("--model", "tree", "--trust-module", "x"),
            "--trust-module: a page of --export computes no models of other packages",
        ),
        (
            ("--model", "comparison"),
            "--model comparison: is a folder of `treenn compare`; must be that of one model, such as one of its runs",
        ),
        (("--model", "nowhere"), "nowhere/config.json: cannot read this file: No such file or directory"),
    ],
)
def test_export_refuses_what_it_cannot_compute(
    treenn: Command, tmp_path: Path, options: tuple[str, ...], message: str
) -> None:
    make_model(tmp_path / "tree")
    make_model(tmp_path / "lstm", kind="lstm")
    (tmp_path / "comparison").mkdir()
    (tmp_path / "comparison" / PLAN).touch()
    assert treenn("play", "--export", "page.html", *options).error == message
    assert not (tmp_path / "page.html").exists()


def test_evaluate_needs_export(treenn: Command) -> None:
    assert treenn("play", "--evaluate", "sst").error == "--evaluate: needs --export"


def test_the_first_networks_of_a_parser_are_exported(treenn: Command, tmp_path: Path) -> None:
    model, parser = save_pair(tmp_path, networks=2)
    assert treenn("export", parser, "--out", "one", "--bits", "8", "--networks", "1").returncode == 0
    assert repr(load_parser(tmp_path / "one")) == repr(load_parser(parser)).replace("networks=2", "networks=1")
    for folder, count, message in (
        (parser, "3", "--networks 3: must be 1 to 2, as the parser has"),
        (model, "1", "--networks 1: needs a parser; a model has one network"),
    ):
        assert treenn("export", folder, "--out", "two", "--networks", count).error == message
    assert not (tmp_path / "two").exists()
