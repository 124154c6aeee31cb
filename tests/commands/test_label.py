"""`treenn label`, and `treenn train` on its output."""

from __future__ import annotations

import builtins
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from treenn.models.building import build
from treenn.models.saving import save_model
from treenn.models.settings import Settings
from treenn.models.task import make_task
from treenn.models.vocabulary import Vocabulary
from treenn.trees import read_trees

Command = Callable[..., Any]
SETTINGS, CLASSES = Settings(size=4, word_size=4), ("0", "1", "2")


@pytest.fixture
def label(treenn: Command, tmp_path: Path) -> Command:
    save_model(tmp_path / "model", build(SETTINGS, make_task("nodes", CLASSES), Vocabulary(["good"])))
    (tmp_path / "some.txt").write_text("It's good.\n\nbad\r\na film\n")
    options = ("--model", "model", "--parser", "right")
    return lambda out, answers, *more: treenn("label", "some.txt", "--out", out, *options, *more, stdin=answers)


def test_what_is_labelled_is_trained_on(label: Command, treenn: Command, tmp_path: Path) -> None:
    for name in ("train.txt", "dev.txt"):
        done = label(name, b"0\n\n1\n2\ny\n1\n")
        assert done.returncode == 0
        assert f"{name}: 3 of 3 sentences are labelled, 0 skipped" in done.stderr
    assert [tree.label for tree in read_trees(tmp_path / "train.txt", classes=3)] == [0, 1, 2]
    done = treenn(
        "train", "--trees", "train.txt", "--dev", "dev.txt", "--classes", "3", "--epochs", "1", "--size", "4",
        "--word-size", "4", "--out", "trained", "--json",
    )  # fmt: skip
    assert done.returncode == 0
    assert json.loads(done.stdout)["epochs"] == 1


def test_going_on_and_a_changed_input_are_said(label: Command, tmp_path: Path) -> None:
    done = label("trees.txt", b"\n2\n")
    assert "1 of 3 sentences are labelled" not in done.stderr  # one word, one answer: finishes the second
    assert "trees.txt: 2 of 3 sentences are labelled, 0 skipped\nrepeat the command to resume\n" in done.stderr
    (tmp_path / "some.txt").write_text("bad\na film\n")
    done = label("trees.txt", b"s\n")
    assert "trees.txt: resuming after 1 of 2 sentences" in done.stderr
    assert "some.txt has changed: 1 sentences of trees.txt are no longer in it; they are kept" in done.stderr
    assert "1 of 2 sentences are labelled, 1 skipped" in done.stderr
    assert len(read_trees(tmp_path / "trees.txt")) == 2


def test_text_is_labelled_by_sentence(label: Command, tmp_path: Path) -> None:
    (tmp_path / "some.txt").write_text("Not good! A film?\nbad\n")
    assert "3 of 3 sentences are labelled" in label("trees.txt", b"\n\n\n").stderr
    words = [tree.words for tree in read_trees(tmp_path / "trees.txt", classes=3)]
    assert words == [("Not", "good", "!"), ("A", "film", "?"), ("bad",)]
    assert "2 of 2 sentences are labelled" in label("whole.txt", b"\n\n", "--no-split").stderr
    assert len(read_trees(tmp_path / "whole.txt", classes=3)[0].words) == 6


def test_long_sentences_are_divided(label: Command, tmp_path: Path) -> None:
    (tmp_path / "some.txt").write_text("good , " * 300)
    done = label("trees.txt", b"\n\n", "--parser", "chart")
    assert "some.txt:1: a sentence of more than 400 words, the parser's limit, is divided at" in done.stderr
    assert [len(tree.words) for tree in read_trees(tmp_path / "trees.txt", classes=3)] == [400, 200]


