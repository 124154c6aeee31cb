import io
import os
import pickle
import signal
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treenn.trees import InputError, read_trees
from treenn.trees.files import (
    line_and_column,
    line_starts,
    read_json,
    read_text,
    read_toml,
    split_lines,
    write_bytes,
    write_text,
)
from treenn.trees.temporary import is_stale, remove_stale, temporary_prefix

not_as_root = pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")


def test_text_comes_back(tmp_path: Path) -> None:
    write_text(tmp_path / "new" / "folder" / "a.txt", "naïve\r\n漢\n")
    assert read_text(tmp_path / "new" / "folder" / "a.txt") == "naïve\r\n漢\n"


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError) as error:
        read_trees(tmp_path / "none.txt")
    assert str(error.value) == f"{tmp_path / 'none.txt'}: cannot read this file: No such file or directory"


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot read this file: Is a directory"):
        read_text(tmp_path)


def test_utf_16_is_recognized(tmp_path: Path) -> None:
    (tmp_path / "wide.txt").write_text("(2 ok)", encoding="utf-16")
    with pytest.raises(InputError, match="such as encoding='utf-16'"):
        read_text(tmp_path / "wide.txt", "utf-8")


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (b"(2 ok)\n(2 caf\xe9)\n", "2:7: byte 0xe9"),
        (b"\xff(2 ok)", "1:1: byte 0xff"),
        (b"\xef\xbb\xbf(2 \xff)", "1:4: byte 0xff"),
        ("(2 é) ".encode() + b"\xc3", "1:7: byte 0xc3"),
    ],
)
def test_bytes_that_are_not_utf8_are_placed(data: bytes, place: str, tmp_path: Path) -> None:
    (tmp_path / "latin.txt").write_bytes(data)
    with pytest.raises(InputError) as error:
        read_text(tmp_path / "latin.txt")
    assert str(error.value) == f"{tmp_path / 'latin.txt'}:{place} is not UTF-8; save the file as UTF-8"


@pytest.mark.parametrize(
    ("encoding", "name"), [("utf-16", "utf-16"), ("GB18030", "gb18030"), ("UTF8", "utf-8"), ("Latin-1", "latin-1")]
)
def test_other_encodings_are_read_by_name(encoding: str, name: str, tmp_path: Path) -> None:
    text = "(2 caf\xe9)\n"
    (tmp_path / "a.txt").write_bytes(text.encode(name))
    assert read_text(tmp_path / "a.txt", encoding) == text


