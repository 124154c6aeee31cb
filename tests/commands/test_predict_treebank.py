"""`treenn predict --treebank`: predictions on the trees of a data set."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from toy import toy_treebank

from treenn.trees import write_trees

SMALL = ("--size", "5", "--word-size", "5", "--epochs", "1", "--vectors", "none")


@pytest.fixture
def predict(treenn: Callable[..., Any], tmp_path: Path) -> Callable[..., Any]:
    """The command with a model that was trained on the folder `toy`."""
    (tmp_path / "toy").mkdir()
    for split, trees in toy_treebank(train=20).splits.items():
        write_trees(tmp_path / f"toy/{split}.txt", trees)
    assert treenn("train", "--treebank", "toy", "--out", "model", *SMALL).returncode == 0
    return lambda *arguments: treenn("predict", "--model", "model", *arguments)


def test_the_trees_are_those_of_the_data(predict: Callable[..., Any]) -> None:
    done = predict("--treebank", "toy", "--split", "dev", "--json")
    assert done.returncode == 0, done.stderr
    found = [json.loads(line) for line in done.stdout.splitlines()]
    trees = toy_treebank(train=20).dev
    assert [each["text"] for each in found] == [" ".join(tree.words) for tree in trees]
    shapes = ["".join(char for char in str(tree) if not char.isdigit()) for tree in trees]
    assert ["".join(char for char in each["tree"] if not char.isdigit()) for each in found] == shapes


def test_a_file_alone_becomes_a_table(predict: Callable[..., Any], tmp_path: Path) -> None:
    assert predict("--treebank", "toy/test.txt", "--csv", "out.csv").returncode == 0
    rows = list(csv.DictReader((tmp_path / "out.csv").read_text().splitlines()))
    assert [row["text"] for row in rows] == [" ".join(tree.words) for tree in toy_treebank(train=20).test]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--treebank", "toy", "a text"), "--treebank: cannot be combined with TEXT"),
        (("--treebank", "toy", "--parser", "right"), "--treebank: cannot be combined with --parser"),
        (("--treebank", "toy", "--split", "deep"), "--split deep: toy has the splits train, dev, test"),
        (("--treebank", "pairs"), "--treebank pairs: must be a treebank of single sentences"),
        (("--treebank", "nowhere"), "--treebank nowhere: must be a folder, a file"),
    ],
)
def test_mistakes_end_in_one_line(
    predict: Callable[..., Any], tmp_path: Path, arguments: tuple[str, ...], message: str
) -> None:
    (tmp_path / "pairs").mkdir()
    (tmp_path / "pairs/dataset.toml").write_text('text_column = ["left", "right"]\ntrees = "right"\n')
    (tmp_path / "pairs/test.csv").write_text("left,right,label\na film,a book,0\na soup,a film,1\n")
    assert message in predict(*arguments).error
