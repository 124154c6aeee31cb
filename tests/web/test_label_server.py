"""The server of `treenn label --web` refuses foreign requests, of which none changes the annotations."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from web.conftest import EVIL, serving
from web.labelling import CLASSES, make_session
from web.test_server import JSON, request

from treenn.labelling.page import LabellingPage
from treenn.web.server import MOST_BYTES, PageServer

LABEL = {"action": "label", "value": 1, "revision": 0}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ann.txt"


@pytest.fixture
def server(path: Path) -> Iterator[PageServer]:
    with serving(LabellingPage(make_session(path))) as made:
        yield made


def test_an_action_with_the_token_is_performed(server: PageServer, path: Path) -> None:
    status, body, _ = request(server, "POST", f"/{server.token}/perform", body=LABEL)
    assert (status, json.loads(body)["view"]["labels"][-1]) == (200, 1)
    assert "unfinished" in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("target", ["/perform", "/wrong/perform", "//perform", "/../perform"])
def test_actions_without_the_token_change_nothing(server: PageServer, path: Path, target: str) -> None:
    status, body, _ = request(server, "POST", target, body=LABEL)
    assert (status, path.exists(), server.token.encode() in body) == (403, False, False)


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Host": "evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_actions_of_other_sites_change_nothing(server: PageServer, path: Path, headers: dict[str, str]) -> None:
    status, _, _ = request(server, "POST", f"/{server.token}/perform", JSON | headers, LABEL)
    assert (status, path.exists()) == (403, False)


def test_forms_of_other_pages_change_nothing(server: PageServer, path: Path) -> None:
    for kind in ("text/plain", "application/x-www-form-urlencoded"):
        assert request(server, "POST", f"/{server.token}/perform", {"Content-Type": kind}, LABEL)[0] == 415
    assert request(server, "GET", f"/{server.token}/perform")[0] == 404
    assert not path.exists()


def test_large_bodies_are_refused(server: PageServer, path: Path) -> None:
    with socket.create_connection(server.server_address) as connection:
        head = f"POST /{server.token}/perform HTTP/1.1\r\nHost: {server.hosts[0]}\r\nContent-Type: application/json\r\n"
        connection.sendall(f"{head}Content-Length: {MOST_BYTES + 1}\r\n\r\n".encode())
        assert b" 413 " in connection.recv(100)
    assert not path.exists()


def test_only_files_of_the_page_are_served(server: PageServer) -> None:
    for name in ("", "label.mjs", "label.css", "play.css", "tree.mjs", "tree.css"):
        assert request(server, "GET", f"/{server.token}/{name}")[0] == 200
    for name in ("play.mjs", "ann.txt", "../labelling/page.py", "%2e%2e/server.py", "label.html"):
        assert request(server, "GET", f"/{server.token}/{name}")[0] == 404
    for name in ("states", "parse", "export", "session", "__init__"):
        assert request(server, "POST", f"/{server.token}/{name}", body={})[0] == 404


def test_no_request_names_a_file(server: PageServer) -> None:
    for action in ("state", "sentences", "agreement"):
        status, body, _ = request(server, "POST", f"/{server.token}/{action}", body={"start": 0, "out": "/tmp/evil"})
        assert (status, "is unknown" in json.loads(body)["error"]) == (400, True)


def test_bodies_that_are_no_object_are_named(server: PageServer) -> None:
    status, body, _ = request(server, "POST", f"/{server.token}/perform", body=[])
    assert (status, json.loads(body)) == (400, {"error": "the body holds []; it must be a JSON object"})


def test_hostile_names_are_in_no_page(server: PageServer) -> None:
    page = request(server, "GET", f"/{server.token}/")[1].decode()
    assert page.count("<script") == page.count('<script type="module" src=') == 1
    assert not re.search(r"<style|\son\w+=|\sstyle=|javascript:", page)
    assert EVIL not in page
    _, body, headers = request(server, "POST", f"/{server.token}/state", body={})
    assert json.loads(body)["session"]["annotator"] == EVIL
    assert json.loads(body)["view"]["classes"] == list(CLASSES)
    assert headers["Content-Type"] == "application/json"
    assert headers["X-Content-Type-Options"] == "nosniff"
