import os
import subprocess
import sys
from pathlib import Path

from treenn.trees.temporary import is_stale, remove_stale, temporary_prefix


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