def test_interrupting_keeps_every_answer(label: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter(["", "", "2"])

    def ask(question: str) -> str:
        try:
            return next(answers)
        except StopIteration:
            raise KeyboardInterrupt from None

    monkeypatch.setattr(builtins, "input", ask)
    done = label("trees.txt", b"")
    assert (done.returncode, "Traceback" in done.stderr) == (0, False)
    assert (tmp_path / "trees.txt").read_text().splitlines()[-2] == "# unfinished: a film"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["label", "nowhere.txt", "--out", "x"], "nowhere.txt: cannot read this file: No such file or directory"),
        (["label", "blank.txt", "--out", "x"], "blank.txt: no words; must have one text per line"),
        (["label", "--out", "x"], "FILE: missing; must be the file with the sentences"),
        (["label", "-", "--out", "x"], "FILE -: must be a file, since answers are read from standard input"),
        (
            ["label", "s.txt", "--out", "x", "--model", "none"],
            "--model none: needs --classes, such as --classes neg,neu,pos",
        ),
        (["label", "s.txt", "--out", "x", "--classes", "a"], "--classes a: must be two or more names, separated by"),
        (["label", "s.txt", "--out", "x", "--classes", "a,,b"], "--classes a,,b: a name is empty; must be names"),
        (["label", "s.txt", "--out", "x", "--classes", "a,b,a"], "--classes a,b,a: a is repeated; names must differ"),
        (
            ["label", "s.txt", "--out", "x", "--classes", "a,b", "--model", "model", "--parser", "right"],
            "--classes a,b: the classes of the model are 0,1,2; must be equal",
        ),
        (
            ["label", "s.txt", "--out", "x", "--classes", "a,b", "--parser", "right", "--order", "uncertainty"],
            "--order uncertainty: needs a model; name one with --model",
        ),
        (["label", "s.txt", "--out", "x", "--scale", "score"], "--scale score: must be ordinal or nominal"),
        (["label", "s.txt", "--out", "x", "--order", "random"], "--order random: must be file or uncertainty"),
        (["label", "s.txt", "--out", "x", "--form", "xml"], "--form xml: must be lines, brackets, csv, tsv or jsonl"),
        (["label", "s.txt", "--out", "x", "--parser", "no", "--classes", "a,b"], "--parser no: "),
        (["label", "--out", "s.txt", "--export", "x"], "s.txt:1: no file of treenn label"),
        (["label", "--out", "none.txt", "--export", "x"], "none.txt: cannot read this file"),
        (["label", "trees.txt", "--out", "x", "--classes", "a,b", "--parser", "right"], "trees.txt:1:1: label 7: must"),
    ],
)
def test_mistakes_end_in_one_message(
    label: Command, treenn: Command, tmp_path: Path, arguments: list[str], message: str
) -> None:
    (tmp_path / "blank.txt").write_text("\n \n")
    (tmp_path / "s.txt").write_text("fine\n")
    (tmp_path / "trees.txt").write_text("(7 fine)\n")
    assert treenn(*arguments).error.startswith(message)
    assert not (tmp_path / "x").exists()


def test_models_of_scores_are_refused(treenn: Command, tmp_path: Path) -> None:
    task = make_task("node-scores", None, scale="score", score_range=(0.0, 1.0))
    save_model(tmp_path / "scores", build(SETTINGS, task, Vocabulary(["good"])))
    (tmp_path / "s.txt").write_text("fine\n")
    done = treenn("label", "s.txt", "--out", "x", "--model", "scores", "--parser", "right")
    assert done.error == "--model scores: has no classes; must be a model that predicts classes"


def test_classes_without_a_model(treenn: Command, tmp_path: Path) -> None:
    (tmp_path / "some.txt").write_text("It's good.\n")
    options = ("--classes", "neg,neu,pos", "--parser", "right", "--annotator", "ann")
    done = treenn("label", "some.txt", "--out", "trees.txt", *options, stdin=b"pos\n\n")
    assert "label [?]: " in done.stdout
    assert (tmp_path / "trees.txt").read_text().splitlines() == [
        "# labels: 0 neg, 1 neu, 2 pos",
        "# annotator: ann",
        "# sentence: It's good.",
        "(2 (X It) (X (X 's) (X (X good) (X .))))",
    ]
    done = treenn("label", "some.txt", "--out", "trees.txt", "--classes", "a,b", "--parser", "right")
    assert done.error == (
        "trees.txt:1: the classes of this file are neg, neu, pos, not a, b; pass --classes neg,neu,pos, the model of "
        "this file, or another --out"
    )


def test_texts_of_tables_and_tokenizers(treenn: Command, tmp_path: Path) -> None:
    (tmp_path / "some.csv").write_text('id,poem\n1,春眠不覺曉\n2,"处处"\n')
    options = ("--text-column", "poem", "--classes", "sad,gay", "--parser", "right", "--tokenizer", "characters")
    done = treenn("label", "some.csv", "--out", "trees.txt", *options, stdin=b"sad\n\ngay\n\n")
    assert "2 of 2 sentences are labelled" in done.stderr
    assert [tree.words for tree in read_trees(tmp_path / "trees.txt")] == [tuple("春眠不覺曉"), tuple("处处")]
    done = treenn("label", "some.csv", "--out", "x.txt", "--classes", "a,b", "--parser", "right")
    assert done.error == "some.csv: --text-column text: no such column; the columns are: id, poem"
    (tmp_path / "old.txt").write_bytes("So schön. Ja.\n".encode("latin-1"))
    options = ("--classes", "a,b", "--parser", "right", "--tokenizer", "whitespace", "--no-split")
    assert "byte 0xf6 is not UTF-8" in treenn("label", "old.txt", "--out", "y.txt", *options).error
    treenn("label", "old.txt", "--out", "y.txt", *options, "--encoding", "latin-1", stdin=b"b\n\n")
    assert [tree.words for tree in read_trees(tmp_path / "y.txt")] == [("So", "schön.", "Ja.")]


def test_undecodable_input_is_no_answer(label: Command) -> None:
    done = label("trees.txt", b"\xff\xe9\n1\n")
    assert "“\\udcff\\udce9” is not an answer" in done.stdout
    assert done.returncode == 0