@pytest.mark.parametrize("encoding", ["klingon", "", "hex", "rot13", "a\0b", "undefined", 3])
def test_what_is_no_encoding_is_refused(encoding: str, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("(2 a)")
    with pytest.raises(InputError, match=r"encoding '?.*'?: must be the name of a text encoding"):
        read_text(tmp_path / "a.txt", encoding)


@pytest.mark.parametrize(
    ("data", "encoding", "message"),
    [
        (b"(2 a)\n(2 \x81\xff)", "shift_jis", "a.txt:2:4: byte 0x81 is not SHIFT_JIS; save the file as UTF-8, or pass"),
        (
            b"(2 a)\r(2 \xff)",
            "utf-8",
            "a.txt:2:4: byte 0xff is not UTF-8; save the file as UTF-8, or pass its",
        ),
        ("(2 a)\n(2 b)".encode("utf-16-le") + b"x", "utf-16-le", "a.txt:2:6: byte 0x78 is not UTF-16-LE; save"),
        (b"x", "utf-16", "a.txt:1:1: byte 0x78 is not UTF-16"),
    ],
)
def test_a_wrong_byte_of_another_encoding_is_placed(data: bytes, encoding: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(data)
    with pytest.raises(InputError) as error:
        read_text(tmp_path / "a.txt", encoding)
    assert str(error.value).removeprefix(f"{tmp_path}/").startswith(message)


def test_a_path_with_a_zero_byte_is_refused() -> None:
    with pytest.raises(InputError, match="cannot read this file: embedded null byte"):
        read_text("a\0b")


@given(st.text("a\r\n\u2028\x0b\x85", max_size=12))
def test_lines_and_places(text: str) -> None:
    universal = io.StringIO(text, newline=None).read().split("\n")
    assert split_lines(text) == (universal if universal[-1] else universal[:-1])
    for offset in range(len(text)):
        line, column = line_and_column(line_starts(text), offset)
        if text[offset] not in "\r\n":
            assert universal[line - 1][column - 1] == text[offset]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[" * 100_000, "this JSON is nested too deeply to be read"),
        ('{"a": ' * 100_000, "this JSON is nested too deeply to be read"),
        ("9" * 5000, "this JSON has a whole number of too many digits"),
        ("", "1:1: not JSON: Expecting value"),
        ('{"a":\n 1,}', ":2:"),
    ],
)
def test_json_that_cannot_be_read(text: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(text)
    with pytest.raises(InputError) as error:
        read_json(tmp_path / "a.json")
    assert message in str(error.value)
    assert str(error.value).startswith(f"{tmp_path / 'a.json'}:")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a = " + "[" * 100_000, "this TOML is nested too deeply to be read"),
        ("a = " + "9" * 5000, "this TOML has a whole number of too many digits"),
        ("a = 2020-13-40", "not TOML: "),
    ],
)
def test_toml_that_cannot_be_read(text: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(text)
    with pytest.raises(InputError, match=message):
        read_toml(tmp_path / "a.toml")


def test_write_leaves_no_temporary_file(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    write_bytes(path, b"old" * 1000)
    write_bytes(path, b"new")
    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(not Path("/dev/fd").is_dir(), reason="needs /dev/fd")
def test_pipes_of_the_system_are_written() -> None:
    read, write = os.pipe()
    write_text(f"/dev/fd/{write}", "good")
    os.close(write)
    with os.fdopen(read) as reader:
        assert reader.read() == "good"


@pytest.mark.skipif(not Path("/dev/fd").is_dir(), reason="needs /dev/fd")
def test_redirected_streams_are_written_in_place(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("earlier\n")
    descriptor = os.open(tmp_path / "out", os.O_WRONLY)
    os.lseek(descriptor, 0, os.SEEK_END)
    try:
        for stream in (f"/dev/fd/{descriptor}", f"/proc/self/fd/{descriptor}", f"/dev/../dev/fd/{descriptor}"):
            write_text(stream, "<svg></svg>\n")
            assert Path(stream).is_symlink()
    finally:
        os.close(descriptor)
    assert (tmp_path / "out").read_text() == "earlier\n" + "<svg></svg>\n" * 3
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_other_pipes_and_devices_are_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "report.md")
    (tmp_path / "report.html").symlink_to("/dev/null")
    for name in ("report.md", "report.html"):
        with pytest.raises(InputError, match="this is a pipe or a device; name a file"):
            write_text(tmp_path / name, "good")
    assert {path.name for path in tmp_path.iterdir()} == {"report.md", "report.html"}
    assert (tmp_path / "report.html").is_symlink()


def test_file_permissions_follow_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write_bytes(tmp_path / "a.bin", b"")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a.bin").stat().st_mode) == 0o640


def test_when_writing_fails_the_old_file_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.bin"
    write_bytes(path, b"old")

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(InputError, match="cannot write here: No space left on device"):
        write_bytes(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_toml_says_where_it_is_none(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text('size = 3\n[more]\nnames = ["a"]\n')
    assert read_toml(tmp_path / "a.toml") == {"size": 3, "more": {"names": ["a"]}}
    (tmp_path / "a.toml").write_text("size = 3\nmodel = lstm\n")
    with pytest.raises(InputError) as error:
        read_toml(tmp_path / "a.toml")
    assert str(error.value) == f"{tmp_path / 'a.toml'}:2:9: not TOML: Invalid value"
    (tmp_path / "a.toml").write_text("size = ")
    with pytest.raises(InputError, match="not TOML: Invalid value"):
        read_toml(tmp_path / "a.toml")


def test_a_folder_cannot_be_written_over(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(InputError, match="cannot write here: Is a directory"):
        write_bytes(tmp_path / "folder", b"")
    assert list(tmp_path.iterdir()) == [tmp_path / "folder"]


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="cannot write here: "):
        write_bytes(tmp_path / "file" / "a.bin", b"")


def test_lone_surrogates_are_not_written(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"cannot write this text: character '\\ud800' is half of a surrogate pair"):
        write_text(tmp_path / "a.txt", "a\ud800")
    assert list(tmp_path.iterdir()) == []


@not_as_root
def test_a_forbidden_folder(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(InputError, match="cannot write here: Permission denied"):
        write_bytes(tmp_path / "a.bin", b"")


@pytest.mark.parametrize("error", [InputError("what"), InputError("what", source=Path("a.txt"), line=3, column=7)])
def test_errors_pickle(error: InputError) -> None:
    again = pickle.loads(pickle.dumps(error))
    assert str(again) == str(error)
    assert (again.message, again.source, again.line, again.column) == (
        error.message,
        error.source,
        error.line,
        error.column,
    )


def killed_while(code: str, folder: Path) -> None:
    """Run code in a process that ends at the first `fsync`."""
    before = "import os, signal\nos.fsync = lambda handle: os.kill(os.getpid(), signal.SIGKILL)\n"
    done = subprocess.run([sys.executable, "-c", before + code], cwd=folder, timeout=60)
    assert done.returncode == -signal.SIGKILL


def test_leftovers_of_killed_writers_are_removed(tmp_path: Path) -> None:
    write_text(tmp_path / "a.txt", "old")
    killed_while("from treenn.trees.files import write_text\nwrite_text('a.txt', 'half')", tmp_path)
    [left] = [path for path in tmp_path.iterdir() if path.name != "a.txt"]
    assert left.name.startswith(".a.txt.")
    assert read_text(tmp_path / "a.txt") == "old"
    write_text(tmp_path / "b.txt", "another file's writer")
    assert left.exists()
    write_text(tmp_path / "a.txt", "new")
    assert {path.name for path in tmp_path.iterdir()} == {"a.txt", "b.txt"}


def test_what_another_process_is_writing_is_left_alone(tmp_path: Path) -> None:
    host = temporary_prefix("a.txt").split(".")[-1].split("-")[0]
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    names = {
        f".a.txt.{host}-{os.getppid()}-abc": False,
        f".a.txt.{host}-{dead.pid}-abc": True,
        f".b.txt.{host}-{dead.pid}-abc": True,
        f".a.txt.00000000-{dead.pid}-abc": False,  # of another machine
        ".a.txt.swp": False,
        ".bashrc": False,
    }
    for name in names:
        (tmp_path / name).touch()
    assert {name: is_stale(tmp_path / name) for name in names} == names
    remove_stale(tmp_path, "a.txt")
    assert {path.name for path in tmp_path.iterdir()} == set(names) - {f".a.txt.{host}-{dead.pid}-abc"}
    os.utime(tmp_path / f".a.txt.00000000-{dead.pid}-abc", (0, 0))
    assert is_stale(tmp_path / f".a.txt.00000000-{dead.pid}-abc"), "nobody has written to it for more than a day"
    remove_stale(tmp_path / "nowhere")


def test_longest_file_names_can_be_written(tmp_path: Path) -> None:
    name = "ü" * 120 + ".txt"
    write_text(tmp_path / name, "text")
    assert [path.name for path in tmp_path.iterdir()] == [name]


SVG, PNG, PAGE = "<svg xmlns='x'></svg>", b"\x89PNG\r\n", "<!doctype html>\n<p>"
REPORT, NOTES = "# SST\n\nA comparison made by treenn on", "# My notes\n"


@pytest.mark.parametrize(
    ("held", "new", "kind"),
    [
        ("my letter", SVG, "SVG"),
        (PNG, SVG, "SVG"),
        (SVG, PNG, "PNG"),
        ("my letter", PAGE, "HTML"),
        (PAGE, PAGE + "made by treenn", "report of treenn in HTML"),
        (NOTES, REPORT, "report of treenn in Markdown"),
        ('{"name": "package"}', '{"schema": "treenn.bench", "version": 1}', "JSON of treenn.bench"),
        ('{"schema": "treenn.trials"}', '{\n  "schema": "treenn.bench"}', "JSON of treenn.bench"),
    ],
)
def test_a_file_of_another_kind_is_not_replaced(held: str | bytes, new: str | bytes, kind: str, tmp_path: Path) -> None:
    old, data = (text.encode() if isinstance(text, str) else text for text in (held, new))
    (tmp_path / "file").write_bytes(old)
    with pytest.raises(InputError, match=f"this file exists and is no {kind}: it is not replaced"):
        write_bytes(tmp_path / "file", data)
    assert (tmp_path / "file").read_bytes() == old
    for before in (b"", data):
        (tmp_path / "file").write_bytes(before)
        write_bytes(tmp_path / "file", data + b"\n")
        assert (tmp_path / "file").read_bytes() == data + b"\n"


@pytest.mark.parametrize("read", [read_json, read_toml])
def test_a_pipe_or_a_device_is_no_json(read: Callable[[Path], Any], tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/zero")):
        with pytest.raises(InputError, match="it is a pipe or a device, not a regular file"):
            read(path)


@pytest.mark.parametrize("read", [read_json, read_toml])
def test_json_has_a_maximum_size(read: Callable[[Path], Any], tmp_path: Path) -> None:
    with (tmp_path / "large").open("wb") as file:
        file.truncate(20_000_000_000)  # a sparse file
    with pytest.raises(InputError, match="this file has 20,000,000,000 bytes; the maximum is 1,000,000,000"):
        read(tmp_path / "large")
