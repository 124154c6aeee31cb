"""`treenn parse`: one line of output per line of input, one message per mistake."""

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from treenn.parsers import Parser, loading
from treenn.parsers.shapes import Right
from treenn.trees import InputError, Tree, draw_text, parse_tree

Command = Callable[..., Any]

BOTH = "give TEXT or --file, not both"
SEVERAL = "give at most one of --brackets, --json and --svg"
NEITHER = (
    "must be the folder of a parser, or one of balanced, benepar, chart, left, random, right, "
    "right-punctuation, spacy, stanza"
)


@pytest.fixture
def parse(treenn: Command) -> Command:
    return lambda *arguments, **given: treenn("parse", "--parser", "right", *arguments, **given)


def test_a_sentence_is_drawn(parse: Command) -> None:
    done = parse("It's not bad.")
    assert done.stdout == "· ┬ · It\n  └ · ┬ · 's\n      └ · ┬ · not\n          └ · ┬ · bad\n              └ · .\n\n"
    assert (done.returncode, done.stderr) == (0, "")


def test_brackets_are_read_again(parse: Command) -> None:
    assert (
        parse("A (good) movie", "--brackets").stdout == "(X (X A) (X (X -LRB-) (X (X good) (X (X -RRB-) (X movie)))))\n"
    )
    assert parse_tree(parse("A (good) movie", "--brackets").stdout).words == ("A", "(", "good", ")", "movie")


def test_json_is_the_tree(parse: Command) -> None:
    tree = {"words": ["not", "bad"], "tree": "(X (X not) (X bad))", "merges": [[0, 1]], "labels": [None] * 3}
    tree["text"] = "not bad"
    assert json.loads(parse("not bad", "--json").stdout) == tree | {"sentences": [tree]}


def test_a_text_has_a_tree_for_each_sentence(parse: Command) -> None:
    text = "Not bad! It works?"
    trees = ["(X (X Not) (X (X bad) (X !)))", "(X (X It) (X (X works) (X ?)))"]
    assert parse(text, "--brackets").stdout.splitlines() == trees
    assert parse(text).stdout == "".join(f"{draw_text(parse_tree(tree))}\n\n" for tree in trees)
    found = json.loads(parse(text, "--json").stdout)
    assert [each["tree"] for each in found["sentences"]] == trees
    assert [each["text"] for each in found.pop("sentences")] == ["Not bad!", "It works?"]
    words = ["Not", "bad", "!", "It", "works", "?"]
    assert found == {"text": text, "words": words, "tree": None, "merges": [], "labels": []}


@pytest.mark.parametrize("option", ["--no-split", "--tokenized"])
def test_one_line_is_one_sentence_on_request(parse: Command, option: str) -> None:
    lines = parse("--brackets", option, stdin=b"Not bad ! It works ?\n\nb c\n").stdout.split("\n")
    assert lines[1:] == ["", "(X (X b) (X c))", ""]
    assert parse_tree(lines[0]).words == ("Not", "bad", "!", "It", "works", "?")
    assert json.loads(parse("Not bad ! It works ?", option, "--json").stdout)["tree"] == lines[0]


def test_several_texts(parse: Command) -> None:
    assert parse("a b", "", "c", "--brackets").stdout == "(X (X a) (X b))\n\n(X c)\n"
    assert parse("a", " ", "--json").stderr == "TEXT 2: no words; lines without words: 1\n"


def test_a_picture_is_drawn(parse: Command, tmp_path: Path) -> None:
    done = parse("not bad", "--svg", "pictures/tree.svg")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "drawn: pictures/tree.svg\n")
    assert "</svg>" in (tmp_path / "pictures/tree.svg").read_text(encoding="utf-8")


def test_words_that_are_split_stay_as_they_are(parse: Command) -> None:
    done = parse("can't -LRB- 1\u00a01/2 either\\/or\t.", "--tokenized", "--json")
    assert json.loads(done.stdout)["words"] == ["can't", "(", "1\u00a01/2", "either/or", "."]
    assert json.loads(parse("can't stop", "--json").stdout)["words"] == ["ca", "n't", "stop"]


