import io
import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treenn.trees import InputError, read_trees
from treenn.trees.files import line_and_column, line_starts, read_json, read_text, read_toml, split_lines


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
