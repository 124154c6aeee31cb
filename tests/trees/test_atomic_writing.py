import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from treenn.trees import InputError
from treenn.trees.atomic_writing import write_bytes, write_text
from treenn.trees.files import read_text

not_as_root = pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")


def test_text_comes_back(tmp_path: Path) -> None:
    write_text(tmp_path / "new" / "folder" / "a.txt", "naïve\r\n漢\n")
    assert read_text(tmp_path / "new" / "folder" / "a.txt") == "naïve\r\n漢\n"


def test_write_leaves_no_temporary_file(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    write_bytes(path, b"old" * 1000)
    write_bytes(path, b"new")
    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]


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


def killed_while(code: str, folder: Path) -> None:
    """Run code in a process that ends at the first `fsync`."""
    before = "import os, signal\nos.fsync = lambda handle: os.kill(os.getpid(), signal.SIGKILL)\n"
    done = subprocess.run([sys.executable, "-c", before + code], cwd=folder, timeout=60)
    assert done.returncode == -signal.SIGKILL


def test_leftovers_of_killed_writers_are_removed(tmp_path: Path) -> None:
    write_text(tmp_path / "a.txt", "old")
    killed_while("from treenn.trees.atomic_writing import write_text\nwrite_text('a.txt', 'half')", tmp_path)
    [left] = [path for path in tmp_path.iterdir() if path.name != "a.txt"]
    assert left.name.startswith(".a.txt.")
    assert read_text(tmp_path / "a.txt") == "old"
    write_text(tmp_path / "b.txt", "another file's writer")
    assert left.exists()
    write_text(tmp_path / "a.txt", "new")
    assert {path.name for path in tmp_path.iterdir()} == {"a.txt", "b.txt"}


def test_longest_file_names_can_be_written(tmp_path: Path) -> None:
    name = "ü" * 120 + ".txt"
    write_text(tmp_path / name, "text")
    assert [path.name for path in tmp_path.iterdir()] == [name]
