"""`treenn evaluate`: its arguments, files, output and error messages."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from small_recipes import small_home
from toy import toy_treebank

from treenn.trees import write_trees

Command = Callable[..., Any]
SMALL = ("--size", "5", "--word-size", "5", "--epochs", "1")


@pytest.fixture
def command(treenn: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """The command in a folder with the toy treebank's files and a model."""
    for split, trees in toy_treebank().splits.items():
        write_trees(tmp_path / f"{split}.txt", trees)
    small_home(tmp_path / "home", monkeypatch)
    treenn("train", "--trees", "train.txt", "--dev", "dev.txt", "--out", "model", *SMALL)
    return treenn


def test_readings_are_recorded_in_the_training(command: Command, tmp_path: Path, ledger: Path) -> None:
    assert not ledger.exists()
    done = command("evaluate", "model", "test.txt")
    assert done.returncode == 0, done.stderr
    again = command("evaluate", "model", "--trees", "test.txt", "--json")
    report = json.loads(again.stdout)
    assert (report["schema"], report["split"], report["size"]) == ("treenn.evaluation", "test", 30)
    results = json.loads((tmp_path / "model/results.json").read_text())
    assert results["test"]["root"] == report["metrics"]["root"]["value"]
    assert results["predictions"]["test"] == report["predictions"]
    first, second = map(json.loads, ledger.read_text().splitlines())
    assert (first["split"], first["model"], first["configuration"]) == ("test", "tree-lstm", second["configuration"])
    assert (first["source"], report["command"]) == ("treenn evaluate model test.txt", second["source"])
    assert command("evaluate", "model", "--trees", "dev.txt", "--split", "dev").returncode == 0
    assert len(ledger.read_text().splitlines()) == 2, "dev is no reading"


def test_files_are_written_by_their_suffix(command: Command, tmp_path: Path) -> None:
    outs = [word for suffix in ("md", "tex", "csv", "json") for word in ("--out", f"new/report.{suffix}")]
    done = command("evaluate", "model", "test.txt", *outs)
    assert done.returncode == 0, done.stderr
    assert "Confusion matrix of sentences" in done.stdout
    assert [line for line in done.stderr.splitlines() if line.startswith("written: ")] == [
        f"written: new/report.{suffix}" for suffix in ("md", "tex", "csv", "json")
    ]
    starts = {
        suffix: (tmp_path / f"new/report.{suffix}").read_text().splitlines()[0] for suffix in ("md", "tex", "csv")
    }
    assert starts["md"] == "# model on test of test.txt"
    assert starts["tex"].startswith("% An evaluation made by treenn")
    assert starts["csv"] == "text,gold,predicted,P(0),P(1),P(2),P(3),correct"


def test_two_models_are_tested_on_the_same_sentences(command: Command, ledger: Path) -> None:
    command("train", "--trees", "train.txt", "--dev", "dev.txt", "--model", "lstm", "--out", "other", *SMALL)
    done = command("evaluate", "model", "test.txt", "--against", "other")
    assert done.returncode == 0, done.stderr
    assert "A is model, B is other" in done.stdout
    assert "not two methods" in " ".join(done.stdout.split())
    assert "McNemar" in done.stdout
    examples = done.stdout.split("predict most differently")[1]
    words = {" ".join(tree.words) for tree in toy_treebank().test}
    assert sum(line.strip() in words for line in examples.splitlines()) == 5
    assert [json.loads(line)["model"] for line in ledger.read_text().splitlines()] == ["tree-lstm", "lstm"]


def test_the_shipped_model_on_own_data(command: Command, tmp_path: Path) -> None:
    import treenn

    folder = Path(treenn.__file__).parent / "models/weights/sentiment"
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    done = command("evaluate", "sentiment", "test.txt", "--out", "own.csv")
    assert done.returncode == 0, done.stderr
    assert "sentiment (tree-lstm) was evaluated on test of test.txt, 30 sentences" in " ".join(done.stdout.split())
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert (tmp_path / "own.csv").read_text().startswith("text,gold,predicted,P(very negative),")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("nowhere",), "nowhere/config.json: cannot read this file: No such file or directory"),
        (("model",), "this model was trained on train.txt; pass --treebank, or trees of your own"),
        (("sentiment",), "this model has no record of its training; pass --treebank, or trees of your own"),
        (("model", "sst", "--split", "deep"), "--split deep: sst has the splits train, dev, test"),
        (("model", "sst", "--trees", "test.txt"), "name the data once: DATA, --treebank NAME|DIR|FILE"),
        (("model", "sst", "--treebank", "sst"), "name the data once: DATA, --treebank NAME|DIR|FILE"),
        (("model", "nowhere.txt"), "--treebank nowhere.txt: must be a folder, a file"),
        (("model", "test.txt", "--out", "a.pdf"), "--out a.pdf: must end with .json, .md, .tex or .csv"),
        (("model", "test.txt", "--out", "a.md", "--out", "./a.md"), "--out a.md: must be named once"),
        (("model", "test.txt", "--out", "data.csv"), "data.csv: this file exists and is no CSV of an evaluation"),
        (("model", "test.txt", "--against", "./model"), "--against ./model: must be another model; it is named twice"),
    ],
)
def test_mistakes_are_named_before_any_reading(
    command: Command, tmp_path: Path, ledger: Path, arguments: tuple[str, ...], message: str
) -> None:
    (tmp_path / "data.csv").write_text("text,gold\n")
    assert message in command("evaluate", *arguments).error
    assert not ledger.exists()
