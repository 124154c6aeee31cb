"""No record and no tracked file contains a machine-specific path."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from treenn.commands.options import command_line
from treenn.runtime.portable_command import portable, portable_command

ROOT = Path(__file__).parents[2]
MACHINE = re.compile(
    rb"""(?<![\w.:/~-])(?:/(?:root|home|Users|work|tmp|mnt|var/folders|scratch)/\w|[A-Z]:\\Users\\)[^\s"'`]*"""
)
TESTS = "tests/"  # their paths are made up


@pytest.mark.parametrize(
    ("argument", "kept"),
    [
        ("/home/ada/runs/first", "first"),
        ("/home/ada/runs/first/", "first"),
        ("--out=/home/ada/first", "--out=first"),
        ("/home/ada/a,/home/ada/b", "a,b"),
        ("stanza:/home/ada/model", "stanza:model"),
        ("tree-lstm,lstm", "tree-lstm,lstm"),
        ("runs/first", "runs/first"),
        ("../runs", "../runs"),
        ("tcp://10.0.0.1:8786", "tcp://10.0.0.1:8786"),
        ("It's 1/2 good, and/or bad.", "It's 1/2 good, and/or bad."),
        ("", ""),
        ("/", ""),
    ],
)
def test_absolute_paths_are_cut_to_their_last_name(argument, kept):
    assert portable(argument) == kept


def test_a_path_below_the_working_directory_becomes_relative(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert portable(str(tmp_path / "runs" / "first")) == str(Path("runs/first"))
    assert portable(str(tmp_path)) == "."


def test_recorded_commands_are_portable(monkeypatch):
    monkeypatch.setattr(sys, "argv", ["/usr/bin/treenn", "compare", "--out", "/home/ada/my runs", "--seeds", "3"])
    assert command_line() == "treenn compare --out 'my runs' --seeds 3"
    assert portable_command([]) == "treenn"


def test_the_check_finds_paths_of_machines():
    for folder in (b"tmp", b"root", b"home", b"work"):
        for text in (b'"/%b/w/plan"', b"--out /%b/x", b"(/%b/project)"):
            assert MACHINE.search(text % folder), text % folder
        for text in (b"treebanks/%b/x", b"a/%b/b", b"https://%b/x", b"$%b/x", b"/%b/", b"~/%b/x"):
            assert not MACHINE.search(text % folder), text % folder
    assert MACHINE.search(b"C:" + rb"\Users" + rb"\ada")


def test_tracked_files_have_no_absolute_paths():
    try:
        listed = subprocess.run(["git", "-C", str(ROOT), "ls-files", "-z"], capture_output=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("this is no git checkout")
    found = {
        name: match[0].decode()
        for name in listed.decode().split("\0")
        if name and not name.startswith(TESTS) and not name.endswith(".safetensors") and (ROOT / name).is_file()
        if (match := MACHINE.search((ROOT / name).read_bytes()))
    }
    assert json.dumps(found) == "{}"
