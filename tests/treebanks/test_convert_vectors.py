"""Text files of word vectors, written from packages that are made here."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from treebanks import fetch as fetching
from treebanks.catalogue_entry import Converted, Download, Entry, File
from treebanks.fetch import fetch
from treebanks.paths import home_of
from treenn.trees import InputError

WORDS = ["the", '"', "\\", "film", "}", "naïve"]
VECTORS = np.array([[1, -0.5, 0.25]] * 5 + [[-0.00066023, 6.4e-05, 4.0071]], dtype=np.float32)
TEXT = "".join(f"{word} 1 -0.5 0.25\n" for word in WORDS[:5]) + "naïve -0.00066023 6.4e-05 4.0071\n"


def file(path: str, data: bytes) -> File:
    return File(path, len(data), hashlib.sha256(data).hexdigest())


def wink(words: list[str] = WORDS) -> bytes:
    """The JSON of winkNLP: after the numbers of a word follow their norm and the number of the word."""
    rows = {word: [*(1, -0.5, 0.25), 1.14564392, index] for index, word in enumerate(words[:5])}
    rows["naïve"] = [-0.00066023, 6.4e-05, 4.0071, 4.00710006, 5]
    content = {"size": 6, "dimensions": 3, "words": words, "vectors": rows, "unkVector": [0, 0, 0, 0, -1]}
    return json.dumps(content, separators=(",", ":"), ensure_ascii=False).encode()


def tarred(members: dict[str, bytes], kind: bytes = tarfile.REGTYPE) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as bundle:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size, info.type, info.linkname = len(data) if kind == tarfile.REGTYPE else 0, kind, "/etc/passwd"
            bundle.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Callable[[bytes], None]:
    """Answers every download with these bytes."""

    def answer(archive: bytes) -> None:
        def copy(source: Download, target: Path, progress: Callable[[int, int], object]) -> None:
            target.write_bytes(archive)
            progress(len(archive), len(archive))

        def copy_wheel(wheel: File, folder: Path, progress: Callable[[int], object]) -> None:
            (folder / wheel.path).write_bytes(archive)
            progress(len(archive))

        monkeypatch.setattr(fetching, "download", copy)
        monkeypatch.setattr(fetching, "download_wheel", copy_wheel)

    return answer


def made(archive: bytes, member: bytes, text: str = TEXT) -> Entry:
    source = Download("https://example.org/made.tgz", len(archive), hashlib.sha256(archive).hexdigest())
    download = Converted(source, (file("package/made.json", member),), "wink")
    files = (file("made.txt", text.encode()),)
    return Entry("made", "made up", "none", "none", "none", "vectors", files, download, kind="vectors")


def test_json_becomes_text_in_order(serve: Callable[[bytes], None], home: Path) -> None:
    archive = tarred({"package/README.md": b"other", "package/made.json": wink()})
    serve(archive)
    entry, calls = made(archive, wink()), list[tuple[int, int]]()
    assert fetch(entry, home, lambda done, total: calls.append((done, total))) is True
    assert (home / "vectors" / "made.txt").read_text(encoding="utf-8") == TEXT
    assert sorted(path.name for path in (home / "vectors").iterdir()) == ["made.txt"]
    total = len(archive) + len(TEXT.encode())
    assert calls == sorted(calls)
    assert calls[-1] == (total, total)
    assert fetch(entry, home) is False


def test_parquet_and_numpy_become_text(serve: Callable[[bytes], None], home: Path, tmp_path: Path) -> None:
    duckdb = pytest.importorskip("duckdb")
    names = duckdb.sql("select unnest($words) as word", params={"words": WORDS})
    names.write_parquet(str(tmp_path / "words.parquet"))
    np.save(tmp_path / "vectors.npy", VECTORS)
    members = {name: (tmp_path / name).read_bytes() for name in ("words.parquet", "vectors.npy")}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as bundle:
        for name, data in members.items():
            bundle.writestr(f"made/{name}", data)
    wheel = file("made-0.1-py3-none-any.whl", buffer.getvalue())
    serve(buffer.getvalue())
    download = Converted(wheel, tuple(file(f"made/{name}", data) for name, data in members.items()), "npy")
    entry = Entry("made", "", "", "", "", "vectors", (file("made.txt", TEXT.encode()),), download, kind="vectors")
    fetch(entry, home)
    assert (home / "vectors" / "made.txt").read_text(encoding="utf-8") == TEXT


def test_missing_library_is_named_before_download(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    download = Converted(file("made-0.1-py3-none-any.whl", b""), (), "npy")
    entry = Entry("made", "", "", "", "", "vectors", (file("made.txt", b"x"),), download, kind="vectors")
    with pytest.raises(InputError, match=r"needs duckdb, .*pip install 'treenn\[glove\]'"):
        fetch(entry, home)


def test_other_archives_are_refused(serve: Callable[[bytes], None], home: Path) -> None:
    good = wink()
    for archive, message in [
        (b"no archive", "this tar archive cannot be unpacked"),
        (tarred({"package/made.json": good})[:100], "this tar archive cannot be unpacked"),
        (tarred({"package/other.json": good}), "this tar archive lacks the file package/made.json"),
        (tarred({"package/made.json": good}, tarfile.SYMTYPE), "this tar archive lacks the file package/made.json"),
        (tarred({"package/made.json": good + b" "}), f"has {len(good) + 1} bytes; it must have {len(good)}"),
        (tarred({"package/made.json": good.replace(b"0.25", b"0.75", 1)}), "made.txt: wrong checksum"),
    ]:
        serve(archive)
        with pytest.raises(InputError, match=message) as caught:
            fetch(made(archive, good), home)
        assert caught.value.source == "https://example.org/made.tgz"
        assert not list((home / "vectors").glob("*"))


def test_converted_vectors_are_in_the_cache(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TREENN_CACHE", str(home))
    assert home_of(made(b"", b"")) == home
