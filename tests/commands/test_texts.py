"""Texts without trees on the command line: questions in CSV, Chinese poems by characters."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

TINY = ("--size", "4", "--word-size", "4", "--epochs", "1", "--vectors", "none")

QUESTIONS = """question,kind
Who wrote Hamlet ?,person
Where is the Louvre ?,place
Who discovered radium ?,person
Where do penguins live ?,place
Who sings this song ?,person
Where was Chopin born ?,place
Who painted it ?,person
Where are the Andes ?,place
Who leads the party ?,person
Where is Mount Etna ?,place
"""

POEMS = [
    ("春眠不覺曉，處處聞啼鳥。", "spring"),
    ("秋風清，秋月明。", "autumn"),
    ("春水，花開。", "spring"),
    ("落葉，秋霜。", "autumn"),
]


@pytest.fixture
def questions(tmp_path: Path) -> list[str]:
    (tmp_path / "questions.csv").write_text(QUESTIONS)
    return ["--treebank", "questions.csv", "--split", "60/20/20", "--label-column", "kind"]


@pytest.fixture
def poems(tmp_path: Path) -> Path:
    (tmp_path / "verses").mkdir()
    for split in ("train", "dev", "test"):
        lines = [json.dumps({"text": text, "label": label}, ensure_ascii=False) for text, label in POEMS]
        (tmp_path / "verses" / f"{split}.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return tmp_path / "verses"


def test_train_has_the_baseline_and_the_classes(
    treenn: Callable[..., Any], questions: list[str], tmp_path: Path
) -> None:
    done = treenn("train", *questions, *TINY, "--out", "model")
    assert done.returncode == 0, done.stderr
    assert "tf-idf" in done.stdout
    results = json.loads((tmp_path / "model/results.json").read_text())
    config = json.loads((tmp_path / "model/config.json").read_text())
    assert results["baselines"]["tf-idf"]["root"] == 1
    assert (config["classes"], config["tokenizer"], config["trees"]) == (["person", "place"], "treebank", "chart")
    if results["dev"]["root"] <= 1:
        assert "does not exceed the baseline tf-idf, which reads no trees" in done.stderr


@pytest.mark.usefixtures("undrawn")
def test_compare_has_the_baseline_as_a_model(treenn: Callable[..., Any], questions: list[str], tmp_path: Path) -> None:
    done = treenn("compare", *questions, *TINY, "--models", "tree-lstm", "--seeds", "1", "--jobs", "1", "--json")
    assert done.returncode == 0, done.stderr
    assert "tf-idf" in (tmp_path / "comparison/report.html").read_text()
    assert {json.loads(path.read_text())["model"] for path in (tmp_path / "comparison/runs").glob("*.json")} == {
        "tree-lstm",
        "tf-idf",
    }


def test_poems_are_read_by_characters(treenn: Callable[..., Any], poems: Path, tmp_path: Path) -> None:
    done = treenn("train", "--treebank", "verses", *TINY, "--out", "model")
    assert "verses/train.jsonl:1: '春眠不覺曉，處處聞啼鳥。': 100% of the letters" in done.error
    assert "pass --tokenizer characters or --tokenizer spacy:zh, with --trees right" in done.error
    by_characters = ("--tokenizer", "characters", "--trees", "right")
    done = treenn("train", "--treebank", "verses", *by_characters, *TINY, "--out", "model")
    assert done.returncode == 0, done.stderr
    vocabulary = json.loads((tmp_path / "model/vocabulary.json").read_text())
    assert {"春", "，"} <= set(vocabulary)
    done = treenn("predict", "春花", "--model", "model", "--json")
    assert done.returncode == 0, done.stderr
    assert re.fullmatch(r"\(\d \(\d 春\) \(\d 花\)\)", json.loads(done.stdout)["tree"])
    done = treenn("evaluate", "model")
    assert done.returncode == 0, done.stderr
    assert "spring" in done.stdout


def test_texts_without_words_are_located(treenn: Callable[..., Any], questions: list[str], tmp_path: Path) -> None:
    with (tmp_path / "questions.csv").open("a") as file:
        file.write("\u200b,person\n")
    assert treenn("train", *questions, *TINY, "--out", "m").error == (
        "questions.csv:12: this text has no words; must have at least one"
    )
