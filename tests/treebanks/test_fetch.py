"""Fetching from a local HTTP server, correct or faulty."""

import gzip
import hashlib
import io
import pickle
import signal
import stat
import subprocess
import sys
import threading
import zipfile
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from treebanks.catalogue_entry import Compressed, Download, Entry, File
from treebanks.fetch import fetch
from treebanks.verify import state, verify
from treenn.trees import InputError

CONTENT = {"train.txt": b"(3 (2 a) (3 joy))\n" * 5000, "deep/test.txt": b"(1 (2 no) (3 joy))\n"}
FILES = tuple(File(path, len(data), hashlib.sha256(data).hexdigest()) for path, data in CONTENT.items())


def zipped(members):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, data in members.items():
            bundle.writestr(name, data)
    return buffer.getvalue()


GOOD = zipped({f"trees/{path}": data for path, data in CONTENT.items()} | {"__MACOSX/junk": b"junk"})


class Server(ThreadingHTTPServer):
    """Answers every request with `body`, announced as `length` bytes, and counts the requests."""

    body, length, status, requests = GOOD, None, 200, 0


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.requests += 1
        self.send_response(self.server.status)
        length = len(self.server.body) if self.server.length is None else self.server.length
        if length >= 0:
            self.send_header("Content-Length", str(length))
        self.end_headers()
        self.wfile.write(self.server.body)

    def log_message(self, *args):
        pass


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def home(tmp_path):
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


def made(server, body=GOOD, inside="trees/", files=FILES):
    """An entry whose download is this body, as sent by the server by default."""
    server.body = body
    url = f"http://127.0.0.1:{server.server_port}/made.zip"
    download = Download(url, len(body), hashlib.sha256(body).hexdigest(), inside)
    return Entry("made", "made up", "none", "none", "none", "made", files, download)


def contents(home):
    return {str(path.relative_to(home)): path.read_bytes() for path in home.rglob("*") if path.is_file()}


def assert_refused(entry, home, message):
    with pytest.raises(InputError, match=message) as caught:
        fetch(entry, home)
    assert caught.value.source == (entry.download and entry.download.url)
    assert list(home.rglob("*")) == []
    assert [path.name for path in home.parent.iterdir()] == ["home"]


def test_a_good_archive_is_unpacked_into_its_folder(server, home):
    calls = []
    assert fetch(made(server), home, lambda done, total: calls.append((done, total))) is True
    assert contents(home) == {f"made/{path}": data for path, data in CONTENT.items()}
    assert calls[-1] == (len(GOOD), len(GOOD))


def test_fetched_folder_has_default_permissions(server, home):
    fetch(made(server), home)
    (home / "new").mkdir()
    assert (home / "made").stat().st_mode == (home / "new").stat().st_mode


def test_a_home_that_is_not_there_is_made(server, tmp_path):
    fetch(made(server), tmp_path / "far" / "home")
    assert (tmp_path / "far" / "home" / "made" / "train.txt").exists()


def test_fetching_again_downloads_nothing(server, home):
    fetch(made(server), home)
    assert fetch(made(server), home) is False
    assert server.requests == 1


def test_one_file_without_an_archive(server, home):
    data = CONTENT["train.txt"]
    fetch(made(server, data, inside=None, files=FILES[:1]), home)
    assert contents(home) == {"made/train.txt": data}


def test_a_server_that_does_not_announce_a_length(server, home):
    server.length = -1
    fetch(made(server), home)
    assert len(contents(home)) == 2


def test_only_missing_files_are_downloaded(server, home):
    (home / "made").mkdir()
    (home / "made" / "train.txt").write_bytes(CONTENT["train.txt"])
    (home / "made" / "notes.txt").write_text("mine")
    assert fetch(made(server), home) is True
    assert contents(home) == {f"made/{path}": data for path, data in CONTENT.items()} | {"made/notes.txt": b"mine"}


