"""`treenn predict`, drawn or as JSON, and `treenn export`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from treenn.models.building import build
from treenn.models.saving import load_model, save_model
from treenn.models.settings import Settings
from treenn.models.task import make_task
from treenn.models.vocabulary import Vocabulary
from treenn.sentiment.model import load_sentiment
from treenn.sentiment.phrase_drawing import draw_sentiment
from treenn.trees import parse_tree

Command = Callable[..., Any]
SETTINGS, CLASSES = Settings(size=6, word_size=5), ("bad", "so-so", "good")
BOTH = "give TEXT or --file, not both"
SEVERAL = "give at most one of --json, --csv, --svg and --html"

SINGLE = "--svg x.svg: needs exactly one sentence, but the input has several; "
MORE = SINGLE + "--no-split makes a text one sentence, and --svg DIR/ or --html draws all"


@pytest.fixture
def predict(treenn: Command, tmp_path: Path) -> Command:
    network = build(SETTINGS, make_task("nodes", CLASSES), Vocabulary(["good", "not", "film", "."]))
    save_model(tmp_path / "model", network)
    return lambda *arguments, **given: treenn("predict", "--model", "model", "--parser", "right", *arguments, **given)


def test_a_sentence_is_drawn_with_its_classes(predict: Command, tmp_path: Path) -> None:
    done = predict("not a good film.")
    assert (done.returncode, done.stderr) == (0, "")
    found = load_sentiment(tmp_path / "model", "right").predict("not a good film.")
    assert done.stdout.startswith(f"{found.name} ┬ {CLASSES[int(str(found.tree.labels[0]))]} not\n")
    assert [line.split()[0] for line in done.stdout.splitlines()[-5:-2]] == list(CLASSES)
    assert done.stdout.splitlines()[-2:] == ["unknown words: 1 of 5 (a)", ""]
    assert "\x1b" not in done.stdout


def test_colour_follows_terminal_and_user(predict: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert "\x1b[48;5;" in predict("good").stdout
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in predict("good").stdout


def test_json_has_a_line_for_each_line(predict: Command, tmp_path: Path) -> None:
    done = predict("--json", stdin=b"not good\r\n\n \t\nfilm\n")
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["text"] for line in lines] == ["not good", "", " \t", "film"]
    assert [len(line["sentences"]) for line in lines] == [1, 0, 0, 1]
    assert lines[1] == {
        "text": "", "label": 1, "probabilities": [0.0, 1.0, 0.0], "tree": None, "sentences": [], "class": "so-so",
        "unknown_words": [], "unknown_share": 0.0, "warning": None,
    }  # fmt: skip
    blank = load_sentiment(tmp_path / "model", "right").predict("")
    assert (blank.label, list(blank.probabilities)) == (lines[1]["label"], lines[1]["probabilities"])
    assert lines[0]["sentences"] == [{name: value for name, value in lines[0].items() if name != "sentences"}]
    assert parse_tree(lines[0]["tree"], classes=3).label == lines[0]["label"]
    assert sum(lines[0]["probabilities"]) == pytest.approx(1, abs=1e-4)
    assert "standard input:2: no words; lines without words: 2" in done.stderr
    found = load_sentiment(tmp_path / "model", "right").predict("not good")
    assert lines[0]["probabilities"] == [round(share, 6) for share in found.probabilities]


def test_several_sentences_files_and_split_words(predict: Command, tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_text("can't stop\n" * 600)
    assert len(predict("a b", "c d", "--json").stdout.splitlines()) == 2
    done = predict("--file", "one.txt", "--tokenized", "--json")
    assert len(done.stdout.splitlines()) == 600
    assert parse_tree(json.loads(done.stdout.splitlines()[-1])["tree"]).words == ("can't", "stop")


def test_a_text_has_a_tree_for_each_sentence(predict: Command, tmp_path: Path) -> None:
    text = "A good film! It's not good."
    [line] = map(json.loads, predict(text, "--json").stdout.splitlines())
    found = load_sentiment(tmp_path / "model", "right").predict(text)
    assert (line["text"], line["label"], line["tree"]) == (text, found.label, None)
    assert line["probabilities"] == [round(share, 6) for share in found.probabilities]
    assert [each["text"] for each in line["sentences"]] == ["A good film!", "It's not good."]
    assert [each["tree"] for each in line["sentences"]] == [str(each.tree) for each in found.sentences]
    keys = ["text", "label", "probabilities", "tree", "class", "unknown_words", "unknown_share", "warning"]
    assert all(list(each) == keys for each in line["sentences"])
    assert (line["unknown_words"], line["unknown_share"]) == (["A", "!", "It", "'s"], 0.444444)
    assert [each["unknown_words"] for each in line["sentences"]] == [["A", "!"], ["It", "'s"]]
    assert predict(text).stdout == draw_sentiment(found, width=80) + "\n\n"


@pytest.mark.parametrize("option", ["--no-split", "--tokenized"])
def test_one_sentence_on_request(predict: Command, tmp_path: Path, option: str) -> None:
    text = "A good film ! It is good ."
    [line] = map(json.loads, predict(text, option, "--json").stdout.splitlines())
    assert parse_tree(line["tree"]).words == tuple(text.split())
    assert [each["tree"] for each in line["sentences"]] == [line["tree"]]
    assert predict(text, option, "--svg", "new/folder/tree.svg").stderr == "drawn: new/folder/tree.svg\n"


@pytest.mark.parametrize("option", ["--no-split", "--tokenized"])
def test_no_drawing_of_a_divided_text(treenn: Command, option: str) -> None:
    long = "The film is good , and long . " * 60
    done = treenn("predict", long, option, "--svg", "x.svg")
    remedy = "give one text of at most 400 words, or --svg DIR/ or --html draws all"
    assert done.error == f"--svg x.svg: needs exactly one sentence, but the input has several; {remedy}"
    remedy = "--no-split makes a text of at most 400 words one sentence, and --svg DIR/ or --html draws all"
    assert treenn("predict", long, "--svg", "x.svg").error.endswith(f"the input has several; {remedy}")


@pytest.mark.parametrize(
    ("texts", "blank"),
    [(("A fine film.", ""), 2), (("", "A fine film."), 1), (("a", " ", "b"), 2), (("\u200b", "a"), 1)],
)
def test_blank_texts_among_arguments_have_a_line_each(predict: Command, texts: tuple[str, ...], blank: int) -> None:
    done = predict("--json", *texts)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["text"] for line in lines] == [*texts]
    assert [number for number, line in enumerate(lines, start=1) if not line["sentences"]] == [blank]
    assert done.stderr == f"TEXT {blank}: no words; lines without words: 1\n"


LONG = "The film is good, and long; it is not good. " * 35


def test_a_long_review_is_answered(predict: Command, tmp_path: Path) -> None:
    (tmp_path / "reviews.txt").write_text(f"{LONG}\nfine\n{LONG.replace('.', ',')}\n")
    done = predict("--file", "reviews.txt", "--json")
    first, _, third = [json.loads(line)["sentences"] for line in done.stdout.splitlines()]
    assert (len(first), len(third)) == (35, 1)  # the right-branching parser has no limit
    assert "is divided" not in done.stderr
    done = predict("--file", "reviews.txt", "--json", "--parser", "chart")
    first, _, third = [json.loads(line)["sentences"] for line in done.stdout.splitlines()]
    assert len(first) == 35
    lengths = [len(parse_tree(each["tree"]).words) for each in third]
    assert sum(lengths) == 13 * 35
    assert max(lengths) <= 400
    assert all(each["text"].endswith(" ;") for each in third[:-1])
    note = "reviews.txt:3: a sentence of more than 400 words, the parser's limit, is divided at punctuation"
    assert done.stderr.splitlines().count(note) == 1


def test_who_types_is_told_what_is_awaited(predict: Command) -> None:
    prompt = "reading texts, one per line; Ctrl-D ends (on Windows Ctrl-Z, then Enter)\n"
    assert prompt in predict("--json", stdin=b"good\n", typed=True).stderr
    assert prompt not in predict("--json", stdin=b"good\n").stderr
    assert prompt not in predict("--json", "good", typed=True).stderr


def test_pictures(predict: Command, tmp_path: Path) -> None:
    assert predict("not good", "--svg", "tree.svg").stderr == "drawn: tree.svg\n"
    assert "</svg>" in (tmp_path / "tree.svg").read_text(encoding="utf-8")
    assert predict("not good", "a film", "--html", "page.html").stderr == "written: page.html\n"
    assert (tmp_path / "page.html").read_text(encoding="utf-8").count("</article>") == 2


@pytest.mark.parametrize(
    ("arguments", "stdin", "message"),
    [
        (["a b", "--file", "x"], b"", BOTH),
        (["a b", "--json", "--html", "x"], b"", SEVERAL),
        ([""], b"", "the input has no words"),
        (["--json"], b"\n\n", "standard input: the input has no words"),
        (["--html", "x.html"], b"\n", "--html x.html: the input has no words; it must have a text per line"),
        (["", " "], b"", "the input has no words"),
        (["--svg", "x.svg"], b"a\nb\n", MORE),
        (["Dull! Boring!", "--svg", "x.svg"], b"", MORE),
        (
            ["a", "--svg", "file/x.svg", "--model", "nowhere"],
            b"",
            "--svg file/x.svg: {folder}/file must be a folder, not a file",
        ),
        (
            ["a", "--html", "file/a/b", "--model", "nowhere"],
            b"",
            "--html file/a/b: {folder}/file must be a folder, not a file",
        ),
        (["a", "--html", "model", "--model", "nowhere"], b"", "--html model: must be a file, not a folder"),
        (
            ["a", "--svg", "x" * 300, "--model", "nowhere"],
            b"",
            f"--svg {'x' * 300}: cannot write here: File name too long",
        ),
        (["a", "caf\udce9"], b"", "TEXT 2:4: byte 0xe9 is not UTF-8; the text must be UTF-8"),
        (["--file", "nowhere.txt"], b"", "nowhere.txt: cannot read this file: No such file or directory"),
        (["a", "--model", "nowhere"], b"", "nowhere/config.json: cannot read this file: No such file or directory"),
        (["caf\udce9"], b"", "byte 0xe9 is not UTF-8; the text must be UTF-8"),
    ],
)
def test_mistakes_end_in_one_message(
    predict: Command, tmp_path: Path, arguments: list[str], stdin: bytes, message: str
) -> None:
    (tmp_path / "file").write_text("")
    done = predict(*arguments, stdin=stdin)
    assert done.error == message.format(folder=tmp_path)
    assert done.stdout == ""


def test_export_is_a_model_of_half_the_size(predict: Command, treenn: Command, tmp_path: Path) -> None:
    done = treenn("export", "model", "--out", "small")
    assert done.stderr.startswith("written: small, 0.0 MB")
    assert sorted(path.name for path in (tmp_path / "small").iterdir()) == [
        "config.json", "model.safetensors", "vocabulary.json"
    ]  # fmt: skip
    assert predict("good", "--model", "small").returncode == 0
    assert treenn("export", "model", "--out", "small").error == (
        "small: this folder holds a model already; pass --overwrite to replace it, or another --out"
    )


@pytest.mark.parametrize(("options", "bits"), [((), 16), (("--bits", "8"), 8), (("--bits", "8", "--rank", "2"), 8)])
def test_exported_weights_are_close_to_the_model(
    options: tuple[str, ...], bits: int, predict: Command, treenn: Command, tmp_path: Path
) -> None:
    assert treenn("export", "model", "--out", "small", *options).returncode == 0
    whole, small = load_model(tmp_path / "model"), load_model(tmp_path / "small")
    for name, tensor in whole.state_dict().items():
        if name != "embedding.weight" or "--rank" not in options:
            torch.testing.assert_close(small.state_dict()[name], tensor, rtol=1e-3, atol=2.0**-bits * 2)
    assert predict("good", "--model", "small").returncode == 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--bits", "4"), "--bits 4: must be 8 or 16"),
        (("--rank", "3"), "--rank 3: needs --bits 8"),
        (("--bits", "8", "--rank", "1000"), "--rank 1000: must be at most"),
    ],
)
def test_export_refuses_formats_that_do_not_exist(
    options: tuple[str, ...], message: str, predict: Command, treenn: Command, tmp_path: Path
) -> None:
    assert treenn("export", "model", "--out", "small", *options).error.startswith(message)
    assert not (tmp_path / "small").exists()


def test_export_calibrates_on_dev(predict: Command, treenn: Command, tmp_path: Path) -> None:
    trees = ["(good (good good) (so-so film))", "(bad (bad not) (good good))", "(so-so film)"]
    (tmp_path / "dev.txt").write_text("\n".join(trees) + "\n")
    done = treenn("export", "model", "--out", "small", "--bits", "8", "--calibrate", "dev.txt")
    assert done.returncode == 0, done.stderr
    sentences, texts, _ = done.stderr.splitlines()
    assert sentences.startswith("dev.txt dev, 3 sentences: temperature ")
    assert texts.startswith("dev.txt dev, 10 texts: temperature ")
    config = json.loads((tmp_path / "small/config.json").read_text())
    assert f"temperature {config['temperature']:.3f}," in sentences
    assert f"temperature {config['text_temperature']:.3f}," in texts
    options = ("not good", "--parser", "right", "--json", "--model")
    both = [json.loads(treenn("predict", *options, name).stdout) for name in ("model", "small")]
    assert both[1]["label"] == both[0]["label"]
    assert both[1]["probabilities"] != both[0]["probabilities"]


def test_export_reads_the_treebanks_first(predict: Command, treenn: Command, tmp_path: Path) -> None:
    assert "nowhere" in treenn("export", "model", "--out", "small", "--calibrate", "nowhere").error
    assert treenn("export", "model", "--out", "small", "--counts", "dev.txt").error == "--counts: needs --rank"
    assert not (tmp_path / "small").exists()


def test_help_has_an_example(treenn: Command) -> None:
    assert "Example: treenn predict" in treenn("predict", "--help").stdout
    assert "Example: treenn export" in treenn("export", "--help").stdout