def test_blind_labelling_shows_and_stores_no_proposal(label: Command, tmp_path: Path) -> None:
    done = label("trees.txt", b"2\n", "--blind", "--order", "uncertainty")
    assert "label [?]: " in done.stdout
    assert re.search(r"label \[[0-9]", done.stdout) is None
    assert re.search(r"^# \(2 \(\?|^\(2 bad\)", (tmp_path / "trees.txt").read_text(), re.MULTILINE)


def test_uncertain_sentences_come_first(label: Command, tmp_path: Path) -> None:
    from treenn.sentiment.model import load_sentiment

    texts = ["good good", "bad", "good", "a film", "good film"]
    (tmp_path / "some.txt").write_text("\n".join(texts))
    model = load_sentiment(tmp_path / "model", "right")
    confidence = {text: max(model.predict_batch([text])[0].sentences[0].probabilities) for text in texts}
    done = label("trees.txt", b"\n" * 5, "--order", "uncertainty")
    asked = [int(number) - 1 for number in re.findall(r"sentence ([0-9]) of 5,", done.stdout)]
    assert asked == sorted(range(5), key=lambda number: confidence[texts[number]])
    assert [tree.words for tree in read_trees(tmp_path / "trees.txt")] == [tuple(text.split()) for text in texts]


def test_a_treebank_is_corrected_and_exported(treenn: Command, tmp_path: Path) -> None:
    (tmp_path / "old.txt").write_text("(neg (neu not) (pos good))\n(neu fine)\n")
    options = ("--classes", "neg,neu,pos", "--parser", "right", "--no-split")
    done = treenn("label", "old.txt", "--out", "new.txt", *options, stdin=b"neu\n\npos\n")
    assert "2 of 2 sentences are labelled" in done.stderr
    assert [str(tree) for tree in read_trees(tmp_path / "new.txt")] == ["(1 (1 not) (2 good))", "(2 fine)"]
    assert treenn("label", "--out", "new.txt", "--export", "out.csv").stdout == "out.csv: 2 labelled sentences\n"
    assert (tmp_path / "out.csv").read_text() == "text,label\nnot good,neu\nfine,pos\n"
    treenn("label", "--out", "new.txt", "--export", "out.txt", "--names")
    assert [tree.label for tree in read_trees(tmp_path / "out.txt")] == ["neu", "pos"]
    assert treenn("label", "--out", "new.txt", "--export", "new.txt").error.startswith("new.txt: this file exists")


def test_a_second_annotator_imports_structures(treenn: Command, tmp_path: Path) -> None:
    (tmp_path / "some.txt").write_text("It's good.\n")
    options = ("--classes", "neg,pos", "--parser", "right")
    treenn("label", "some.txt", "--out", "ann.txt", "--annotator", "ann", *options, stdin=b"<<\nneg\n\n")
    treenn("label", "ann.txt", "--out", "bea.txt", "--annotator", "bea", "--blind", *options, stdin=b"pos\n\n")
    assert (tmp_path / "bea.txt").read_text().splitlines()[1:] == [
        "# annotator: bea",
        "# sentence: It's good.",
        "(1 (X (X It) (X 's)) (X (X good) (X .)))",
    ]
    done = treenn("agreement", "ann.txt", "bea.txt")
    assert "sentences labelled by both ann and bea: 1\n" in done.stdout
    assert "sentences with different structures: 0; F1 of unlabelled brackets: 100.0" in done.stdout


def test_tables_of_agreement(treenn: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    head = "# labels: 0 very negative, 1 neutral, 2 very positive\n"
    sentence = "It would be a much better film without the last ten minutes, which are far too long and loud"
    words = " ".join(f"({i % 3} w{i})" for i in range(2))
    for name, label in (("a.txt", 0), ("b.txt", 1)):
        (tmp_path / name).write_text(f"{head}# sentence: {sentence}\n({label} {words})\n# sentence: x\n(2 x)\n")
    done = treenn("agreement", "a.txt", "b.txt")
    assert max(map(len, done.stdout.splitlines())) <= 80
    for text in ("sentences labelled by both a.txt and b.txt: 2", "Cohen's κ", "quadratic", "disagreements: 1\n"):
        assert text in done.stdout
    nominal = treenn("agreement", "a.txt", "b.txt", "--scale", "nominal", "--show", "0").stdout
    assert "linear" not in nominal
    assert "disagreements:" not in nominal
    assert treenn("agreement", "a.txt", "b.txt", "--scale", "x").error == "--scale x: must be ordinal or nominal"
    assert treenn("agreement", "a.txt", "none.txt").error.startswith("none.txt: cannot read this file")


def test_the_sentences_themselves_are_not_overwritten(label: Command, tmp_path: Path) -> None:
    before = (tmp_path / "some.txt").read_bytes()
    assert label("some.txt", b"\n").error.startswith("some.txt: this file exists and is not a file of treenn label")
    assert (tmp_path / "some.txt").read_bytes() == before