def test_file_with_other_content_is_kept(server, home):
    (home / "made").mkdir()
    (home / "made" / "train.txt").write_text("mine")
    with pytest.raises(InputError, match=r"made: train\.txt: wrong size, expected 90000 bytes, found 4; move"):
        fetch(made(server), home)
    assert contents(home) == {"made/train.txt": b"mine"}
    assert server.requests == 0


def test_truncated(server, home):
    entry = made(server)
    server.body, server.length = GOOD[:100], len(GOOD)
    assert_refused(entry, home, f"connection ended after 100 of {len(GOOD)} bytes; try again")


def test_truncated_without_an_announced_length(server, home):
    entry = made(server)
    server.body, server.length = GOOD[:100], -1
    assert_refused(entry, home, f"this file has 100 bytes; it must have {len(GOOD)}")


def test_longer_than_expected(server, home):
    entry = made(server)
    server.body = GOOD + b"more"
    assert_refused(entry, home, f"this file has more than {len(GOOD)} bytes")


def test_wrong_checksum(server, home):
    entry = made(server)
    server.body = GOOD[:-1] + b"!"
    found = hashlib.sha256(server.body).hexdigest()
    assert_refused(entry, home, f"SHA-256 is {found}; it must be {entry.download.sha256}")


def test_not_found(server, home):
    entry = made(server)
    server.status = 404
    assert_refused(entry, home, r"http://127\.0\.0\.1:\d+/made\.zip: the response is 404 Not Found")


def test_server_gone(server, home, monkeypatch):
    entry = made(server)
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as closed:
        url = f"http://127.0.0.1:{closed.server_port}/made.zip"
    entry = replace(entry, download=replace(entry.download, url=url))
    assert_refused(entry, home, "cannot reach the server: .*refused")


def test_server_that_speaks_something_else(server, home, monkeypatch):
    monkeypatch.setattr(Handler, "do_GET", lambda self: self.wfile.write(b"what?\r\n\r\n"))
    assert_refused(made(server), home, r"the connection broke after 0 bytes: what\?; try again")


@pytest.mark.parametrize("name", ["../evil.txt", "trees/../../evil.txt", "/evil.txt", r"..\evil.txt", r"C:\evil.txt"])
def test_an_archive_that_leads_out_of_its_folder(server, home, name):
    members = {f"trees/{path}": data for path, data in CONTENT.items()} | {name: b"evil"}
    assert_refused(made(server, zipped(members)), home, "not safe: .*evil.* leads outside of the target folder")


def test_archive_with_a_link(server, home):
    link = zipfile.ZipInfo("trees/train.txt")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as bundle:
        bundle.writestr(link, "/etc/passwd")
    assert_refused(made(server, buffer.getvalue()), home, "not safe: trees/train.txt is a link")


def test_archive_with_a_larger_file(server, home):
    body = zipped({"trees/train.txt": b"0" * 10_000_000, "trees/deep/test.txt": CONTENT["deep/test.txt"]})
    assert_refused(made(server, body), home, "train.txt in this zip archive has 10000000 bytes; it must have 90000")


def test_archive_with_false_size(server, home):
    body = zipped({"trees/train.txt": b"0" * 10_000_000, "trees/deep/test.txt": CONTENT["deep/test.txt"]})
    body = body.replace((10_000_000).to_bytes(4, "little"), (90_000).to_bytes(4, "little"))
    assert_refused(made(server, body), home, "cannot be unpacked: Bad CRC-32")


def test_an_archive_without_a_file(server, home):
    assert_refused(made(server, zipped({"trees/train.txt": CONTENT["train.txt"]})), home, "lacks trees/deep/test.txt")


def test_an_archive_with_a_file_of_another_content(server, home):
    members = {f"trees/{path}": data.replace(b"joy", b"woe") for path, data in CONTENT.items()}
    assert_refused(made(server, zipped(members)), home, "train.txt: wrong checksum, expected")


def test_no_archive_at_all(server, home):
    assert_refused(made(server, b"<html>"), home, "cannot be unpacked: File is not a zip file")


def test_treebank_without_download_has_instructions(server, home):
    entry = replace(made(server), download=None, by_hand="ask the authors")
    assert_refused(entry, home, "made has no fixed download: ask the authors .*treenn data verify made")


