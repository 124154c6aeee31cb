"""`treenn translate evaluate --widths` and `treenn attention` of translation models."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from translation.corpora import reversal_corpus

from treenn.analysis.search_curves import CURVES_SCHEMA
from treenn.cli import main
from treenn.commands.translate_options import evaluated_corpus, read_corpus
from treenn.models.settings import Settings
from treenn.training import train
from treenn.translation.beam_search import BeamOptions
from treenn.translation.model import TranslationModel

Run = Callable[..., tuple[int, str, str]]
CORPUS = reversal_corpus(train=200, dev=30)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two models and their data."""
    made = tmp_path_factory.mktemp("translation")
    for model in ("bilstm", "tree-lstm"):
        train(CORPUS, Settings(model=model, size=16, word_size=16, epochs=4, learning_rate=0.01), out=made / model)
    (made / "data").mkdir()
    for split, pairs in CORPUS.splits.items():
        (made / "data" / f"{split}.xx").write_text("".join(f"{pair.source}\n" for pair in pairs))
        (made / "data" / f"{split}.yy").write_text("".join(f"{pair.target}\n" for pair in pairs))
    return made


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], folder: Path) -> Run:
    def execute(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["treenn", *arguments])
        monkeypatch.chdir(folder)
        with pytest.raises(SystemExit) as stop:
            main()
        return int(stop.value.code or 0), *capsys.readouterr()

    return execute


EVALUATE = ("translate", "evaluate", "bilstm", "--corpus", "data", "--languages", "xx-yy", "--trees", "balanced")


def test_widths_are_evaluated_drawn_and_reported(run: Run, tmp_path: Path) -> None:
    chart, page = tmp_path / "widths.svg", tmp_path / "search.html"
    code, out, _ = run(
        *EVALUATE, "--widths", "1,4", "--alphas", "0,1", "--json", "--chart", f"{chart}", "--html", f"{page}"
    )
    assert code == 0
    curves = CURVES_SCHEMA.parse(json.loads(out), "output")
    assert [(point.width, point.alpha) for point in curves.points] == [(1, 0), (1, 1), (4, 0), (4, 1)]
    assert (curves.model, curves.split) == ("bilstm", "dev")
    assert curves.signatures["bleu"].startswith("nrefs:1|case:mixed|eff:no|tok:13a")
    assert {point.errors.sentences for point in curves.points} == {30}
    assert "α = 1" in chart.read_text()
    assert "Search and model errors" in page.read_text()


def test_points_agree_with_the_plain_evaluation(run: Run) -> None:
    _, out, _ = run(*EVALUATE, "--widths", "3", "--alphas", "0.6", "--json")
    (point,) = CURVES_SCHEMA.parse(json.loads(out), "output").points
    plain = json.loads(run(*EVALUATE, "--beam", "3", "--alpha", "0.6", "--json")[1])
    assert (point.bleu, point.chrf) == (plain["bleu"], plain["chrf"])


def test_files_are_divided_as_in_training(tmp_path: Path) -> None:
    pairs = tmp_path / "pairs.txt"
    pairs.write_text("".join(f"{pair.source}\t{pair.target}\n" for pair in CORPUS.train), encoding="utf-8")
    model, other = tmp_path / "model", tmp_path / "other"
    for folder in (model, other):
        folder.mkdir()
    run = {"schema": "treenn.run", "version": 1, "kind": "train", "settings": {}, "options": {"split": "50/25/25"}}
    (model / "run.json").write_text(json.dumps(run), encoding="utf-8")
    trained = read_corpus(str(pairs), "xx-yy", split="50/25/25")
    for folder, is_same in ((model, True), (other, False)):
        dev = evaluated_corpus(str(pairs), "xx-yy", "dev", folder).dev
        assert (dev == trained.dev) == is_same


