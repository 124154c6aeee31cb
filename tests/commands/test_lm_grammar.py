"""`treenn lm` with treebanks and grammars."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Command = Callable[..., Any]

TREES = (
    "(S (NP (DT the) (NN cat)) (VP (VBD sat)))\n(S (NP (NN dogs)) (VP (VBD saw) (NP (DT the) (NN cat))))\n"
    "(S (NP (DT the) (NN dog)) (VP (VBD saw) (NP (NN cats))))\n"
)
SMALL = ("--size", "6", "--word-size", "6", "--epochs", "1", "--batch-size", "2", "--output-layer", "tied")


@pytest.fixture
def trees(tmp_path: Path) -> Path:
    folder = tmp_path / "trees"
    folder.mkdir()
    for split, text in (("train", TREES * 2), ("dev", TREES)):
        (folder / f"{split}.mrg").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def grammar(treenn: Command, trees: Path) -> str:
    done = treenn("lm", "train", "--treebank", "trees", "--model", "rnng", *SMALL, "--out", "grammar")
    assert done.returncode == 0, done.stderr
    assert "Joint perplexity" in done.stdout
    return "grammar"


def test_a_grammar_is_trained_evaluated_and_sampled(treenn: Command, grammar: str, tmp_path: Path) -> None:
    on_dev = (grammar, "--treebank", "trees", "--limit", "2")
    done = treenn("lm", "evaluate", *on_dev, "--json", "--surprisal", "s.csv")
    values = json.loads(done.stdout)
    assert (values["sentences"], values["tokens"], values["unknown_tokens"]) == (2, 9, 0)
    assert len((tmp_path / "s.csv").read_text().splitlines()) == 10
    text = tmp_path / "text.txt"
    text.write_text("the cat sat\ndogs saw the cat\n")
    assert json.loads(treenn("lm", "evaluate", grammar, "text.txt", "--json").stdout)["perplexity"] == pytest.approx(
        values["perplexity"]
    )
    sampling = ("lm", "generate", grammar, "--samples", "2", "--seed", "1", "--length", "5", "--json")
    first, second = (treenn(*sampling).stdout for _ in range(2))
    assert first == second
    for sample in json.loads(first):
        assert sample["tree"].startswith("(") and 1 <= len(sample["text"].split()) <= 5
    prompted = treenn("lm", "generate", grammar, "--prompt", "the").error
    assert prompted == "--prompt: a grammar generates whole sentences; must be omitted"
    refuses_invalid_options(treenn, grammar)


def test_other_models_read_the_sentences_of_a_treebank(treenn: Command, trees: Path) -> None:
    assert treenn("lm", "train", "--treebank", "trees", "--model", "kneser-ney-2", "--out", "ngram").returncode == 0
    values = json.loads(treenn("lm", "evaluate", "ngram", "--treebank", "trees", "--json").stdout)
    assert (values["sentences"], values["tokens"], values["vocabulary"]) == (3, 14, 9)
    message = "--parser: does not apply to kneser-ney-2, which is no grammar"
    assert treenn("lm", "evaluate", "ngram", "--treebank", "trees", "--parser", "chart").error == message
    assert "--treebank must be given instead" in treenn("lm", "evaluate", "ngram").error


@pytest.mark.slow
def test_an_importance_estimate_has_an_error(treenn: Command, trees: Path) -> None:
    parser = ("parser", "train", "--treebank", "trees", "--epochs", "1", "--size", "4", "--out", "parser")
    assert treenn(*parser).returncode == 0
    assert treenn("lm", "train", "--treebank", "trees", "--model", "rnng", *SMALL, "--out", "grammar").returncode == 0
    options = ("--treebank", "trees", "--parser", "parser", "--samples", "30", "--json")
    values = json.loads(treenn("lm", "evaluate", "grammar", *options).stdout)
    assert values["perplexity"] > 1 and values["sampling_error"] > 0
    assert 1 <= values["effective_samples"] <= 30
    table = treenn("lm", "evaluate", "grammar", *options[:-1]).stdout
    assert "Sampling error" in table and "Effective trees" in table
    assert max(map(len, table.splitlines())) <= 80


def refuses_invalid_options(treenn: Command, grammar: str) -> None:
    for options, message in (
        (("--samples", "10"), "--samples: needs --parser"),
        (("--parser", "left"), "--parser left: must be a chart parser, whose trees have probabilities"),
        (("--parser", "chart", "--beam", "5"), "--beam: cannot be combined with --parser"),
        (("--parser", "chart", "--temperatures", "a"), "--temperatures a: must be numbers, separated by commas"),
        (("--parser", "chart", "--temperatures", "0"), "--temperatures[0] 0.0: must be more than 0"),
        (("--parser", "chart"), "--parser: predicts no categories; must be trained on trees with categories"),
        (("--limit", "0"), "--limit 0: must be 1 or more"),
    ):
        assert message in treenn("lm", "evaluate", grammar, "--treebank", "trees", *options).error


def test_options_of_texts_are_refused_with_a_treebank(treenn: Command, trees: Path) -> None:
    done = treenn("lm", "train", "--treebank", "trees", "--unit", "char", "--model", "rnng", "--out", "x")
    assert done.error == "--unit: does not apply to --treebank"
    both = treenn("lm", "train", "--treebank", "trees", "--corpus", "poems", "--out", "x")
    assert "--corpus: must be corpus, poems, a folder or a file, or --treebank" in both.error


def test_grammars_are_compared_with_other_models(treenn: Command, trees: Path) -> None:
    (trees / "test.mrg").write_text(TREES.replace("NN", "NX"), encoding="utf-8")
    command = ("compare", "--task", "lm", "--treebank", "trees", "--seeds", "1", "--limit", "2", "--jobs", "1", *SMALL)
    done = treenn(*command, "--models", "rnng,lstm,kneser-ney-3", "--out", "c")
    assert done.returncode == 0, done.stderr
    assert "different vocabularies" not in done.stdout
    [task] = json.loads((trees.parent / "c/results.json").read_text())["tasks"]
    assert task["treebank"]["sizes"] == {"train": 6, "dev": 3, "test": 2}
    runs = {run["model"]: run for run in task["runs"]}
    sizes = {name: (run["parameters"], run["embedding_parameters"]) for name, run in runs.items()}
    assert sizes["lstm"][0] == pytest.approx(sizes["rnng"][0], rel=0.05)
    assert sizes["lstm"][1] == sizes["rnng"][1]
    assert all(run["test"]["perplexity"] > 1 and run["test"]["unknown_tokens"] == 0 for run in runs.values())
    assert {each["metric"] for each in task["differences"]} == {"cross_entropy", "bits_per_character"}
    other = treenn(*command, "--models", "rnng,lstm", "--out", "c", "--parser", "left")
    assert other.error == "--parser left: must be a chart parser, whose trees have probabilities"
    mistakes = (
        (("--models", "rnng", "--samples", "5"), "--samples: needs --parser"),
        (("--models", "lstm", "--samples", "5"), "--samples: needs a grammar among --models, such as rnng"),
        (("--models", "rnng", "--unit", "char"), "--unit: does not apply to trees, which is read as trees"),
    )
    for options, message in mistakes:
        assert treenn(*command, *options, "--out", "d").error == message
    assert treenn("compare", "--limit", "5", "--out", "d").error == "--limit: needs --task lm"
