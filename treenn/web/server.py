"""`PageServer`: a page and its actions over HTTP on this machine, for one browser with the token.

Requests are refused unless they have the token in their path, this server's address as their host (against DNS
rebinding), and no other origin. Pages get a Content-Security-Policy that permits this server's own files only.
"""

from __future__ import annotations

import hmac
import secrets
import sys
import traceback
from collections.abc import Collection, Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from typing import Any, NamedTuple, Protocol

from treenn.trees import InputError
from treenn.trees.json_values import dump_json

ADDRESS = "127.0.0.1"
MOST_BYTES = 1_000_000
"""The maximum size of a request."""

_SHARED = ("server_host.mjs", "ask_server.mjs", "tree.mjs", "tree.css", "play.css")
_TYPES = {".html": "text/html", ".mjs": "text/javascript", ".css": "text/css"}
_JSON = "application/json"
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data: blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class _Refusal(Exception):
    """A refused request.

    Args:
        status: the HTTP status.
        why: the reason.
    """

    def __init__(self, status: HTTPStatus, why: str) -> None:
        self.status, self.why = status, why
        super().__init__(why)


class _Reply(NamedTuple):
    """The body of a response with its media type."""

    body: bytes
    media_type: str


class Site(Protocol):
    """A page with its actions.

    Args:
        name: the name of its files in `treenn/web`, as `play` for `play.html`, `play.mjs` and `play.css`.
    """

    name: str

    @property
    def actions(self) -> Collection[str]:
        """The names of its actions."""

    def answer(self, action: str, body: bytes) -> Mapping[str, Any]:
        """Answer a request with a JSON object.

        Args:
            action: the name of the action.
            body: the JSON of the request.

        Raises:
            InputError: if the request is malformed or impossible.
        """


class PageServer(ThreadingHTTPServer):
    """The server of a page. A context manager, which closes the socket on exit.

    Args:
        site: the page and its actions.
        port: the port; 0 is a free one (default: 0).

    Raises:
        InputError: if the port is not available.
    """

    daemon_threads = True

    def __init__(self, site: Site, port: int = 0) -> None:
        self.site, self.token = site, secrets.token_urlsafe(24)
        try:
            super().__init__((ADDRESS, port), _Handler)
        except OSError as error:
            raise InputError(f"--port {port}: {error.strerror or error}; must be a free port, or 0 for any") from error

    @property
    def hosts(self) -> tuple[str, str]:
        """The permitted values of the header Host."""
        port = self.server_address[1]
        return f"{ADDRESS}:{port}", f"localhost:{port}"

    @property
    def url(self) -> str:
        """The address of the page, including the token."""
        return f"http://{self.hosts[0]}/{self.token}/"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore connections that the browser closed."""
        if not isinstance(sys.exception(), (ConnectionError, TimeoutError)):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    server: PageServer
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "treenn", ""
    timeout = 60  # seconds of silence

    def do_GET(self) -> None:
        self._respond(self._file)

    def do_POST(self) -> None:
        self._respond(self._action)

    def log_message(self, *_: Any) -> None:
        """Log nothing: the path has the token."""

    def _respond(self, answer: Any) -> None:
        try:
            reply = answer(self._checked_path())
            status = HTTPStatus.OK
        except _Refusal as refusal:
            status, reply = refusal.status, _error(refusal.why)
            self.close_connection = True  # the body of the request may be unread
        except InputError as error:
            status, reply = HTTPStatus.BAD_REQUEST, _error(error.message)
        except Exception:
            traceback.print_exc()
            status, reply = HTTPStatus.INTERNAL_SERVER_ERROR, _error("internal error; the terminal has the traceback")
        self._send(status, reply)

    def _send(self, status: HTTPStatus, reply: _Reply) -> None:
        self.send_response(status)
        sizes = {"Content-Type": reply.media_type, "Content-Length": str(len(reply.body))}
        for name, value in (sizes | _HEADERS).items():
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(reply.body)

    def _checked_path(self) -> str:
        """Return the path below the token, after validation of host, token and origin."""
        if self.headers.get_all("Host", []) not in [[host] for host in self.server.hosts]:
            raise _Refusal(HTTPStatus.FORBIDDEN, "the host of the request is not this server")
        token, _, rest = self.path.removeprefix("/").partition("/")
        if not hmac.compare_digest(token.encode(), self.server.token.encode()):
            raise _Refusal(HTTPStatus.FORBIDDEN, "the token is missing; open the address in the terminal")
        origin, site = self.headers.get("Origin"), self.headers.get("Sec-Fetch-Site")
        if origin is not None and origin not in (f"http://{host}" for host in self.server.hosts):
            raise _Refusal(HTTPStatus.FORBIDDEN, "the request is from another origin")
        opens_page = self.command == "GET" and not rest and self.headers.get("Sec-Fetch-Dest") == "document"
        if site not in (None, "same-origin", "none") and not opens_page:  # a link with the token may be anywhere
            raise _Refusal(HTTPStatus.FORBIDDEN, "the request is from another site")
        return rest

    def _file(self, path: str) -> _Reply:
        own = self.server.site.name
        if path not in ("", *_SHARED, f"{own}.mjs", f"{own}.css"):
            raise _Refusal(HTTPStatus.NOT_FOUND, "there is no such page")
        name = path or f"{own}.html"
        media_type = _TYPES[name[name.rindex(".") :]]
        return _Reply((files("treenn.web") / name).read_bytes(), f"{media_type}; charset=utf-8")

    def _action(self, path: str) -> _Reply:
        if path not in self.server.site.actions:
            raise _Refusal(HTTPStatus.NOT_FOUND, "there is no such action")
        if self.headers.get_content_type() != _JSON:
            raise _Refusal(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"the body must be {_JSON}")
        answer = self.server.site.answer(path, self._body())
        return _Reply(dump_json(answer, compact=True).encode(), _JSON)

    def _body(self) -> bytes:
        length = self.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdigit()) or "Transfer-Encoding" in self.headers:
            raise _Refusal(HTTPStatus.LENGTH_REQUIRED, "the request must have a Content-Length")
        if len(length) > 9 or int(length) > MOST_BYTES:
            raise _Refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"the body must have at most {MOST_BYTES} bytes")
        return self.rfile.read(int(length))


def _error(message: str) -> _Reply:
    return _Reply(dump_json({"error": message}).encode(), _JSON)
