"""`treenn lm`, and `treenn compare --task lm`."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.lm.sentences import toy_corpus

Command = Callable[..., Any]
NETWORK = ("--size", "6", "--word-size", "6", "--epochs", "1", "--batch-size", "8")
POEM = "床前明月光，疑是地上霜。舉頭望明月，低頭思故鄉。"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TREENN_LEDGER", str(tmp_path / "ledger.jsonl"))
    lines = tmp_path / "lines"
    lines.mkdir()
    corpus = toy_corpus()
    for split, sentences in (("train", corpus.train), ("dev", corpus.dev), ("test", corpus.train[:5])):
        (lines / f"{split}.txt").write_text("".join(f"{each}\n" for each in sentences))
    return tmp_path


def ok(done: Any) -> Any:
    assert done.returncode == 0, done.stderr
    return done


def test_a_corpus_to_a_mixture(treenn: Command, folder: Path) -> None:
    ok(treenn("lm", "train", "--corpus", "lines", "--model", "kneser-ney-3", "--out", "ngram"))
    ok(treenn("lm", "train", "--corpus", "lines", "--model", "lstm", *NETWORK, "--out", "lstm"))
    single = [
        json.loads(ok(treenn("lm", "evaluate", name, "lines/test.txt", "--json")).stdout) for name in ("ngram", "lstm")
    ]
    mixing = ("lm", "evaluate", "lstm", "lines/test.txt", "--with", "ngram", "--dev", "lines/dev.txt")
    mixed = json.loads(ok(treenn(*mixing, "--surprisal", "s.csv", "--json")).stdout)
    assert mixed["perplexity"] <= min(each["perplexity"] for each in single) * 1.05
    assert 0 <= mixed["weight"] <= 1
    assert (mixed["vocabulary"], mixed["unit"], mixed["sentences"]) == (7, "word", 5)
    with (folder / "s.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == mixed["tokens"]
    assert rows[0]["sentence"] == rows[0]["position"] == "1"
    bits = sum(float(row["surprisal"]) for row in rows) / len(rows)
    assert bits == pytest.approx(mixed["cross_entropy"], abs=1e-5)
    readings = [json.loads(line) for line in (folder / "ledger.jsonl").read_text().splitlines()]
    assert [(each["treebank"], each["split"], each["model"]) for each in readings] == [
        ("lines", "test", "kneser-ney-3"),
        ("lines", "test", "lstm"),
        ("lines", "test", "lstm"),
    ]
    assert len({each["configuration"] for each in readings}) == 3


def test_dev_is_no_reading_of_test(treenn: Command, folder: Path) -> None:
    ok(treenn("lm", "train", "--corpus", "lines", "--model", "kneser-ney-2", "--out", "ngram"))
    table = ok(treenn("lm", "evaluate", "ngram", "lines/dev.txt")).stdout
    assert "vocabulary: 7 words, comparable with the same vocabulary only" in table
    assert not (folder / "ledger.jsonl").exists()


def test_the_same_seed_writes_the_same_text(treenn: Command, folder: Path) -> None:
    ok(treenn("lm", "train", "--corpus", "lines", "--model", "kneser-ney-2", "--out", "ngram"))
    write = ("lm", "generate", "ngram", "--prompt", "a b", "--samples", "3", "--seed")
    texts = [ok(treenn(*write, seed)).stdout for seed in ("1", "1", "2")]
    assert texts[0] == texts[1] != texts[2]
    assert all(line.startswith("a b") for line in texts[0].splitlines())


def test_training_is_resumed_by_its_folder(treenn: Command, folder: Path) -> None:
    ok(treenn("lm", "train", "--corpus", "lines", "--model", "gru", *NETWORK, "--out", "gru"))
    before = (folder / "gru/model.safetensors").read_bytes()
    ok(treenn("lm", "train", "--resume", "--out", "gru"))
    ok(treenn("lm", "train", "--corpus", "lines", "--model", "kneser-ney-2", "--out", "ngram"))
    ok(treenn("lm", "train", "--corpus", "lines", "--model", "kneser-ney-2", "--out", "ngram", "--resume"))
    assert (folder / "gru/model.safetensors").read_bytes() == before
    assert "--schedule" in treenn("lm", "train", "--resume", "--epochs", "2", "--out", "gru").error


def test_poems_of_a_form(treenn: Command, folder: Path) -> None:
    poems = folder / "verse"
    poems.mkdir()
    for split in ("train", "dev"):
        (poems / f"{split}.txt").write_text(f"{POEM}\n", encoding="utf-8")
    ok(treenn("lm", "train", "--corpus", "verse", "--unit", "char", "--forms", "--model", "kneser-ney-8", "--out", "p"))
    assert ok(treenn("lm", "generate", "p", "--form", "5x4", "--top-k", "1")).stdout == f"{POEM}\n"
    command = ("lm", "poems", "p", "--corpus", "verse", "--form", "5x4", "--samples", "3", "--top-k", "1")
    report = ok(treenn(*command))
    assert "3 of 3" in report.stdout
    assert "12 of 12" in report.stdout
    assert "this file exists: it is not replaced" in treenn(*command, "--out", "verse/train.txt").error
    record = json.loads(ok(treenn(*command, "--json")).stdout)
    assert (record["well_formed_share"], record["copied"], record["copied_share"]) == (1, 12, 1)


@pytest.mark.slow
def test_a_comparison_has_paired_differences(treenn: Command, folder: Path) -> None:
    plan = ("compare", "--task", "lm", "--treebank", "lines", "--models", "lstm,gru,kneser-ney-3", "--jobs", "1")
    ok(treenn(*plan, "--seeds", "2", *NETWORK, "--out", "c"))
    [task] = json.loads((folder / "c/results.json").read_text())["tasks"]
    assert set(task["summary"]) == {"lstm", "gru", "kneser-ney-3"}
    assert {each["metric"] for each in task["differences"]} == {"cross_entropy", "bits_per_character"}
    assert "trees/s" in ok(treenn("report", "c")).stdout


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("train", "--corpus", "nowhere", "--out", "o"), "--corpus nowhere: must be a folder, a file, or one of"),
        (("train", "--out", "o"), "--corpus: must be corpus, poems, a folder or a file, or --treebank must be given"),
        (("train", "--corpus", "empty", "--out", "o"), "train.txt: this file has no sentence"),
        (("train", "--corpus", "one", "--out", "o"), "train of one has one token, 'no'; must have two or more"),
        (("train", "--corpus", "lines", "--unit", "line", "--out", "o"), "--unit line: must be word or char"),
        (
            ("train", "--corpus", "lines", "--model", "bilstm", "--out", "o"),
            "--model bilstm: a language model must read",
        ),
        (
            ("train", "--corpus", "lines", "--model", "kneser-ney-3", "--size", "4", "--out", "o"),
            "--size: does not apply to kneser-ney-3",
        ),
        (("train", "--corpus", "poems", "--unit", "word", "--out", "o"), "--unit word: poems has the unit character"),
        (
            ("evaluate", "lines", "lines/dev.txt"),
            "lines: this folder holds no language model; name one of",
        ),
        (("evaluate", "ngram", "lines/dev.txt", "--unit", "char"), "--unit char: this is a model of words"),
        (("evaluate", "ngram", "lines/dev.txt", "--with", "ngram"), "--with: needs either --dev FILE or --weight"),
        (
            ("evaluate", "ngram", "lines/dev.txt", "--surprisal", "s.txt"),
            "--surprisal s.txt: must end in .csv or .json",
        ),
        (("generate", "ngram", "--prompt", "a z"), "--prompt: 'z': unknown words; must be among the 7"),
        (("generate", "ngram", "--form", "7x4"), "--form 7x4: this model was trained without this form"),
        (("generate", "ngram", "--top-p", "0"), "--top-p 0.0: must be more than 0 and at most 1"),
        (
            ("train", "--corpus", "lines", "--out", "ngram", "--resume"),
            "ngram: this folder holds a language model of n-grams already; pass --overwrite to replace it",
        ),
        (("poems", "ngram"), "this is a model of words; must be one of characters"),
    ],
)
def test_mistakes_are_one_line(treenn: Command, folder: Path, arguments: tuple[str, ...], error: str) -> None:
    for name, text in (("empty", "\n"), ("one", "no\n")):
        (folder / name).mkdir()
        for split in ("train", "dev"):
            (folder / name / f"{split}.txt").write_text(text)
    if "ngram" in arguments:
        ok(treenn("lm", "train", "--corpus", "lines", "--model", "kneser-ney-2", "--out", "ngram"))
    assert error in treenn("lm", *arguments).error
    assert not (folder / "o").exists()


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("--task", "mt"), "--task mt: must be lm or translation"),
        (("--unit", "char"), "--unit: needs --task lm"),
        (("--task", "lm", "--folds", "3"), "--folds: cannot be combined with --task lm"),
        (("--task", "lm", "--treebank", "lines", "--models", "tf-idf"), "does not apply to lines"),
    ],
)
def test_mistakes_of_comparisons(treenn: Command, folder: Path, arguments: tuple[str, ...], error: str) -> None:
    assert error in treenn("compare", *arguments, "--jobs", "1").error