@pytest.mark.parametrize("option", ["--brackets", "--json"])
def test_one_output_line_per_input_line(parse: Command, tmp_path: Path, option: str) -> None:
    text = "\ufeffIt works.\r\n\r\nnot bad\rgood\u2028news\x0b\n \t\n😀 שלום".encode()
    (tmp_path / "some.txt").write_bytes(text)
    from_file = parse("--file", "some.txt", option)
    assert from_file.returncode == 0
    lines = from_file.stdout.splitlines()
    assert len(lines) == 6
    if option == "--brackets":
        assert lines[1] == lines[4] == ""
        assert [parse_tree(line).words for line in lines if line] == [
            ("It", "works", "."), ("not", "bad"), ("good", "news"), ("😀", "שלום")
        ]  # fmt: skip
    else:
        assert [json.loads(line)["words"] for line in lines][2:] == [
            ["not", "bad"],
            ["good", "news"],
            [],
            ["😀", "שלום"],
        ]
        assert json.loads(lines[1])["tree"] is None
    assert "some.txt:2: no words; lines without words: 2" in from_file.stderr
    assert parse(option, stdin=text).stdout == parse("--file", "-", option, stdin=text).stdout == from_file.stdout


def test_files_are_concatenated(parse: Command, tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_text("a b\n" * 600)
    (tmp_path / "two.txt").write_text("c d")
    done = parse("--file", "one.txt", "--file", "two.txt", "--brackets")
    assert done.stdout == "(X (X a) (X b))\n" * 600 + "(X (X c) (X d))\n"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (".", ["."]),
        ("?!...", ["?!", "..."]),
        ("Yes", ["Yes"]),
        ("good\x07bad\x1b[31m", ["good", "bad", "[", "31m"]),
        ("👩\u200d👩\u200d👧 😀", ["👩\u200d👩\u200d👧", "😀"]),
        ("\u202bסרט טוב\u202c", ["סרט", "טוב"]),
        ("x" * 100_000, ["x" * 100_000]),
    ],
)
def test_any_text_with_a_word_has_a_tree(parse: Command, text: str, words: list[str]) -> None:
    done = parse(text, "--json")
    assert json.loads(done.stdout)["words"] == words
    assert parse_tree(parse(text, "--brackets").stdout).words == tuple(words)
    assert parse(text).returncode == 0


@pytest.mark.parametrize(
    "arguments", [[""], [" \t "], ["\x07\u200b"], ["", "--brackets"], ["", "--json", "--tokenized"]]
)
def test_no_words_is_one_message(parse: Command, arguments: list[str]) -> None:
    done = parse(*arguments)
    assert done.error.startswith("the input has no words")
    assert done.stdout == ""


@pytest.mark.parametrize("text", [b"", b"\n\r\n \n"])
def test_no_words_in_any_line_is_one_message(parse: Command, text: bytes) -> None:
    done = parse("--brackets", stdin=text)
    assert done.error.startswith("standard input: the input has no words" if text else "the input has no words")
    assert done.stdout == ""


def test_invalid_utf_8_names_its_line(parse: Command, tmp_path: Path) -> None:
    (tmp_path / "latin.txt").write_bytes("fine\r\nit's a caf\xe9\n".encode("latin-1"))
    wrong = "byte 0xe9 is not UTF-8; the text must be UTF-8"
    assert parse("--file", "latin.txt", "--brackets").error.startswith(f"latin.txt:2:11: {wrong}")
    assert parse("caf\udce9").error.startswith(wrong)


class AtMostThree(Parser):
    def parse_batch(self, sentences: Sequence[Sequence[str]]) -> list[Tree]:
        for number, words in enumerate(sentences):
            if len(words) > 3:
                raise InputError(f"sentence {number} has {len(words)} words; the limit is 3")
        return Right().parse_batch(sentences)


def test_too_long_line_is_named(parse: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "load_parser", lambda name: AtMostThree())
    done = parse("--brackets", stdin=b"a b\n\nc d e f\ng\n")
    assert done.error.startswith("standard input:3: sentence 0 has 4 words; the limit is 3")
    assert done.stdout == "(X (X a) (X b))\n\n"


class DeclaresThree(AtMostThree):
    max_words = 3