def test_a_home_that_cannot_be_written(server, tmp_path):
    (tmp_path / "home").write_text("a file")
    with pytest.raises(InputError, match="home/made: cannot write here: "):
        fetch(made(server), tmp_path / "home")


def test_verify_tells_what_is_wrong_with_each_file(server, home):
    entry = made(server)
    assert [check.state for check in verify(entry, home)] == ["missing", "missing"]
    fetch(entry, home)
    assert [check.state for check in verify(entry, home)] == ["ok", "ok"]
    (home / "made" / "train.txt").write_bytes(b"short")
    (home / "made" / "deep" / "test.txt").write_bytes(CONTENT["deep/test.txt"].replace(b"joy", b"woe"))
    assert [check.state for check in verify(entry, home)] == ["wrong size", "wrong checksum"]


def test_verify_of_a_file_that_cannot_be_read(server, home, monkeypatch):
    fetch(made(server), home)
    monkeypatch.setattr("pathlib.Path.open", deny)
    with pytest.raises(InputError, match=r"made/train\.txt: cannot read this file: Permission denied"):
        verify(made(server), home)


def deny(path, mode):
    raise PermissionError(13, "Permission denied", path)


def test_state_sums_the_files_up(server, home):
    entry = made(server)
    assert state(entry, home) == "missing"
    fetch(entry, home)
    assert state(entry, home) == "here"
    (home / "made" / "train.txt").unlink()
    assert state(entry, home) == "incomplete"
    (home / "made" / "train.txt").write_text("short")
    assert state(entry, home) == "different"
    assert state(replace(entry, kind="generated", files=()), home) == "generated"


def test_leftovers_of_killed_fetch_are_removed(server, home):
    entry = made(server)
    code = (
        "import os, signal, sys, pickle\nfrom pathlib import Path\nfrom treebanks.fetch import fetch\n"
        "entry = pickle.loads(bytes.fromhex(sys.argv[1]))\n"
        "fetch(entry, Path(sys.argv[2]), lambda done, total: os.kill(os.getpid(), signal.SIGKILL))"
    )
    done = subprocess.run([sys.executable, "-c", code, pickle.dumps(entry).hex(), str(home)], timeout=60)
    assert done.returncode == -signal.SIGKILL
    assert [path.name.startswith(".made.") for path in home.iterdir()] == [True]
    assert fetch(entry, home) is True
    assert contents(home) == {f"made/{path}": data for path, data in CONTENT.items()}
    assert [path.name for path in home.iterdir()] == ["made"]


def test_gzipped_files_are_decompressed(server, home):
    data, packed = b"A dog.\n" * 100, gzip.compress(b"A dog.\n" * 100)
    server.body = packed
    part = File("train.en.gz", len(packed), hashlib.sha256(packed).hexdigest())
    parts = Compressed(f"http://127.0.0.1:{server.server_port}/", (part, replace(part, path="dev.en.gz")))
    file = File("train.en", len(data), hashlib.sha256(data).hexdigest())
    entry = Entry("made", "made up", "none", "none", "none", "made", (file, replace(file, path="dev.en")), parts)
    reports = []
    assert fetch(entry, home, lambda *report: reports.append(report))
    assert contents(home) == {"made/train.en": data, "made/dev.en": data}
    assert reports[-1] == (parts.size, parts.size)
    (home / "made/dev.en").unlink()
    server.requests = 0
    assert fetch(entry, home)
    assert server.requests == 1  # only the missing file
    assert not fetch(entry, home)


def test_a_part_that_is_not_gzipped_is_refused(server, home):
    server.body = b"no gzip"
    part = File("a.gz", 7, hashlib.sha256(b"no gzip").hexdigest())
    parts = Compressed(f"http://127.0.0.1:{server.server_port}/", (part,))
    with pytest.raises(InputError, match=r"a\.gz: this file cannot be decompressed"):
        fetch(Entry("made", "", "", "", "", "made", FILES[:1], parts), home)
    assert list(home.rglob("*")) == []
