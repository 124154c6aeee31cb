"""The server refuses every request that is not of its own page."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Mapping
from http.client import HTTPConnection
from importlib.resources import files
from typing import Any

import pytest
from web.conftest import EVIL

from treenn.trees import InputError
from treenn.web.playground import Playground
from treenn.web.server import MOST_BYTES, PageServer

JSON = {"Content-Type": "application/json"}


def request(
    server: PageServer, method: str, path: str, headers: Mapping[str, str] = JSON, body: Any = None
) -> tuple[int, bytes, Mapping[str, str]]:
    connection = HTTPConnection(*server.server_address, timeout=60)
    connection.request(method, path, None if body is None else json.dumps(body), dict(headers))
    response = connection.getresponse()
    found = response.status, response.read(), response.headers
    connection.close()
    return found


def test_page_and_its_files_are_served(server: PageServer) -> None:
    scripts = [(name, "javascript") for name in ("server_host.mjs", "ask_server.mjs", "play.mjs", "tree.mjs")]
    for name, kind in (("", "html"), *scripts, ("tree.css", "css")):
        status, body, headers = request(server, "GET", f"/{server.token}/{name}")
        assert (status, body) == (200, (files("treenn.web") / (name or "play.html")).read_bytes())
        assert kind in headers["Content-Type"]


def test_an_action_answers_in_json(server: PageServer) -> None:
    status, body, headers = request(server, "POST", f"/{server.token}/parse", body={"text": "good film"})
    assert (status, headers["Content-Type"]) == (200, "application/json")
    assert json.loads(body)["sentences"][0]["tree"]["words"] == ["good", "film"]


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("path", ["/", "/parse", "/wrong/parse", "/../parse", "//", "/%00/", "http://other/"])
def test_requests_without_the_token_are_refused(server: PageServer, method: str, path: str) -> None:
    status, body, _ = request(server, method, path, body={"text": "a"})
    assert status == 403
    assert server.token.encode() not in body


def test_unknown_paths_and_methods_are_refused(server: PageServer) -> None:
    token = server.token
    for path in ("x", "../server.py", "%2e%2e/server.py", "tree.mjs/", "play.html", "/etc/passwd", "tree.mjs?x"):
        assert request(server, "GET", f"/{token}/{path}")[0] == 404
    for path in ("models", "", "tree.mjs", "__init__"):
        assert request(server, "POST", f"/{token}/{path}", body={})[0] == 404
    for method in ("PUT", "DELETE", "OPTIONS", "HEAD", "PATCH"):
        status, _, headers = request(server, method, f"/{token}/parse")
        assert (status, headers["Access-Control-Allow-Origin"]) == (501, None)


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:{port}", "127.0.0.1", "127.0.0.1:1", "", "[::1]:{port}"]
)
def test_other_hosts_are_refused(server: PageServer, host: str) -> None:
    """DNS rebinding: the page of another host whose name resolves to this machine."""
    headers = JSON | {"Host": host.format(port=server.server_address[1])}
    assert request(server, "POST", f"/{server.token}/parse", headers, {"text": "a"})[0] == 403
    assert request(server, "GET", f"/{server.token}/", headers)[0] == 403


def test_a_second_host_is_refused(server: PageServer) -> None:
    with socket.create_connection(server.server_address) as connection:
        host = server.hosts[0].encode()
        connection.sendall(b"GET /%s/ HTTP/1.1\r\nHost: %s\r\nHost: evil\r\n\r\n" % (server.token.encode(), host))
        assert b" 403 " in connection.recv(100)


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "https://{host}"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "http://{host}.evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_other_origins_are_refused(server: PageServer, headers: dict[str, str]) -> None:
    given = JSON | {name: value.format(host=server.hosts[0]) for name, value in headers.items()}
    assert request(server, "POST", f"/{server.token}/parse", given, {"text": "a"})[0] == 403


def test_the_own_origin_is_permitted(server: PageServer) -> None:
    for host in server.hosts:
        headers = JSON | {"Host": host, "Origin": f"http://{host}", "Sec-Fetch-Site": "same-origin"}
        assert request(server, "POST", f"/{server.token}/parse", headers, {"text": "a"})[0] == 200


def test_foreign_link_opens_the_page_only(server: PageServer) -> None:
    headers = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "document"}
    assert request(server, "GET", f"/{server.token}/", headers)[0] == 200
    assert request(server, "GET", f"/{server.token}/tree.mjs", headers)[0] == 403
    assert request(server, "POST", f"/{server.token}/parse", JSON | headers, {"text": "a"})[0] == 403
    assert request(server, "GET", f"/{server.token}/", headers | {"Sec-Fetch-Dest": "iframe"})[0] == 403


def test_large_bodies_are_refused_unread(server: PageServer) -> None:
    path = f"/{server.token}/parse"
    for length, status in ((MOST_BYTES + 1, 413), ("9" * 30, 413), ("x", 411), ("-1", 411), ("", 411), ("١", 411)):
        with socket.create_connection(server.server_address) as connection:
            head = f"POST {path} HTTP/1.1\r\nHost: {server.hosts[0]}\r\nContent-Type: application/json\r\n"
            connection.sendall(f"{head}Content-Length: {length}\r\n\r\n".encode())
            assert f" {status} ".encode() in connection.recv(100)
    chunked = JSON | {"Transfer-Encoding": "chunked"}
    assert request(server, "POST", path, chunked)[0] == 411


def test_other_media_types_are_refused(server: PageServer) -> None:
    """A form of another page can send text, but no JSON without the browser's question for permission."""
    for kind in ("text/plain", "application/x-www-form-urlencoded", ""):
        assert request(server, "POST", f"/{server.token}/parse", {"Content-Type": kind}, {"text": "a"})[0] == 415


