from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import treebanks
from treebanks import PairTreebank
from treebanks.sick import JUDGMENTS
from treenn.trees import InputError


@pytest.fixture(scope="module")
def sick_home(treebanks_home: Path) -> Path:
    if not (treebanks_home / "sick").is_dir():
        pytest.skip("needs SICK, which is not there")
    return treebanks_home


@pytest.fixture(scope="module")
def tasks(sick_home: Path) -> tuple[PairTreebank, PairTreebank]:
    relatedness, entailment = treebanks.load("sick-relatedness"), treebanks.load("sick-entailment")
    assert isinstance(relatedness, PairTreebank) and isinstance(entailment, PairTreebank)
    return relatedness, entailment


def test_sizes_and_classes_are_the_published_ones(tasks: tuple[PairTreebank, PairTreebank]) -> None:
    relatedness, entailment = tasks
    assert {split: len(pairs) for split, pairs in relatedness.splits.items()} == {
        "train": 4500,
        "dev": 500,
        "test": 4927,
    }
    assert relatedness.classes is None and entailment.classes == JUDGMENTS
    counts = [[pair.target for pair in pairs].count(each) for pairs in entailment.splits.values() for each in range(3)]
    assert counts == [2536, 1299, 665, 282, 144, 74, 2793, 1414, 720]


def test_scores_equal_the_preprocessed_ones(tasks: tuple[PairTreebank, PairTreebank], sick_home: Path) -> None:
    for split, pairs in tasks[0].splits.items():
        assert [pair.target for pair in pairs] == [
            float(line) for line in (sick_home / "sick" / split / "sim.txt").read_text().split()
        ]


def test_both_trees_have_the_same_words(tasks: tuple[PairTreebank, PairTreebank]) -> None:
    for pair in tasks[0].splits["test"]:
        assert pair.dependencies is not None
        assert [tree.words for tree in pair.trees] == [tree.words for tree in pair.dependencies]


@pytest.fixture
def copy(sick_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of SICK with 20 pairs in train and test."""
    shutil.copytree(sick_home / "sick", tmp_path / "sick")
    for split in ("train", "test"):
        for file in (tmp_path / "sick" / split).iterdir():
            file.write_text("".join(file.read_text().splitlines(keepends=True)[:20]))
    monkeypatch.setenv("TREEBANKS_HOME", str(tmp_path))
    return tmp_path / "sick"


def test_missing_file_names_its_source(copy: Path) -> None:
    (copy / "dev" / "b.cparents").unlink()
    with pytest.raises(InputError, match=r"this file of sick is missing.*treelstm") as caught:
        treebanks.load("sick-relatedness")
    assert caught.value.source == copy / "dev" / "b.cparents"


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        (
            "SICK_trial.txt",
            "3.6\tCONTRADICTION",
            "3.6\tMAYBE",
            r"SICK_trial\.txt:2: this line must have 5 columns with a score",
        ),
        (
            "SICK_trial.txt",
            "3.6\tCONTRADICTION",
            "6.0\tNEUTRAL",
            r"SICK_trial\.txt:2: this line must have 5 columns with a score",
        ),
        (
            "SICK_trial.txt",
            "3.6\tCONTRADICTION",
            "NaN\tNEUTRAL",
            r"SICK_trial\.txt:2: this line must have 5 columns with a score",
        ),
        (
            "SICK_trial.txt",
            "3.6\tCONTRADICTION",
            "\u0663\tNEUTRAL",
            r"SICK_trial\.txt:2: this line must have 5 columns",
        ),
        (
            "SICK_trial.txt",
            "3.6\tCONTRADICTION",
            "3.6",
            r"SICK_trial\.txt:2: this line must have 5 columns with a score",
        ),
        ("dev/a.cparents", " ", " x ", r"a\.cparents:1:[0-9]+: 'x' is not the number of a node"),
        ("dev/b.parents", "\n", "\n0 ", r"b\.parents:2: this line has [0-9]+ entries"),
        ("SICK_trial.txt", "pair_ID", "number", r"SICK_trial\.txt:1: the column pair_ID is missing"),
        ("dev/id.txt", "24\n", "24 25\n", r"id\.txt: this file has 501 pairs; a\.toks and b\.toks"),
        ("dev/id.txt", "24\n", "9999999\n", r"id\.txt:2: pair 9999999 is not in SICK_trial\.txt"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(copy: Path, file: str, old: str, new: str, message: str) -> None:
    text = (copy / file).read_text()
    assert old in text
    (copy / file).write_text(text.replace(old, new, 1))
    with pytest.raises(InputError, match=message):
        treebanks.load("sick-relatedness")


@pytest.mark.parametrize("text", ["", "pair_ID\trelatedness_score\tentailment_judgment\n"])
def test_a_file_without_pairs_is_refused(copy: Path, text: str) -> None:
    (copy / "SICK_trial.txt").write_text(text)
    with pytest.raises(InputError, match=r"SICK_trial\.txt"):
        treebanks.load("sick-relatedness")


def test_a_pair_with_two_scores_is_refused(copy: Path) -> None:
    with (copy / "SICK_trial.txt").open("a") as file:
        file.write((copy / "SICK_trial.txt").read_text().splitlines()[1].replace("3.6\t", "3.7\t") + "\n")
    with pytest.raises(InputError, match=r"SICK_trial\.txt:502: pair 4 differs from an earlier line"):
        treebanks.load("sick-relatedness")


def test_bad_pairs_are_skipped_on_request(copy: Path) -> None:
    (copy / "SICK_trial.txt").write_text((copy / "SICK_trial.txt").read_text().replace("3.6\tCON", "9\tCON", 1))
    lines = (copy / "dev" / "a.cparents").read_text().splitlines()
    (copy / "dev" / "a.cparents").write_text("\n".join([*lines[:2], "0 0 0", *lines[3:]]) + "\n")
    errors: list[InputError] = []
    treebank = treebanks.load("sick-entailment", on_error=errors.append)
    assert len(treebank.splits["dev"]) == 498
    assert [str(error).rpartition("/")[2].split(": ")[0] for error in errors] == [
        "SICK_trial.txt:2", "id.txt:1", "a.cparents:3"
    ]  # fmt: skip
