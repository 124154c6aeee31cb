import os
from pathlib import Path

import pytest

from treenn.trees import InputError
from treenn.trees.atomic_writing import write_text


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
