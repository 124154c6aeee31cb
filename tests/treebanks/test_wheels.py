"""Archives split among wheels: joined from local wheels by pip itself, or by a stand-in for pip."""

from __future__ import annotations

import hashlib
import io
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from treebanks import wheels
from treebanks.catalogue import ENTRIES
from treebanks.catalogue_entry import Entry, File, Wheels
from treebanks.fetch import fetch
from treenn.trees import InputError

CONTENT = {"config.json": b"{}", "model.safetensors": bytes(range(256)) * 40}
PARTS = [f"made-part_{number}/made.zip.00{number}" for number in (1, 2)]


def file(path: str, data: bytes) -> File:
    return File(path, len(data), hashlib.sha256(data).hexdigest())


def zipped(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as bundle:
        for name, data in members.items():
            bundle.writestr(name, data)
    return buffer.getvalue()


def wheel(number: int, part: bytes) -> tuple[str, bytes]:
    """The name and content of a wheel that installs a hostile package and needs another."""
    name = f"made_part_{number}-0.1"
    metadata = f"Metadata-Version: 2.1\nName: made-part-{number}\nVersion: 0.1\nRequires-Dist: absent\n"
    members = {
        PARTS[number - 1]: part,
        f"{name}.dist-info/METADATA": metadata.encode(),
        f"{name}.dist-info/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{name}.dist-info/RECORD": b"",
        "../evil.py": b"evil",
    }
    return f"{name}-py3-none-any.whl", zipped(members)


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the wheels, the only one that pip searches."""
    (tmp_path / "served").mkdir()
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "served"))
    return tmp_path / "served"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


@pytest.fixture
def copied(served: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Replaces pip by a copy of the first line of the requirements."""

    def run(command: list[str], environment: dict[str, str], output: int, poll: Callable[[], object]) -> int:
        target, requirements = (Path(command[command.index(option) + 1]) for option in ("--dest", "--requirement"))
        package, version = requirements.read_text().split()[0].split("==")
        name = f"{package}-{version}-py3-none-any.whl"
        (target / name).write_bytes((served / name).read_bytes())
        poll()
        return 0

    monkeypatch.setattr(wheels, "_run", run)


def made(served: Path, members: dict[str, bytes] | None = None) -> Entry:
    """An entry whose archive is split among two wheels."""
    archive = zipped(members or {f"made/{path}": data for path, data in CONTENT.items()})
    halves = archive[:5000], archive[5000:]
    files = []
    for number, half in enumerate(halves, 1):
        name, data = wheel(number, half)
        (served / name).write_bytes(data)
        files.append(file(name, data))
    parts = tuple(file(path, half) for path, half in zip(PARTS, halves, strict=True))
    content = tuple(file(path, data) for path, data in CONTENT.items())
    download = Wheels(tuple(files), parts, "made/")
    return Entry("made", "made up", "none", "none", "none", "encoders/made", content, download, kind="encoder")


def changed(entry: Entry, **fields: tuple[File, ...]) -> Entry:
    assert isinstance(entry.download, Wheels)
    return replace(entry, download=replace(entry.download, **fields))


def download(entry: Entry) -> Wheels:
    assert isinstance(entry.download, Wheels)
    return entry.download


def contents(home: Path) -> dict[str, bytes]:
    return {path.relative_to(home).as_posix(): path.read_bytes() for path in home.rglob("*") if path.is_file()}


def assert_refused(entry: Entry, home: Path, message: str, source: str | None = None) -> None:
    with pytest.raises(InputError, match=message) as caught:
        fetch(entry, home)
    assert str(caught.value.source) == (source or download(entry).wheels[0].path)
    assert contents(home) == {}
    assert [path.name for path in (home / "encoders").iterdir()] == []


def test_pip_downloads_wheels_without_installing(served: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pip")
    (home.parent / "pip.py").write_text("raise SystemExit('imported from the working directory')")
    monkeypatch.chdir(home.parent)
    entry, calls = made(served), list[tuple[int, int]]()
    assert fetch(entry, home, lambda done, total: calls.append((done, total))) is True
    assert contents(home) == {f"encoders/made/{path}": data for path, data in CONTENT.items()}
    assert calls == sorted(calls)
    assert calls[-1] == (download(entry).size, download(entry).size)
    assert sorted(path.name for path in home.parent.iterdir()) == ["home", "pip.py", "served"]


def test_pip_refuses_another_checksum(served: Path, home: Path) -> None:
    pytest.importorskip("pip")
    entry = made(served)
    (served / download(entry).wheels[0].path).write_bytes(wheel(1, b"other")[1])
    assert_refused(entry, home, "pip cannot download this wheel: THESE PACKAGES DO NOT MATCH THE HASHES")


def test_unknown_packages_are_one_line(served: Path, home: Path) -> None:
    pytest.importorskip("pip")
    entry = made(served)
    (served / download(entry).wheels[0].path).unlink()
    assert_refused(entry, home, "^[^\n]*: pip cannot download this wheel: [^\n]*made_part_1==0.1[^\n]*$")


def test_missing_pip_is_named(served: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert_refused(made(served), home, "this download needs pip; install it by `python -m ensurepip`")


@pytest.mark.usefixtures("copied")
def test_wheels_are_compared_after_pip(served: Path, home: Path) -> None:
    entry = made(served)
    path = served / download(entry).wheels[0].path
    path.write_bytes(path.read_bytes()[:-1] + b"!")
    assert_refused(entry, home, "wrong checksum, expected")


@pytest.mark.usefixtures("copied")
def test_wheels_lack_no_part(served: Path, home: Path) -> None:
    entry = made(served)
    parts = download(entry).parts
    assert_refused(changed(entry, parts=(replace(parts[0], path="x"), parts[1])), home, "this zip archive lacks x")
    assert_refused(changed(entry, parts=(replace(parts[0], size=4), parts[1])), home, "5000 bytes; it must have 4")


@pytest.mark.usefixtures("copied")
def test_joined_archives_are_untrusted(served: Path, home: Path) -> None:
    good = {f"made/{path}": data for path, data in CONTENT.items()}
    for members, message in [
        (good | {"../evil": b"evil"}, "leads outside of the target folder"),
        (good | {"made/config.json": b"[]"}, r"config.json: wrong checksum"),
        (good | {"made/config.json": b"0" * 9999}, "has 9999 bytes; it must have 2"),
    ]:
        entry = made(served, members)
        assert_refused(entry, home, message, download(entry).origin)


@pytest.mark.usefixtures("copied")
def test_swapped_parts_are_no_archive(served: Path, home: Path) -> None:
    entry = made(served)
    swapped = changed(entry, wheels=download(entry).wheels[::-1], parts=download(entry).parts[::-1])
    assert_refused(swapped, home, "cannot be unpacked: an offset in it is wrong", download(swapped).origin)


def test_interrupted_downloads_end_their_process(tmp_path: Path) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    started = list[subprocess.Popen[bytes]]()
    real = subprocess.Popen.__init__

    def note(self: subprocess.Popen[bytes], *arguments: object, **options: object) -> None:
        started.append(self)
        real(self, *arguments, **options)  # type: ignore[arg-type, call-overload]

    with pytest.MonkeyPatch.context() as monkeypatch, (tmp_path / "log").open("wb") as log:
        monkeypatch.setattr(subprocess.Popen, "__init__", note)
        with pytest.raises(KeyboardInterrupt):
            wheels._run([sys.executable, "-c", "import time; time.sleep(60)"], {}, log.fileno(), interrupt)
    assert [process.poll() is not None for process in started] == [True]


@pytest.mark.parametrize("entry", [e for e in ENTRIES if isinstance(e.download, Wheels)], ids=lambda entry: entry.name)
def test_catalogued_wheels_hold_consecutive_parts(entry: Entry) -> None:
    source = download(entry)
    numbers = [f"{number:03}" for number in range(1, len(source.wheels) + 1)]
    assert [wheel.path.split("-")[0][-3:] for wheel in source.wheels] == numbers
    assert [part.path[-3:] for part in source.parts] == numbers
    assert all(part.size < wheel.size for part, wheel in zip(source.parts, source.wheels, strict=True))
