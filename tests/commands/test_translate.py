"""`treenn translate`, and --task translation of compare and tune."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.translation.corpora import reversal_pairs

pytest.importorskip("tokenizers", reason="needs tokenizers: pip install 'treenn[translation]'")
pytest.importorskip("sacrebleu", reason="needs sacrebleu: pip install 'treenn[translation]'")

Command = Callable[..., Any]
NETWORK = ("--size", "6", "--word-size", "6", "--epochs", "1", "--batch-size", "8", "--vocabulary-size", "30")


def write(folder: Path, name: str, lines: list[str]) -> None:
    (folder / name).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TREENN_LEDGER", str(tmp_path / "ledger.jsonl"))
    (tmp_path / "pairs").mkdir()
    for split, count in (("train", 40), ("dev", 8), ("test", 8)):
        pairs = reversal_pairs(count, 6, seed=count)
        write(tmp_path / "pairs", f"{split}.en", [pair.source for pair in pairs])
        write(tmp_path / "pairs", f"{split}.de", [pair.target for pair in pairs])
    return tmp_path


def ok(done: Any) -> Any:
    assert done.returncode == 0, done.stderr
    return done


def refused(done: Any, message: str) -> None:
    assert done.returncode != 0
    assert message in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr


def test_a_corpus_to_translations(treenn: Command, folder: Path) -> None:
    train = ("translate", "train", "--corpus", "pairs", "--trees", "right", *NETWORK, "--schedule", "constant")
    train = (*train, "--warmup", "0", "--out", "model")

    results = json.loads(ok(treenn(*train, "--json")).stdout)
    assert (results["treebank"], results["model"], results["epochs"]) == ("pairs", "bilstm", 1)
    assert set(results["dev"]) >= {"bleu", "chrf"}
    refused(treenn(*train), "pass --resume to go on with it, --overwrite to replace it")
    ok(treenn("translate", "train", "--resume", "--epochs", "2", "--out", "model"))
    assert json.loads((folder / "model/config.json").read_text())["trees"] == "right"
    of_test = ("translate", "evaluate", "model", "--corpus", "pairs", "--split", "test")
    found = json.loads(ok(treenn(*of_test, "--beam", "2", "--out", "test.de", "--json")).stdout)
    assert found["sentences"] == len((folder / "test.de").read_text().splitlines()) == 8
    assert "tok:13a" in found["signatures"]["bleu"]
    refused(treenn(*of_test, "--out", "pairs/test.de"), "pairs/test.de: this file exists: it is not replaced")
    [reading] = [json.loads(line) for line in (folder / "ledger.jsonl").read_text().splitlines()]
    assert (reading["treebank"], reading["split"], reading["model"]) == ("pairs", "test", "bilstm")
    applied = ok(treenn("translate", "apply", "model", "pairs/test.en", "--beam", "2")).stdout
    assert applied == (folder / "test.de").read_text()
    typed = treenn("translate", "apply", "model", "--trees", "right", "--beam", "2", stdin=b"ab cd\nef\n")
    assert len(ok(typed).stdout.splitlines()) == 2
    refused(
        treenn("translate", "apply", "model", stdin=b"\xff\n"),
        "standard input:1:1: byte 0xff is not UTF-8; the text must be UTF-8",
    )
    refused(treenn("translate", "apply", "model", stdin=b""), "standard input: no sentence; must have one per line")
    n_best = ("translate", "apply", "model", "pairs/dev.en", "--trees", "right", "--n-best", "2", "--json")
    [first, *_] = json.loads(ok(treenn(*n_best)).stdout)
    assert set(first["translations"][0]) == {"text", "log_p", "score"}


def test_errors_have_one_message_each(treenn: Command, folder: Path) -> None:
    pairs = folder / "pairs"
    train = ("translate", "train", "--corpus", "pairs", "--trees", "right", *NETWORK, "--out", "model")
    ok(treenn(*train))
    other = ("translate", "apply", "model", "pairs/test.en", "--languages", "en-zh")
    refused(treenn(*other), "--languages en-zh: this model translates en-de")
    (folder / "long.en").write_text("word " * 5000)
    message = "long.en:1: the sentence of this line has 5,000 words; must be one sentence of at most 500"
    refused(treenn("translate", "apply", "model", "long.en"), message)
    (folder / "empty.en").write_text("a dog\n\n")
    refused(treenn("translate", "apply", "model", "empty.en"), "empty.en:2: this line has an empty sentence")
    write(pairs, "dev.de", ["A"])
    message = "dev.de: this file has 1 lines: must have 8, as dev.en, since line N is the translation of line N"
    refused(treenn(*train[:-1], "other"), message)
    assert not (folder / "other").exists()
    refused(treenn("translate", "train", "--corpus", "nothing", "--out", "other"), "--corpus nothing: must be a folder")


def test_models_are_compared(treenn: Command, folder: Path) -> None:
    compare = (
        "compare",
        "--task",
        "translation",
        "--treebank",
        "pairs",
        "--models",
        "gru,tree-lstm",
        *NETWORK,
        "--jobs",
        "1",
    )
    done = ok(treenn(*compare, "--seeds", "1", "--out", "comparison"))
    assert "BLEU" in done.stdout
    results = json.loads((folder / "comparison/results.json").read_text())
    assert results["tasks"][0]["treebank"]["name"] == "pairs"
    refused(treenn(*compare, "--folds", "3", "--out", "other"), "--folds: cannot be combined with --task translation")


def test_settings_are_searched(treenn: Command, folder: Path) -> None:
    tune = ("tune", "--task", "translation", "--treebank", "pairs", "--space", "translation", "--models", "gru")
    ok(treenn(*tune, *NETWORK, "--trials", "2", "--jobs", "1", "--out", "search"))
    trials = json.loads((folder / "search/trials.json").read_text())
    assert trials["metric"] == "bleu"
    assert "label_smoothing" in (folder / "search/best.toml").read_text()
    refused(treenn("tune", "--task", "lm", "--out", "other"), "--task lm: must be translation")
