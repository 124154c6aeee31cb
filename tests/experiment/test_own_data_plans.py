"""Plans whose treebanks are folders."""

from pathlib import Path

import pytest

from treenn.experiment.compare import compare
from treenn.experiment.plan_file import read_plan
from treenn.trees.errors import InputError

PLAN = """
seeds = 1
[settings]
epochs = 1
size = 5
word_size = 5
[[task]]
treebank = "films"
[[task]]
treebank = "other/films"
[[model]]
name = "tree-lstm"
"""


def write(folder: Path, word: str, more: str = "") -> None:
    folder.mkdir(parents=True)
    for split in ("train", "dev", "test"):
        (folder / f"{split}.txt").write_text(f"(good (X {word}) (good fine))\n(bad (X {word}) (bad dull))\n")
    if more:
        (folder / "dataset.toml").write_text(more)


def test_treebanks_of_one_name_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "films", "a")
    write(tmp_path / "other/films", "the")
    (tmp_path / "plan.toml").write_text(PLAN)
    with pytest.raises(InputError, match="two treebanks of this plan are named 'films'; must have different names"):
        compare(read_plan("plan.toml"), "out")


def test_folders_of_a_plan_have_their_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "films", "a")
    write(tmp_path / "other/films", "the", 'name = "others"\n')
    (tmp_path / "plan.toml").write_text(PLAN)
    results = compare(read_plan("plan.toml"), "out")
    assert [task.treebank.name for task in results.tasks] == ["films", "others"]
    assert [task.treebank.classes for task in results.tasks] == [("bad", "good")] * 2
