"""`treenn parser train`, `join` and `evaluate` for each kind of parser on a small treebank."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from toy import toy_treebank

import treebanks
import treebanks.parsing
from treebanks.parsing import ParsingTreebank
from treenn import Settings, train
from treenn.trees import Tree

Command = Callable[..., Any]

SMALL = {
    "chart": (
        "--epochs",
        "1",
        "--size=4",
        "--layers",
        "1",
        "--word-size",
        "4",
        "--affix-size",
        "4",
        "--span-size",
        "4",
    ),
    "pcfg": ("--vertical", "1"),
    "recursive": ("--epochs", "1", "--size=4", "--context-size", "4", "--hidden", "4", "--word-size", "4"),
}


@pytest.fixture
def command(treenn: Command, monkeypatch: pytest.MonkeyPatch) -> Command:
    """`treenn` with toy treebanks."""
    toy = toy_treebank(train=40, dev=10, test=10)
    splits = {split: tuple(with_categories(tree) for tree in trees) for split, trees in toy.splits.items()}
    monkeypatch.setattr(treebanks.parsing, "load_parsing", lambda name: ParsingTreebank(name, splits))
    monkeypatch.setattr(treebanks, "load_trees", lambda name: toy)
    return treenn


def with_categories(tree: Tree) -> Tree:
    return tree.with_labels(["W"] * len(tree.words) + ["S"] * len(tree.merges))


@pytest.mark.parametrize("kind", SMALL)
def test_a_parser_is_trained_evaluated_and_used(command: Command, tmp_path: Path, kind: str) -> None:
    done = command("parser", "train", "--treebank", "toy", "--parser", kind, "--out", "mine", *SMALL[kind])
    assert done.returncode == 0, done.stderr
    assert "The parser is in mine; try: treenn parse --parser mine" in done.stderr
    results = json.loads((tmp_path / "mine/results.json").read_text())
    assert results["command"].startswith(f"treenn parser train --treebank toy --parser {kind} --out mine")
    assert results["environment"]["torch"]
    assert json.loads((tmp_path / "mine/config.json").read_text())["parser"] == kind
    shown = command("parser", "evaluate", "--parser", "mine", "--treebank", "toy")
    assert shown.returncode == 0, shown.stderr
    assert "with punctuation" in shown.stdout
    assert json.loads(command("parse", "--parser", "mine", "--json", "a good film").stdout)["words"][0] == "a"


def test_files_of_a_user_are_split_and_cleaned(treenn: Command, tmp_path: Path) -> None:
    lines = (f"( (S (NP-SBJ (NN w{number}) (-NONE- *)) (VP (VB v{number}) (RB so))) )\n" for number in range(20))
    (tmp_path / "mine.mrg").write_text("".join(lines))
    own = ("--treebank", "mine.mrg")
    done = treenn("parser", "train", *own, "--split", "80/10/10", "--parser", "pcfg", "--out", "mine")
    assert done.returncode == 0, done.stderr
    assert json.loads((tmp_path / "mine/results.json").read_text())["treebank"] == "mine.mrg"
    done = treenn("parser", "evaluate", *own, "--parser", "mine", "--json")
    assert json.loads(done.stdout)["sentences"] == 20
    assert "pass --dev FILE, or --split 80/10/10" in treenn("parser", "train", *own, "--out", "other").stderr
    refused = treenn("parser", "train", "--treebank", "reviews", "--split", "80/20", "--out", "other").stderr
    assert "--treebank reviews: must be a folder or file, to which options of data files apply" in refused


@pytest.mark.parametrize("option", ["--auxiliary-treebank", "--helper-treebank"])
def test_vectors_and_auxiliary_treebanks_are_passed(command: Command, tmp_path: Path, option: str) -> None:
    (tmp_path / "two.txt").write_text("good 1 2\nbad -1 -2\nfilm 0 1\n")
    options = ("--treebank", "toy", option, "other", "--vectors", "two.txt", "--json")
    done = command("parser", "train", "--parser", "recursive", "--out", "mine", *options, *SMALL["recursive"])
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == json.loads((tmp_path / "mine/results.json").read_text())
    assert json.loads((tmp_path / "mine/config.json").read_text())["word_size"] == 2
    assert "other" in done.stdout


def test_parsers_are_joined_with_the_story_of_each(command: Command, tmp_path: Path) -> None:
    for seed in ("1", "2"):
        command("parser", "train", "--treebank", "toy", "--out", seed, "--seed", seed, *SMALL["chart"])
    done = command("parser", "join", "1", "2", "--out", "both")
    assert "The parser is in both; try: treenn parse --parser both" in done.stderr
    results = json.loads((tmp_path / "both/results.json").read_text())
    assert results["command"] == "treenn parser join 1 2 --out both"
    assert [run["seed"] for run in results["joined"]] == [1, 2]
    assert len(json.loads((tmp_path / "both/config.json").read_text())["networks"]) == 2
    assert json.loads(command("parse", "--parser", "both", "--json", "a good film").stdout)["words"][0] == "a"


def test_teachers_and_their_results_are_recorded(command: Command, tmp_path: Path) -> None:
    arguments = ["parser", "train", "--treebank", "toy", *SMALL["chart"]]
    for part in ("1", "2"):
        command(*arguments, "--fold", f"{part}/2", "--out", part)
    done = command(*arguments, "--teacher", "1", "--teacher", "2", "--out", "taught")
    assert "The parser is in taught" in done.stderr
    results = json.loads((tmp_path / "taught/results.json").read_text())
    assert [run["settings"]["fold"] for run in results["teachers"]] == ["1/2", "2/2"]
    alone = command(*arguments, "--teacher", "1", "--out", "by-one")
    assert alone.error.startswith("every teacher was trained on ")
    assert "the teachers hold out 1/2, but must hold out all folds" in alone.error
    assert not (tmp_path / "by-one").exists()


@pytest.mark.parametrize(
    "text", ["a good film. a bad film!\n", "(X (X a) (X (X good) (X film)))\n(X (X a) (X film))\n"]
)
def test_unlabelled_texts_and_trees_are_read(command: Command, tmp_path: Path, text: str) -> None:
    (tmp_path / "more.txt").write_text(text)
    arguments = ["parser", "train", "--treebank", "toy", *SMALL["chart"]]
    command(*arguments, "--out", "teacher")
    command(*arguments, "--teacher", "teacher", "--unlabelled", "more.txt", "--out", "student")
    assert json.loads((tmp_path / "student/results.json").read_text())["unlabelled"] == 2


@pytest.mark.parametrize("kind", ["chart", "recursive"])
def test_parser_is_exported_in_8_bits(command: Command, tmp_path: Path, kind: str) -> None:
    command("parser", "train", "--treebank", "toy", "--out", "whole", "--parser", kind, *SMALL[kind])
    types = {}
    for bits in ("8", "16"):
        assert command("export", "whole", "--out", bits, "--bits", bits).returncode == 0
        types[bits] = {tensor.dtype for tensor in load_file(tmp_path / bits / "model.safetensors").values()}
        assert (tmp_path / bits / "results.json").read_text() == (tmp_path / "whole/results.json").read_text()
        assert command("parse", "a good film", "--parser", bits, "--brackets").stdout.count("(") == 5
    assert torch.int8 in types["8"] and torch.int8 not in types["16"]
    assert command("export", "whole", "--out", "coded", "--bits", "8", "--rank", "2").returncode == 0
    assert command("parse", "a good film", "--parser", "coded", "--brackets").stdout.count("(") == 5


def test_a_grammar_has_no_weights_to_export(command: Command, tmp_path: Path) -> None:
    command("parser", "train", "--treebank", "toy", "--out", "grammar", "--parser", "pcfg", *SMALL["pcfg"])
    assert command("export", "grammar", "--out", "small").error == (
        "grammar: this parser has no weights; must be of kind chart or recursive"
    )
    assert not (tmp_path / "small").exists()


def test_evaluation_is_written_with_provenance(command: Command, tmp_path: Path) -> None:
    arguments = ["parser", "evaluate", "--parser", "left", "--treebank", "toy", "--split", "dev", "--json"]
    done = command(*arguments, "--out", "results/left.json")
    results = json.loads(done.stdout)
    assert json.loads((tmp_path / "results/left.json").read_text()) == results
    assert results["command"] == " ".join(["treenn", *arguments, "--out", "results/left.json"])
    assert (results["parser"], results["treebank"], results["split"], results["sentences"]) == (
        "left",
        "toy",
        "dev",
        10,
    )
    assert results["labelled"] is None
    assert set(results["with_punctuation"]) >= {"precision", "recall", "f1", "sentence_f1", "exact"}
    assert results["environment"]["python"]
    assert results["sentences_per_second"] > 0


def test_the_trees_are_tried_on_a_sentiment_model(command: Command, tmp_path: Path) -> None:
    toy = toy_treebank(train=40, dev=10, test=10)
    train(toy, Settings(size=4, word_size=4, epochs=1), out=tmp_path / "model")
    arguments = ["parser", "evaluate", "--parser", "right", "--treebank", "toy", "--sentiment", "model"]
    found = json.loads(command(*arguments, "--json").stdout)["sentiment"]
    assert found["model"] == "model"
    assert found["parser"] == found["right"]
    assert all(0 <= found[trees][key] <= 1 for trees in ("treebank", "balanced") for key in ("root", "root_binary"))
    assert "sentiment accuracy on the trees" in command(*arguments).stdout


def test_a_sentiment_model_of_other_classes_is_refused(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    toy = toy_treebank(train=40, dev=10, test=10)
    two = treebanks.Treebank("toy", ("bad", "good", "a", "b", "c"), toy.splits)
    train(two, Settings(size=4, word_size=4, epochs=1), out=tmp_path / "model")
    done = command("parser", "evaluate", "--parser", "right", "--treebank", "toy", "--sentiment", "model")
    assert done.error.startswith(
        "model: the model's classes are bad, good, a, b, c; must be those of toy: very negative, "
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["train", "--parser", "right", "--out", "mine"], "--parser right: must be one of chart"),
        (["train", "--out", "mine", "--epoch", "3"], "--epoch: no such option; options and defaults: --"),
        (["train", "--out", "mine", "--epochs", "0"], "--epochs 0: must be 1 or more"),
        (["train", "--out", "file.txt"], "file.txt: this is a file; --out must name a folder"),
        (["train", "--out", "mine", "--vectors", "none.txt"], "none.txt: cannot read this file"),
        (["join", "nowhere", "--out", "mine"], "nowhere/config.json: cannot read this file"),
        (["train", "--teacher", "nowhere", "--out", "mine"], "nowhere/config.json: cannot read this file"),
        (["train", "--unlabelled", "file.txt", "--out", "mine"], "--unlabelled file.txt: needs --teacher DIR"),
        (["train", "--out", "mine", "--fold", "5/4"], "--fold 5/4: must be one of two or more folds, such as 1/4"),
        (
            ["train", "--parser", "pcfg", "--teacher", "x", "--out", "mine"],
            "--teacher: needs --parser chart, not pcfg",
        ),
        (["evaluate", "--parser", "nowhere"], "--parser nowhere: must be the folder of a parser, or one of"),
        (["evaluate", "--parser", "left", "--split", "all"], "--split all: must be a split of sst: train, dev, test"),
        (["evaluate", "--parser", "left", "--sentiment", "nowhere"], "nowhere/config.json: cannot read this file"),
    ],
)
def test_bad_arguments_end_in_one_message(command: Command, tmp_path: Path, arguments: list[str], message: str) -> None:
    (tmp_path / "file.txt").write_text("")
    done = command("parser", *arguments)
    assert done.error.startswith(message)
    assert not (tmp_path / "mine").exists()


@pytest.mark.parametrize("name", ["train", "join", "evaluate"])
def test_help_has_an_example(command: Command, name: str) -> None:
    assert f"Example: treenn parser {name}" in command("parser", name, "--help").stdout
