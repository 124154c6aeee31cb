"""`treenn tokenize`."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Command = Callable[..., Any]


def test_a_sentence_per_line(treenn: Command) -> None:
    done = treenn("tokenize", "It isn't bad. Again!", "So (what)?")
    assert (done.returncode, done.stdout) == (0, "It is n't bad .\nAgain !\nSo ( what ) ?\n")


def test_a_list_per_text_as_json(treenn: Command) -> None:
    done = treenn("tokenize", "--json", stdin="Bad. Café!\n\nSo".encode())
    assert [json.loads(line) for line in done.stdout.splitlines()] == [[["Bad", "."], ["Café", "!"]], [], [["So"]]]


def test_a_text_may_stay_whole(treenn: Command) -> None:
    assert treenn("tokenize", "--no-split", "Bad. Again!").stdout == "Bad . Again !\n"


def test_the_lines_are_input_for_other_commands(treenn: Command, tmp_path: Path) -> None:
    (tmp_path / "words.txt").write_text(treenn("tokenize", "Bad (either/or).").stdout, encoding="utf-8")
    done = treenn("parse", "--parser", "right", "--tokenized", "--json", "--file", "words.txt")
    assert json.loads(done.stdout)["words"] == ["Bad", "(", "either/or", ")", "."]


def test_an_evaluation_is_printed_and_written(treenn: Command, tmp_path: Path) -> None:
    (tmp_path / "gold.conllu").write_text("# text = a-b\n1\ta-b" + "\t_" * 8 + "\n", encoding="utf-8")
    done = treenn("tokenize", "--against", "gold.conllu", "--out", "out.json")
    assert "100.00" in done.stdout
    record = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    assert (record["schema"], record["file"], record["tokens"]["correct"]) == ("treenn.tokenizer", "gold.conllu", 1)
    assert record["command"] == "treenn tokenize --against gold.conllu --out out.json"
    assert record["environment"]["treenn"]
    assert "differences" not in record


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("--against", "a.conllu", "text"), "--against: cannot be combined with TEXT"),
        (("--out", "a.json", "text"), "--out: needs --against"),
        (("--file", "a.txt", "text"), "give TEXT or --file, not both"),
        (("--against", "missing.conllu"), "missing.conllu: "),
    ],
)
def test_mistakes_end_in_one_line(treenn: Command, arguments: tuple[str, ...], error: str) -> None:
    assert treenn("tokenize", *arguments).error.startswith(error)
