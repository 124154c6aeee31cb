"""The hash of the source that decides a run's results."""

import shutil
from pathlib import Path

import pytest

import treenn
from treenn.models.task import TASKS
from treenn.runtime import code_hash as subject

TREE = ("tree-lstm", frozenset({"treenn.cells.tree_lstm", "treenn.encoders.tree_encoder"}))
LSTM = ("lstm", frozenset({"treenn.sequences.lstm", "treenn.encoders.sequence_encoder"}))


@pytest.fixture(scope="module")
def before():
    """The hashes of the sources as they are."""
    return [subject.code_hash(*network) for network in (TREE, LSTM)]


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A copy of the sources, whose hash is computed; a function that changes a file and returns both hashes."""
    shutil.copytree(Path(treenn.__file__).parent, tmp_path / "treenn", ignore=lambda _, names: _no_source(names))
    monkeypatch.setattr(subject, "_ROOT", tmp_path)

    def hashes(file="", old="", new=""):
        if file:
            path = tmp_path / "treenn" / file
            assert old in path.read_text()
            path.write_text(path.read_text().replace(old, new, 1))
        for cached in (subject.code_hash, subject._parsed, subject._imports, subject._exports):
            cached.cache_clear()
        return [subject.code_hash(*network) for network in (TREE, LSTM)]

    yield hashes
    for cached in (subject.code_hash, subject._parsed, subject._imports, subject._exports):
        cached.cache_clear()


def _no_source(names):
    return [name for name in names if "." in name and not name.endswith(".py")]


def test_a_copy_has_the_hashes_of_the_sources(before, package):
    assert package() == before


def test_code_of_one_network_changes_only_its_hash(before, package):
    tree, lstm = before
    changed, same = package("cells/tree_lstm.py", "import torch\n", "import torch as torch\n")
    assert changed != tree and same == lstm


@pytest.mark.parametrize("file", ["training/optimizers.py", "encoders/forest.py", "models/network.py"])
def test_shared_code_changes_every_hash(before, package, file):
    after = package(file, "from __future__ import annotations\n", "from __future__ import annotations\n\nADDED = 1\n")
    assert all(old != new for old, new in zip(before, after, strict=True))


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("training/optimizers.py", '"""Optimizers per', '"""The optimizers per'),
        ("training/optimizers.py", "import math\n", "# a comment\n\nimport math\n"),
        ("training/run_results.py", "        return training_html(self)\n", "        return ''\n"),
        ("cells/tree_gru.py", "import torch\n", "import torch as torch\n"),
        ("models/names.py", '    "tree-gru": _tree(cells.TreeGRU),\n', ""),
        ("trees/svg.py", "import", "import sys\nimport"),
        ("report/charts.py", "import", "import sys\nimport"),
    ],
)
def test_other_changes_keep_the_hashes(before, package, file, old, new):
    assert package(file, old, new) == before


def test_entry_of_a_network_changes_its_hash(before, package):
    tree, lstm = before
    changed, same = package("models/names.py", '"tree-lstm": _tree(cells.BinaryTreeLSTM)', '"tree-lstm": _tree(None)')
    assert changed != tree and same == lstm


@pytest.mark.parametrize("task", TASKS.values())
def test_code_of_every_task_counts(task):
    module = task.partition(":")[0]
    assert module in subject._closure({module})
