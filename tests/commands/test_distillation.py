"""`treenn train --teacher --unlabelled`."""

import json
from dataclasses import replace

import pytest
from toy import load_instead, toy_treebank

SMALL = ("--size", "5", "--word-size", "5", "--epochs", "1", "--vectors", "none", "--min-steps", "0")
TEXTS = "not good\nvery bad film\n"
TREES = "(X (X not) (X good))\n(X (X very) (X (X bad) (X film)))\n"


@pytest.fixture(autouse=True)
def toy(monkeypatch):
    load_instead(monkeypatch, toy_treebank(train=12, dev=6))


def trained(treenn, out, *more):
    return treenn("train", "--treebank", "toy", "--out", out, *SMALL, *more)


@pytest.mark.parametrize("text", [TEXTS, TREES])
def test_student_learns_unlabelled_sentences_of_a_file(treenn, tmp_path, text):
    assert trained(treenn, "teacher").returncode == 0
    (tmp_path / "more.txt").write_text(text)
    done = trained(treenn, "student", "--teacher", "teacher", "--teacher", "teacher", "--unlabelled", "more.txt")
    assert done.returncode == 0, done.stderr
    alone, taught = (json.loads((tmp_path / name / "results.json").read_text()) for name in ("teacher", "student"))
    assert alone["data"] != taught["data"]
    before = (tmp_path / "student/model.safetensors").read_bytes()
    assert treenn("train", "--out", "student", "--resume").returncode == 0
    assert (tmp_path / "student/model.safetensors").read_bytes() == before


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (("--unlabelled", "more.txt"), "--unlabelled more.txt: needs --teacher MODEL"),
        (("--teacher", "sentiment"), "--teacher sentiment: its classes are very negative"),
        (("--teacher", "nowhere"), "nowhere"),
        (("--teacher", "sentiment", "--folds", "2"), "--teacher: cannot be combined with --folds"),
    ],
)
def test_unsuitable_teachers_are_refused(treenn, tmp_path, monkeypatch, more, message):
    load_instead(monkeypatch, replace(toy_treebank(train=12, dev=6), classes=tuple("abcde")))
    (tmp_path / "more.txt").write_text("not good\n")
    done = trained(treenn, "out", *more)
    assert done.returncode == 2 and message in done.stderr
    assert not (tmp_path / "out").exists()
