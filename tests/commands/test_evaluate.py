"""`treenn evaluate`: its arguments, files, output and error messages."""

import csv
import json
import shutil
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


QUESTIONS = [("Where is it ?", "place"), ("Who is he ?", "person"), ("When was it ?", "time")]


def write_questions(file: Path, count: int = 30) -> Path:
    rows = [(f"{text} {number}", label) for number in range(count // 3) for text, label in QUESTIONS]
    file.write_text("question,kind\n" + "".join(f"{text},{label}\n" for text, label in rows), encoding="utf-8")
    return file


@pytest.fixture
def questions(treenn: Command, tmp_path: Path) -> Command:
    """The command in a folder with a model of questions in a CSV file, which training split."""
    write_questions(tmp_path / "questions.csv", 60)
    treenn(
        "train", "--treebank", "questions.csv", "--split", "60/20/20", "--text-column", "question", "--label-column",
        "kind", "--trees", "right", "--tokenizer", "whitespace", "--vectors", "none", "--out", "model", *SMALL,
    )  # fmt: skip
    return treenn


def test_without_data_the_split_of_training(questions: Command, tmp_path: Path) -> None:
    for data in ((), ("questions.csv",)):
        done = questions("evaluate", "model", *data, "--json")
        report = json.loads(done.stdout)
        assert (report["size"], report["treebank"], report["classes"]) == (
            12,
            "questions.csv",
            ["person", "place", "time"],
        )
    shutil.move(tmp_path / "questions.csv", tmp_path / "moved.csv")
    assert questions("evaluate", "model").error == (
        "model: this model was trained on questions.csv, which is not here; pass --treebank"
    )
    done = questions("evaluate", "model", "moved.csv", "--json")
    assert json.loads(done.stdout)["size"] == 60, "a file of another name is read as a whole"
    (tmp_path / "other").mkdir()
    shutil.move(tmp_path / "moved.csv", tmp_path / "other/questions.csv")
    shown = " ".join(questions("evaluate", "model", "other/questions.csv").stdout.split())
    assert "on test of questions.csv, 12 sentences" in shown
    assert "The file was split 60/20/20, with seed 0." in shown
    assert "The trees are those of the parser right, over words of the tokenizer whitespace." in shown


def test_texts_are_read_as_in_training(questions: Command, tmp_path: Path) -> None:
    write_questions(tmp_path / "new.csv")
    done = questions("evaluate", "model", "new.csv", "--out", "new-predictions.csv")
    assert done.returncode == 0, done.stderr
    assert "Gold / predicted" in done.stdout and "place" in done.stdout
    rows = list(csv.DictReader((tmp_path / "new-predictions.csv").read_text(encoding="utf-8").splitlines()))
    assert [row["text"] for row in rows[:3]] == ["Where is it ? 0", "Who is he ? 0", "When was it ? 0"]
    assert [row["gold"] for row in rows[:3]] == ["place", "person", "time"]
    (tmp_path / "odd.csv").write_text("question,kind\nWhat ?,thing\n", encoding="utf-8")
    assert questions("evaluate", "model", "odd.csv").error.startswith("odd.csv:2: label 'thing': must be one of")
    (tmp_path / "other.csv").write_text("text,kind\nWho ?,person\n", encoding="utf-8")
    assert questions("evaluate", "model", "other.csv").error == (
        "other.csv:1: there is no column 'question'; the columns are text, kind"
    )
    done = questions("evaluate", "model", "other.csv", "--text-column", "text", "--json")
    assert json.loads(done.stdout)["size"] == 1


def test_scores_of_pairs_in_a_table(treenn: Command, tmp_path: Path) -> None:
    rows = [(f"a film {number}", f"a film {number % 4}", number % 4 + 1) for number in range(40)]
    text = "".join(f"{one}\t{two}\t{score}\n" for one, two, score in rows)
    (tmp_path / "pairs.tsv").write_text(f"first\tsecond\tscore\n{text}", encoding="utf-8")
    done = treenn(
        "train", "--treebank", "pairs.tsv", "--split", "60/20/20", "--text-column", "first", "--text-column", "second",
        "--label-column", "score", "--scale", "score", "--trees", "right", "--vectors", "none", "--out", "model",
        *SMALL,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    done = treenn("evaluate", "model", "--out", "scores.csv")
    assert done.returncode == 0, done.stderr
    assert "Pearson" in done.stdout and "MAE" in done.stdout and "Precision" not in done.stdout
    head, *found = (tmp_path / "scores.csv").read_text().splitlines()
    assert (head, len(found)) == ("left,right,gold,predicted", 8)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("nowhere",), "nowhere/config.json: cannot read this file: No such file or directory"),
        (("model",), "--split test: train.txt has the splits train, dev"),
        (("sentiment",), "sentiment: this model has no record of its training; pass --treebank"),
        (("model", "sst", "--split", "deep"), "--split deep: sst has the splits train, dev, test"),
        (
            ("model", "sst", "--trees", "test.txt"),
            "name the data once: DATA, --treebank NAME|DIR|FILE, or --trees FILE",
        ),
        (("model", "sst", "--treebank", "sst"), "name the data once: DATA, --treebank NAME|DIR|FILE, or --trees FILE"),
        (("model", "nowhere.txt"), "--treebank nowhere.txt: must be a folder, a file, or one of"),
        (("model", "test.txt", "--out", "a.pdf"), "--out a.pdf: must end with .json, .md, .tex or .csv"),
        (("model", "test.txt", "--out", "a.md", "--out", "./a.md"), "--out a.md: must be given once"),
        (("model", "test.txt", "--out", "data.csv"), "data.csv: this file exists and is no CSV of an evaluation"),
        (("model", "test.txt", "--against", "./model"), "--against ./model: must be another model; it is given twice"),
    ],
)
def test_mistakes_are_named_before_any_reading(
    command: Command, tmp_path: Path, ledger: Path, arguments: tuple[str, ...], message: str
) -> None:
    (tmp_path / "data.csv").write_text("text,gold\n")
    assert message in command("evaluate", *arguments).error
    assert not ledger.exists()
