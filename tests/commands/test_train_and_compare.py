"""`treenn train` and `treenn compare`: files, output and error messages."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from small_recipes import small_home
from toy import toy_treebank

from treenn.trees import write_trees

Command = Callable[..., Any]
SMALL = ("--size", "6", "--word-size", "6", "--epochs", "1")


@pytest.fixture
def command(treenn: Command, tmp_path: Path) -> Command:
    for split, trees in toy_treebank().splits.items():
        write_trees(tmp_path / f"{split}.txt", trees)
    return treenn


@pytest.fixture
def files(tmp_path: Path) -> Path:
    return tmp_path


def test_train_writes_model_and_scores(command: Command, files: Path) -> None:
    done = command(
        "train", "--trees", "train.txt", "--dev", "dev.txt", "--test", "test.txt", "--out", "model", *SMALL
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "majority class" in done.stdout
    assert "treenn evaluate model" in done.stdout
    written = {path.name for path in (files / "model").iterdir()}
    model = {"config.json", "model.safetensors", "results.json", "run.json", "vocabulary.json"}
    assert written == {*model, "checkpoint.safetensors"}
    results = json.loads((files / "model/results.json").read_text())
    assert results["command"].startswith("treenn train --trees train.txt")
    assert results["dev"]["root"] is not None
    assert "test" not in results


def test_json_stands_alone_on_standard_output(command: Command) -> None:
    done = command("train", "--trees", "train.txt", "--dev", "dev.txt", "--out", "model", "--json", *SMALL)
    assert json.loads(done.stdout)["model"] == "tree-lstm"
    assert "test" not in json.loads(done.stdout)


def test_vectors_are_used_and_coverage_reported(command: Command, files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (files / "two.txt").write_text("good 1 2\nbad -1 -2\n")
    (files / "home/vectors").mkdir(parents=True)
    (files / "home/vectors/three.txt").write_text("not 1 2 3\n")  # a fetched file is found by its name
    monkeypatch.setenv("TREEBANKS_HOME", str(files / "home"))
    done = command(
        "train", "--trees", "train.txt", "--dev", "dev.txt", "--out", "model", "--json", "--vectors", "two.txt",
        "--vectors", "three.txt", *SMALL,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "two.txt: 8 of 10 words have no vector in it" in done.stderr
    results = json.loads(done.stdout)
    assert [file["words_missing"] for file in results["vectors"]] == [8, 9]
    assert json.loads((files / "model/config.json").read_text())["word_size"] == 5


def test_binarize_makes_trees_with_three_children_readable(command: Command, files: Path) -> None:
    (files / "wide.txt").write_text("(3 (2 a) (3 (3 good)) (2 film))\n" * 5)
    arguments = ["train", "--trees", "wide.txt", "--dev", "dev.txt", "--out", "model", *SMALL]
    assert command(*arguments, "--binarize", "left").returncode == 0
    refused = command(*arguments[:-6], "--out", "other")
    assert refused.returncode == 2
    assert "wide.txt:1:1: this node has 3 children" in refused.stderr


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("unbalanced", b"(3 (2 a) (2 b)\n(2 c)", "bad.txt:1:1: this bracket is never closed"),
        ("closing", b"(3 (2 a) (2 b)))", "bad.txt:1:16: this bracket is never opened"),
        ("scale", b"(2 fine)\n(3 (2 a) (7 b))", "bad.txt:2:10: label '7': must be one of --classes"),
        ("one child", b"(3 (2 a))", "bad.txt:1:1: this node has 1 child, a binary tree needs 2"),
        ("three children", b"(3 (2 a) (2 b) (2 c))", "bad.txt:1:1: this node has 3 children, a binary tree needs 2"),
        ("empty file", b"", "bad.txt: there is no tree"),
        ("empty tree", b"(3 )", "bad.txt:1:1: this node has a label, 3, but neither a word nor children"),
        ("not UTF-8", b"(2 fine)\n(2 caf\xe9)", "bad.txt:2:7: byte 0xe9 is not UTF-8"),
    ],
)
def test_bad_trees_end_in_one_message(command: Command, files: Path, name: str, content: bytes, message: str) -> None:
    (files / "bad.txt").write_bytes(content)
    done = command("train", "--trees", "bad.txt", "--dev", "dev.txt", "--classes", "5", "--out", "model")
    assert message in done.error
    assert done.stdout == ""
    assert not (files / "model").exists()


def test_leaf_with_no_break_space(command: Command, files: Path) -> None:
    (files / "fine.txt").write_text("(3 (2 1\u00a01/2) (3 stars))\n" * 3, encoding="utf-8")
    assert command("train", "--trees", "fine.txt", "--dev", "dev.txt", "--out", "model", *SMALL).returncode == 0
    assert "1\u00a01/2" in json.loads((files / "model/vocabulary.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("good 1 2\nbad 1\n", "vectors.txt:2: this row has 1 numbers, the first row has 2"),
        ("good 1 2\nbad 1 NaN\n", "vectors.txt:2:7: 'NaN' is not a finite number"),
    ],
)
def test_bad_vectors_end_in_one_message(command: Command, files: Path, content: str, message: str) -> None:
    (files / "vectors.txt").write_text(content)
    done = command("train", "--trees", "train.txt", "--dev", "dev.txt", "--vectors", "vectors.txt", "--out", "model")
    assert message in done.error
    assert done.stdout == ""


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["train", "--out", "model"],
            "--treebank: missing; must be a treebank of",
        ),
        (["train", "--trees", "train.txt", "--out", "model"], "train.txt: there is no file for dev; pass --dev FILE"),
        (
            ["train", "--trees", "none.txt", "--dev", "dev.txt", "--out", "m"],
            "--treebank none.txt: must be a folder, a file, or one of",
        ),
        (["train", "--treebank", "nowhere", "--out", "model"], "nowhere"),
        (["train", "--trees", "train.txt", "--dev", "dev.txt", "--out", "dev.txt"], "dev.txt"),
        (
            ["train", "--trees", "train.txt", "--dev", "dev.txt", "--model", "rnn", "--out", "m"],
            "--model rnn: no such model",
        ),
        (
            ["train", "--trees", "a", "--dev", "b", "--binarize", "up", "--out", "m"],
            "--binarize up: must be left",
        ),
        (
            ["train", "--trees", "train.txt", "--dev", "dev.txt", "--device", "tpu", "--out", "m"],
            "--device tpu: must be",
        ),
        (["compare", "--models", "lstm,lstm"], "models lstm,lstm: must name one model or more"),
        (["compare", "--models", "lstm,gru", "--cell-dropout", "0.1"], "gru does not support cell dropout"),
        (["compare", "--models", "nosuch:x"], "--models nosuch:x: cannot import nosuch"),
        (["tune", "--models", "nosuch:x", "--out", "m"], "--models nosuch:x: cannot import nosuch"),
        (["compare", "--seeds", "0"], "--seeds 0: must be 1 to 10000"),
        (["compare", "--jobs", "0"], "--jobs 0: must be 1 to 10000"),
        (["compare", "--epochs", "0"], "--epochs 0: must be 1 or more"),
        (["compare", "--seeds", "-1"], "--seeds -1: must be 1 to 10000"),
        (["compare", "--size", "1000000"], "--size 1000000: must be 1 to 10000"),
        (["compare", "--models", "rntn,lstm", "--size", "2000"], "--size 2000: rntn would have 32,"),
        (["compare", "--plan", "plan.toml"], "plan.toml: [settings]: size 1000000: must be 1 to 10000"),
        (
            ["train", "--treebank", "nowhere", "--seed", "-1", "--out", "m"],
            "--seed -1: must be 0 to 9223372036854775807",
        ),
        (["train", "--treebank", "nowhere", "--size", "1000000", "--out", "m"], "--size 1000000: must be 1 to 10000"),
        (["train", "--treebank", "nowhere", "--learning-rate", "inf", "--out", "m"], "--learning-rate inf: must be a"),
        (
            ["train", "--treebank", "nowhere", "--dropout", "nan", "--out", "m"],
            "--dropout nan: must be a finite number",
        ),
        (["tune", "--treebank", "nowhere", "--seed", "-1", "--out", "m"], "--seed -1: must be 0 to"),
        (["tune", "--treebank", "nowhere", "--trials", "-1", "--out", "m"], "--trials -1: must be 1 to 10000"),
        (
            ["tune", "--treebank", "nowhere", "--space", "space.toml", "--out", "m"],
            "space.toml: dropout: high inf: must",
        ),
        (["reproduce", "sst", "--seeds", "-1", "--out", "m"], "--seeds -1: must be 1 to 10000"),
        (["parser", "train", "--treebank", "nowhere", "--seed", "-1", "--out", "m"], "--seed -1: must be 0 to"),
        (
            ["parser", "train", "--treebank", "nowhere", "--size", "1000000", "--out", "m"],
            "--size 1000000: must be 1 to",
        ),
        (["compare", "--out", "dev.txt", "--epochs", "1"], "dev.txt"),
    ],
)
def test_bad_arguments_create_nothing(command: Command, files: Path, arguments: list[str], message: str) -> None:
    (files / "plan.toml").write_text(
        '[settings]\nsize = 1000000\n[[task]]\ntreebank = "reviews"\n[[model]]\nname = "lstm"\n'
    )
    (files / "space.toml").write_text("dropout = { low = 0.01, high = inf }\n")
    before = set(files.rglob("*"))
    done = command(*arguments)
    assert message in done.error
    assert done.stdout == ""
    assert set(files.rglob("*")) == before


@pytest.mark.usefixtures("undrawn")
def test_no_test_stops_after_training(
    command: Command, files: Path, monkeypatch: pytest.MonkeyPatch, ledger: Path
) -> None:
    small_home(files / "home", monkeypatch)
    compare = ["compare", "--treebank", "sst", "--seeds", "1", "--jobs", "1", *SMALL]
    reproduce = ["reproduce", "sst", "--only", "other", "--seeds", "1", "--jobs", "1"]
    for arguments, results in ((compare, "comparison/results.json"), (reproduce, "reproduction/other.json")):
        done = command(*arguments, "--no-test")
        assert done.returncode == 0, done.stderr
        assert "without --no-test evaluates the models on test" in done.stderr
        assert not (files / results).exists()
        assert not ledger.exists()
    for arguments, results in ((compare, "comparison/results.json"), (reproduce, "reproduction/other.json")):
        assert command(*arguments).returncode == 0
        assert json.loads((files / results).read_text())["test_readings"]


@pytest.mark.usefixtures("undrawn")
def test_compare_reports_and_resumes(command: Command, files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small_home(files / "home", monkeypatch)
    arguments = ["compare", "--treebank", "sst", "--seeds", "1", "--jobs", "1", "--json", *SMALL, "--size", "20"]
    done = command(*arguments)
    assert done.returncode == 0, done.stderr
    results = json.loads(done.stdout)
    written = json.loads((files / "comparison/results.json").read_text())
    assert written == {**results, "tables": written["tables"]}
    assert written["tables"]["sst-nodes/results-test"].startswith("model,seeds,root mean")
    assert (results["schema"], results["version"]) == ("treenn.comparison", 2)
    [task] = results["tasks"]
    tree, recurrent = task["runs"]
    assert (tree["model"], recurrent["model"]) == ("tree-lstm", "lstm")
    assert abs(tree["parameters"] / recurrent["parameters"] - 1) < 0.05
    assert "</html>" in (files / "comparison/report.html").read_text(encoding="utf-8")
    [again] = json.loads(command(*arguments).stdout)["tasks"]
    assert [run["seconds"] for run in again["runs"]] == [run["seconds"] for run in task["runs"]], "trained anew"
    assert again["summary"] == task["summary"]


def test_missing_treebank_names_its_command(command: Command, files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TREEBANKS_HOME", str(files / "nowhere"))
    done = command("compare", "--treebank", "sst", "--jobs", "1")
    assert "treenn data fetch sst" in done.error
    assert done.stdout == ""


@pytest.mark.parametrize(
    ("arguments", "unwanted"),
    [
        (["--help"], {"torch", "numpy", "nltk", "scipy", "sklearn", "matplotlib", "lightning_fabric", "joblib"}),
        (["data", "list"], {"torch", "nltk", "scipy", "sklearn", "matplotlib", "lightning_fabric", "joblib"}),
        (["train", "--help"], {"torch", "nltk", "scipy", "sklearn", "matplotlib", "lightning_fabric", "joblib"}),
    ],
)
def test_a_command_imports_only_what_it_uses(arguments: list[str], unwanted: set[str]) -> None:
    code = (
        f"import sys; sys.argv = ['treenn', *{arguments}]\nfrom treenn.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        f"print(*({unwanted} & set(sys.modules)), file=sys.stderr, end='')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stderr == ""


@pytest.mark.parametrize("arguments", [["train"], ["compare"], ["data", "list"], ["data", "fetch"]])
def test_help_has_an_example(command: Command, arguments: list[str]) -> None:
    assert f"Example: treenn {' '.join(arguments)}" in command(*arguments, "--help").stdout