def test_long_sentence_is_divided_with_note(parse: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(loading, "load_parser", lambda name: DeclaresThree())
    text = b"a b\nc d , e\n\nf g h i\n"
    notes = [
        "standard input:2: a sentence of more than 3 words, the parser's limit, is divided at punctuation",
        "lines with divided sentences: 2",
    ]
    done = parse("--brackets", stdin=text)
    divided = ["(X (X c) (X (X d) (X ,)))", "(X e)", "", "(X (X f) (X (X g) (X h)))", "(X i)"]
    assert done.stdout.splitlines() == ["(X (X a) (X b))", *divided]
    assert [line for line in done.stderr.splitlines() if "divided" in line] == notes
    for option in ("--no-split", "--tokenized"):  # one line stays one line
        lines = parse("--brackets", option, stdin=text).stdout.splitlines()
        assert lines[1] == "(X (X (X c) (X (X d) (X ,))) (X e))"
        assert len(lines) == 4
    assert parse("f g h i", "--json").stderr.startswith("TEXT: a sentence of more than 3 words")
    assert (
        parse("f g h i", "--no-split", "--svg", str(tmp_path / "long.svg")).stderr.splitlines()[-1].startswith("drawn")
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["a b", "--file", "x"], BOTH),
        (["a", "--svg", "x.txt/x.svg", "--parser", "nowhere"], "--svg x.txt/x.svg: "),
        (["a", "--svg", ".", "--parser", "nowhere"], "--svg .: this folder contains x.txt, which is not a numbered"),
        (["a b", "--json", "--svg", "x"], SEVERAL),
        (["--file", "nowhere.txt"], "nowhere.txt: cannot read this file: No such file or directory"),
        (["--file", "."], ".: cannot read this file: Is a directory"),
        (["a", "--parser", "nowhere"], f"--parser nowhere: {NEITHER}"),
        (["a", "--parser", "."], "config.json: cannot read this file: No such file or directory"),
        (["--svg", "x.svg"], "--svg x.svg: needs exactly one sentence, but the input has no words"),
    ],
)  # fmt: skip
def test_bad_arguments_end_in_one_message(parse: Command, tmp_path: Path, arguments: list[str], message: str) -> None:
    (tmp_path / "x.txt").write_text("")
    assert parse(*arguments).error.startswith(message)


def test_a_picture_is_of_one_sentence(parse: Command, tmp_path: Path) -> None:
    done = parse("--svg", "x.svg", stdin=b"one\ntwo\n")
    error = "--svg x.svg: needs exactly one sentence, but the input has several; "
    assert done.error == error + "--no-split makes a text one sentence, and --svg DIR/ draws all"
    done = parse("--no-split", "--svg", "x.svg", stdin=b"a\nb\n")
    assert done.error == error + "give one text, or --svg DIR/ for all"
    assert list(tmp_path.iterdir()) == []


def test_who_types_is_told_what_is_awaited(parse: Command) -> None:
    done = parse("--brackets", stdin=b"a b\nc\n", typed=True)
    assert (
        done.stderr.splitlines(keepends=True)[0]
        == "reading texts, one per line; Ctrl-D ends (on Windows Ctrl-Z, then Enter)\n"
    )
    assert done.stdout.splitlines() == ["(X (X a) (X b))", "(X c)"]


def test_a_reader_that_has_enough_is_no_mistake() -> None:
    """As in `treenn parse ... | head -1`."""
    program = [sys.executable, "-m", "treenn.cli", "parse", "--parser", "right", "--brackets"]
    with subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdin and process.stdout and process.stderr
        process.stdout.close()
        process.stdin.write(b"It works.\n" * 1000)
        process.stdin.close()
        assert b"Traceback" not in process.stderr.read()


def test_parsing_by_a_shape_needs_no_torch() -> None:
    code = (
        "import sys; sys.argv = ['treenn', 'parse', 'a b', '--parser', 'right']\nfrom treenn.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print(*({'torch', 'spacy', 'stanza', 'benepar'} & set(sys.modules)), file=sys.stderr, end='')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stderr == ""


def test_help_has_an_example(parse: Command) -> None:
    assert "Example: treenn parse" in parse("--help").stdout
