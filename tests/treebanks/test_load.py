"""`treebanks.load`: five classes, the binary task, and errors for missing files."""

import os
import subprocess
import sys

import pytest

import treebanks
from treebanks.sentiment import FIVE_CLASSES, binary
from treenn.trees import InputError, parse_trees


def made(*lines):
    trees = tuple(parse_trees("\n".join(lines), classes=5))
    return treebanks.Treebank("made", FIVE_CLASSES, {"train": trees, "dev": trees[:1], "deep": trees})


def test_sst_has_five_classes_at_every_node(sst):
    assert sst.name == "sst"
    assert sst.classes == FIVE_CLASSES
    assert {split: len(trees) for split, trees in sst.splits.items()} == {"train": 8544, "dev": 1101, "test": 2210}
    assert {label for tree in sst.dev for label in tree.labels} == {0, 1, 2, 3, 4}


@pytest.mark.parametrize("neutral", ["third", "drop"])
def test_binary_sst_has_the_published_sizes(sst, neutral):
    task = treebanks.load("sst-binary", neutral=neutral)
    assert task.name == "sst-binary"
    assert {split: len(trees) for split, trees in task.splits.items()} == {"train": 6920, "dev": 872, "test": 1821}
    negative, positive = task.classes.index("negative"), task.classes.index("positive")
    roots = [tree.label for tree in task.test]
    assert (roots.count(negative), roots.count(positive)) == (912, 909)


def test_binary_keeps_neutral_phrases_as_a_third_class():
    task = binary(made("(4 (2 a) (3 joy))", "(2 (0 no) (4 joy))", "(0 (2 no) (1 joy))"))
    assert task.classes == ("negative", "neutral", "positive")
    assert [tree.labels for tree in task.train] == [(1, 2, 2), (1, 0, 0)]
    assert {split: len(trees) for split, trees in task.splits.items()} == {"train": 2, "dev": 1, "deep": 2}


def test_binary_can_drop_neutral_labels():
    task = binary(made("(4 (2 a) (3 joy))", "(1 (0 no) (X joy))"), neutral="drop")
    assert task.classes == ("negative", "positive")
    assert [tree.labels for tree in task.train] == [(None, 1, 1), (0, None, 0)]


def test_binary_leaves_out_a_sentence_without_a_label():
    assert binary(made("(4 (2 a) (3 joy))", "(X (0 no) (4 joy))")).train == binary(made("(4 (2 a) (3 joy))")).train


def test_binary_refuses_another_choice_for_neutral():
    with pytest.raises(InputError, match="neutral keep: must be third or drop"):
        binary(made("(4 (2 a) (3 joy))"), neutral="keep")


def test_unknown_name_lists_the_known_ones():
    with pytest.raises(
        InputError,
        match=r"'sts'; it must be corpus, .*, listops, .*, reviews-binary, sick-entailment, .*, sst",
    ):
        treebanks.load("sts")


@pytest.mark.parametrize("name", ["sst", "sst-binary"])
def test_missing_treebank_names_its_source(name, tmp_path, monkeypatch):
    monkeypatch.setenv("TREEBANKS_HOME", str(tmp_path))
    with pytest.raises(InputError, match=r"treenn data fetch sst.*TREEBANKS_HOME") as caught:
        treebanks.load(name)
    assert caught.value.source == tmp_path / "sst" / "train.txt"


def test_missing_file_of_partial_treebank_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("TREEBANKS_HOME", str(tmp_path))
    (tmp_path / "sst").mkdir()
    for split in ("train", "dev"):
        (tmp_path / "sst" / f"{split}.txt").write_text("(3 (2 a) (3 joy))\n")
    with pytest.raises(InputError) as caught:
        treebanks.load("sst")
    assert caught.value.source == tmp_path / "sst" / "test.txt"


def test_a_label_outside_the_scale_names_its_place(tmp_path, monkeypatch):
    monkeypatch.setenv("TREEBANKS_HOME", str(tmp_path))
    (tmp_path / "sst").mkdir()
    for split in ("train", "dev", "test"):
        (tmp_path / "sst" / f"{split}.txt").write_text("(3 (2 a) (5 joy))\n")
    with pytest.raises(InputError, match=r"train\.txt:1:10: label 5 is outside the scale"):
        treebanks.load("sst")


def test_reading_a_treebank_imports_nothing_heavy(tmp_path):
    (tmp_path / "sst").mkdir()
    for split in ("train", "dev", "test"):
        (tmp_path / "sst" / f"{split}.txt").write_text("(3 (2 a) (3 joy))\n")
    program = """
import sys, treebanks
treebanks.load("sst-binary")
print(*sorted({"torch", "numpy", "nltk", "rich", "typer", "urllib.request"} & set(sys.modules)))
"""
    environment = os.environ | {"TREEBANKS_HOME": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
