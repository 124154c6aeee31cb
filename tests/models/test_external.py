"""Objects of other packages by name."""

import sys
from pathlib import Path

import pytest

from treenn.models.external import load_object


def test_a_module_in_the_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "module_of_here.py").write_text("answer = 42\n")
    monkeypatch.chdir(tmp_path)
    path = list(sys.path)
    monkeypatch.delitem(sys.modules, "module_of_here", raising=False)
    assert load_object("module_of_here:answer", "model") == 42
    assert sys.path == path
    del sys.modules["module_of_here"]


def test_the_order_of_the_path_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # The working directory was removed from its own place in sys.path, instead of from the end.
    (tmp_path / "module_of_here.py").write_text("answer = 42\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    path = list(sys.path)
    monkeypatch.delitem(sys.modules, "module_of_here", raising=False)
    assert load_object("module_of_here:answer", "model") == 42
    assert sys.path == path
    del sys.modules["module_of_here"]