def test_a_model_path_is_refused(server: PageServer) -> None:
    status, body, _ = request(server, "POST", f"/{server.token}/parse", body={"text": "a", "model": "/tmp/evil"})
    assert status == 400
    assert "'model' is unknown" in json.loads(body)["error"]


def test_invalid_input_is_a_message(server: PageServer) -> None:
    status, body, _ = request(server, "POST", f"/{server.token}/parse", body={"text": ""})
    assert (status, json.loads(body)) == (400, {"error": "the text has no words"})


def test_an_internal_error_reveals_nothing(
    server: PageServer, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(Playground, "parse", lambda *_: 1 / 0)
    status, body, _ = request(server, "POST", f"/{server.token}/parse", body={"text": "a"})
    assert status == 500
    assert b"division" not in body
    assert "ZeroDivisionError" in capfd.readouterr().err


def test_every_response_has_a_strict_policy(server: PageServer) -> None:
    for path, method in (("/", "GET"), (f"/{server.token}/", "GET"), (f"/{server.token}/scales", "POST")):
        _, _, headers = request(server, method, path, body={})
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "*" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Access-Control-Allow-Origin"] is None


def test_the_page_has_no_inline_script_or_style(server: PageServer) -> None:
    page = request(server, "GET", f"/{server.token}/")[1].decode()
    assert "<style" not in page
    assert page.count("<script") == page.count('<script type="module" src=') == 1
    assert not re.search(r"\son\w+=|\sstyle=|javascript:", page)
    assert EVIL not in page


def test_tokens_differ_and_are_long(playground: Playground) -> None:
    with PageServer(playground) as one, PageServer(playground) as two:
        assert len({one.token, two.token}) == 2
        assert min(len(one.token), len(two.token)) >= 32
        assert one.server_address[0] == "127.0.0.1"


def test_a_port_in_use_is_an_input_error(playground: Playground, server: PageServer) -> None:
    port = server.server_address[1]
    with pytest.raises(InputError, match=f"--port {port}: .* in use; must be a free port, or 0 for any"):
        PageServer(playground, port)
