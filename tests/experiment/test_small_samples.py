"""Training on small samples of a treebank."""

import json
from pathlib import Path
from typing import Any

import pytest
from toy import toy_treebank
from typer.testing import CliRunner

from treenn.experiment import small_samples
from treenn.experiment.small_samples import Samples
from treenn.trees.errors import InputError


def test_samples_of_one_split_are_disjoint() -> None:
    treebank = toy_treebank(train=60)
    sample = Samples(treebank, train=20, dev=10, of="train", others=15).draw(3)
    assert {split: len(trees) for split, trees in sample.splits.items()} == {"train": 20, "dev": 10, "test": 15}
    drawn = [id(tree) for trees in sample.splits.values() for tree in trees]
    assert len(set(drawn)) == 45
    assert set(drawn) <= set(map(id, treebank.train))
    again = Samples(treebank, train=20, dev=10, of="train", others=15)
    assert again.draw(3).splits == sample.splits != again.draw(4).splits


def test_too_few_examples_are_an_error() -> None:
    with pytest.raises(InputError, match="the samples need 70 examples of a split that has 60"):
        Samples(toy_treebank(train=60), train=70, dev=2).draw(0)


def test_the_record_has_every_sample(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ledger: Path) -> None:
    treebank = toy_treebank(train=60)
    monkeypatch.setattr(small_samples, "load_dataset", lambda name: treebank)
    monkeypatch.setattr(small_samples, "MIN_STEPS", 1)
    app: Any = small_samples.typer.Typer()
    app.command()(small_samples.main)
    arguments = ["toy", "--train", "20", "--dev", "5", "--number", "2", "--out", str(tmp_path / "record.json")]
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 0, done.output
    record = json.loads((tmp_path / "record.json").read_text())
    assert [each["seed"] for each in record["samples"]] == [0, 1]
    gold = [tree.label for tree in treebank.test]
    for each in record["samples"]:
        right = sum(int(guess) == label for guess, label in zip(each["predictions"], gold, strict=True))
        assert each["accuracy"] == pytest.approx(right / len(gold))
    assert record["accuracy"] == pytest.approx(sum(each["accuracy"] for each in record["samples"]) / 2)
    assert len(ledger.read_text().splitlines()) == 2
