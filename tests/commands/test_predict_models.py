"""`treenn predict` with several models, and with many pictures."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from saved_models import CLASSES, compared, make_comparison, make_model

from treenn.sentiment.models_drawing import draw_models
from treenn.sentiment.named_models import load_models

Command = Callable[..., Any]
BOTH = (compared("tree-lstm"), compared("lstm"), compared("majority"))


@pytest.fixture
def predict(treenn: Command, tmp_path: Path) -> Command:
    """The command with the models of a comparison."""
    make_comparison(tmp_path / "runs-1", BOTH, ["tree-lstm-0", "lstm-0"])
    return lambda *arguments, **given: treenn("predict", "--model", "runs-1", "--parser", "right", *arguments, **given)


def test_comparison_is_drawn_in_columns(predict: Command) -> None:
    done = predict("not a good film.")
    assert done.stderr == "runs-1: majority is omitted: a baseline, not a network\n"
    found = {name: model.predict("not a good film.") for name, model in load_models(["runs-1"], "right").items()}
    assert list(found) == ["tree-lstm", "lstm"]
    assert done.stdout == draw_models(found, width=80) + "\n\n"


def test_json_has_an_object_for_each_model(predict: Command, treenn: Command) -> None:
    done = predict("not good", " ", "Film! Good.", "--json")
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [list(line) for line in lines] == [["text", "models"]] * 3
    assert [list(line["models"]) for line in lines] == [["tree-lstm", "lstm"]] * 3
    alone = treenn(
        "predict", "--model", "runs-1/runs/lstm-0", "--parser", "right", "not good", " ", "Film! Good.", "--json"
    )
    assert [json.loads(line) for line in alone.stdout.splitlines()] == [line["models"]["lstm"] for line in lines]


def test_models_with_other_parsers_read_the_same_lines(treenn: Command, tmp_path: Path) -> None:
    models = (compared("right", "lstm", "right"), compared("left", "lstm", "left"))
    make_comparison(tmp_path / "c", models, ["right-0", "left-0"])
    text = "a good film\n" * 700 + "\n" + "not good\n"
    done = treenn("predict", "--model", "c", "--json", stdin=text.encode())
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["text"] for line in lines] == text.splitlines()
    trees = {name: each["tree"] for name, each in lines[0]["models"].items()}
    assert trees["right"].count("((") == trees["left"].count("((") == 0
    assert trees["right"] != trees["left"]
    assert "standard input:701: no words; lines without words: 1" in done.stderr


def test_models_of_other_classes_side_by_side(predict: Command, tmp_path: Path) -> None:
    make_model(tmp_path / "topic", ("sport", "film", "music", "food"))
    done = predict("not good", "--model", "topic")
    assert "sport" in done.stdout and CLASSES[1] in done.stdout
    done = predict("not good", "--model", "topic", "--html", "page.html")
    assert done.returncode == 0
    assert "food" in (tmp_path / "page.html").read_text(encoding="utf-8")


def test_picture_and_page_have_all_models(predict: Command, tmp_path: Path) -> None:
    assert predict("not good", "--svg", "x.svg").stderr.endswith("drawn: x.svg\n")
    picture = (tmp_path / "x.svg").read_text(encoding="utf-8")
    assert ">tree-lstm: " in picture and ">lstm: " in picture
    assert predict("not good", "--html", "x.html").stderr.endswith("written: x.html\n")
    assert "<h3>tree-lstm</h3>" in (tmp_path / "x.html").read_text(encoding="utf-8")


def test_hostile_names_do_not_reach_the_terminal(treenn: Command, tmp_path: Path) -> None:
    hostile = "\x1b[2J<script>\u202e"
    make_comparison(tmp_path / "c", (compared("a"), compared("b")), ["a-0", "b-0"])
    plan = (tmp_path / "c/plan.json").read_text()
    (tmp_path / "c/plan.json").write_text(
        plan.replace('"name": "b"', f'"name": {json.dumps(hostile)}').replace(
            '"model": "b"', f'"model": {json.dumps(hostile)}'
        )
    )
    make_model(tmp_path / hostile, (hostile, "b"))
    for arguments in (("--model", "c"), ("--model", "c", "--model", hostile), ("--model", hostile)):
        done = treenn("predict", "not good", *arguments, "--parser", "right")
        assert done.returncode == 0, done.stderr
        assert not {"\x1b", "\u202e"} & {*done.stdout, *done.stderr}
        treenn("predict", "not good", *arguments, "--parser", "right", "--html", "page.html")
        page = (tmp_path / "page.html").read_text(encoding="utf-8")
        assert not {"\x1b", "\u202e"} & {*page} and "<script>" not in page


def test_repeated_model_is_refused(predict: Command) -> None:
    assert predict("a", "--model", "runs-1").error == "--model runs-1: given 2 times; must be given once"


def test_several_sentences_are_numbered_pictures(predict: Command, tmp_path: Path) -> None:
    assert predict("Good! Film.", "not good", "--svg", "trees/").stderr.endswith("drawn: trees/1.svg to 3.svg\n")
    assert sorted(path.name for path in (tmp_path / "trees").iterdir()) == ["1.svg", "2.svg", "3.svg"]
    assert ">not<" in (tmp_path / "trees/3.svg").read_text(encoding="utf-8")
    predict(*["good"] * 10, "--svg", "trees")
    assert sorted(path.name for path in (tmp_path / "trees").iterdir()) == [f"{n:02}.svg" for n in range(1, 11)]
    assert predict("good", "--svg", "trees").stderr.endswith("drawn: trees/1.svg\n")
    assert [path.name for path in (tmp_path / "trees").iterdir()] == ["1.svg"]


def test_numbers_can_be_part_of_a_name(predict: Command, tmp_path: Path) -> None:
    assert predict("good", "film", "--svg", "new/tree-{}.svg").stderr.endswith("drawn: new/tree-1.svg to tree-2.svg\n")
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == ["tree-1.svg", "tree-2.svg"]
    (tmp_path / "new/tree-2.svg").write_text("mine")
    assert predict("good", "film", "--svg", "new/tree-{}.svg").error.startswith(
        "new/tree-2.svg: this file exists and is"
    )
    assert (tmp_path / "new/tree-2.svg").read_text() == "mine"


def _link(folder: Path) -> None:
    (folder / "1.svg").symlink_to("/nowhere")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda folder: (folder / "notes.txt").write_text(""),
        lambda folder: (folder / "1.svg").write_text("<svg><title>Logo</title></svg>"),
        lambda folder: (folder / "tree.svg").write_text("<svg>"),
        lambda folder: (folder / "2.svg").mkdir(),
        _link,
    ],
)
def test_folders_with_anything_else_are_left_alone(
    predict: Command, tmp_path: Path, spoil: Callable[[Path], object]
) -> None:
    (tmp_path / "trees").mkdir()
    spoil(tmp_path / "trees")
    before = sorted((tmp_path / "trees").iterdir())
    [name] = [path.name for path in before]
    problem = f"this folder contains {name}, which is not a numbered picture of a tree"
    assert (
        predict("good", "--svg", "trees/", "--model", "nowhere").error
        == f"--svg trees/: {problem}; name an empty folder"
    )
    assert sorted((tmp_path / "trees").iterdir()) == before


def test_folder_of_pictures_must_be_one(predict: Command, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert predict("good", "--svg", "file/").error == "--svg file/: must be a folder, not a file"
    assert predict("", "--svg", "trees/").error == "--svg trees/: the input has no words"
    assert not (tmp_path / "trees").exists()