def test_tables_fit_a_terminal(run: Run) -> None:
    code, out, _ = run(*EVALUATE, "--widths", "1,2", "--alphas", "0,0.6,1")
    assert code == 0
    assert "Sentences/s" in out and "Words of the source" in out
    assert "bleu: nrefs:1" in out
    tables = out[: out.index("The highest BLEU")]
    assert max(map(len, tables.splitlines())) <= 80


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--widths", "1,x"), "--widths 1,x: must be whole numbers, separated by commas"),
        (("--widths", "0"), "--widths 0: must be 1 to 10000"),
        (("--widths", "1", "--alphas", "-1"), "--alphas -1.0: must be 0 to 10"),
        (("--beam", "0"), "--beam 0: must be 1 to 10000"),
        (("--alphas", "0,1"), "--alphas 0,1: needs --widths"),
        (("--split", "tset"), "--split tset: must be train, dev or test"),
        (("--split", "test"), "--split test: data has no such split"),
        (("--chart", "a.svg"), "--chart a.svg: needs --widths"),
        (("--widths", "1", "--out", "a.txt"), "--out a.txt: cannot be combined with --widths"),
        (("--widths", "1", "--html", "data/dev.xx"), "is no evaluation of treenn in HTML"),
    ],
)
def test_wrong_options_are_one_message(run: Run, arguments: tuple[str, ...], message: str) -> None:
    code, out, error = run(*EVALUATE, *arguments)
    assert (code, out) == (2, "")
    assert message in error
    assert error.count("\n") == 1


def test_outputs_have_the_log_probabilities_of_the_model(folder: Path) -> None:
    model, pairs = TranslationModel.load(folder / "tree-lstm"), CORPUS.dev[:9]
    outputs = model.search(pairs, BeamOptions(3, 0.6, 3))
    for pair, found in zip(pairs, outputs, strict=True):
        assert [each.score for each in found] == sorted((each.score for each in found), reverse=True)
        again = [type(pair)(pair.source, model.vocabulary.text(each.tokens), pair.tree) for each in found]
        same = [
            model.vocabulary.target_units(each.target) == list(hypothesis.tokens)
            for each, hypothesis in zip(again, found, strict=True)
        ]
        log_p = model.log_probabilities(again)
        expected = [each.log_p for each in found]
        assert [p for p, is_same in zip(log_p, same, strict=True) if is_same] == pytest.approx(
            [p for p, is_same in zip(expected, same, strict=True) if is_same], abs=1e-4
        )


@pytest.mark.parametrize("name", ["bilstm", "tree-lstm"])
def test_attention_is_drawn(run: Run, tmp_path: Path, name: str) -> None:
    arguments = ("attention", name, "ab cd gh", "--trees", "balanced")
    svg, page = tmp_path / "map.svg", tmp_path / "page.html"
    code, out, _ = run(*arguments, "--json", "--svg", str(svg), "--html", str(page))
    assert code == 0
    found = json.loads(out)
    weights = np.array(found["weights"])
    assert weights.sum(axis=1) == pytest.approx(1)
    assert weights.shape == (len(found["pieces"]), len(found["nodes"]))
    assert (len(found["nodes"]) > len(found["words"])) == (name == "tree-lstm")
    assert found["pieces"][-1] == "(end)"
    assert svg.read_text().startswith("<svg")
    assert ("Weights in the tree" in page.read_text()) == (name == "tree-lstm")
    code, out, _ = run(*arguments)
    assert out.splitlines()[-1] == f"translation: {found['translation']}"


def test_trees_are_drawn_for_each_unit(run: Run, tmp_path: Path) -> None:
    arguments = ("ab cd gh", "--trees", "balanced", "--tree-svg", f"{tmp_path / 'trees'}/", "--json")
    code, out, _ = run("attention", "tree-lstm", *arguments)
    assert code == 0
    assert len(list((tmp_path / "trees").glob("*.svg"))) == len(json.loads(out)["pieces"])
    code, _, error = run("attention", "bilstm", *arguments[:3], "--tree-svg", "new/")
    assert code == 2
    assert "--tree-svg new/: this model reads words; must be one of trees" in error


def test_options_of_translation_models_are_refused_for_others(run: Run, folder: Path) -> None:
    code, _, error = run("attention", "sentiment", "bad", "--trees", "balanced")
    assert code == 2
    assert "--trees balanced: applies to translation models only" in error
    code, _, error = run("attention", "bilstm", " ", "--trees", "balanced")
    assert code == 2
    assert "this line has an empty sentence" in error
