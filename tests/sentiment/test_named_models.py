"""Models of folders and comparisons have readable, distinct names."""

from __future__ import annotations

from pathlib import Path

import pytest
from saved_models import compared, make_comparison, make_model

from treenn.parsers.shapes import Right
from treenn.sentiment.named_models import find_models, load_models
from treenn.trees import InputError

BOTH = (compared("tree-lstm"), compared("lstm"))


@pytest.fixture
def notes() -> list[str]:
    return []


def test_folders_are_named_by_themselves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, notes: list[str]) -> None:
    make_model(tmp_path / "old")
    monkeypatch.chdir(tmp_path / "old")
    assert [model.name for model in find_models([".", "sentiment"], notes.append)] == ["old", "sentiment"]
    assert notes == []


def test_equal_folder_names_are_paths(tmp_path: Path, notes: list[str]) -> None:
    paths = [str(make_model(tmp_path / run / "model")) for run in ("a", "b")]
    assert [model.name for model in find_models(paths, notes.append)] == paths
    with pytest.raises(InputError, match=r"^model .*: given 2 times; must be given once$"):
        find_models([paths[0], paths[0]], notes.append)


def test_comparison_has_its_networks(tmp_path: Path, notes: list[str]) -> None:
    models = (
        *BOTH,
        compared("majority"),
        compared("shuffled", "lstm", shuffle=True),
        compared("brackets", "lstm", "brackets"),
        compared("heads", "dependency-tree-lstm"),
        compared("gru"),
    )
    folder = make_comparison(tmp_path / "comparison", models, ["tree-lstm-0", "lstm-0"])
    assert [model.name for model in find_models([str(folder)], notes.append)] == ["tree-lstm", "lstm"]
    assert [note.removeprefix(f"{folder}: ") for note in notes] == [
        "majority is omitted: a baseline, not a network",
        "shuffled is omitted: it reads shuffled words",
        "brackets is omitted: it reads brackets as words",
        "heads is omitted: it reads dependency trees",
        "gru is omitted: it has not been trained yet",
    ]


def test_lowest_trained_seed_is_chosen(tmp_path: Path, notes: list[str]) -> None:
    folder = make_comparison(tmp_path / "c", BOTH, ["lstm-1", "tree-lstm-0", "tree-lstm-1"], seeds=2)
    found = find_models([str(folder)], notes.append)
    assert [Path(model.folder).name for model in found] == ["tree-lstm-0", "lstm-1"]
    assert notes == [f"{folder}: lstm is the run with seed 1; seed 0 has not been trained"]


def test_several_tasks_are_in_the_names(tmp_path: Path, notes: list[str]) -> None:
    trained = [f"{task}-{name}-0" for task in range(2) for name in ("tree-lstm", "lstm")]
    folder = make_comparison(tmp_path / "c", BOTH, trained, tasks=[("sst", "nodes"), ("sst", "roots")])
    assert [model.name for model in find_models([str(folder)], notes.append)] == [
        "tree-lstm (nodes)", "lstm (nodes)", "tree-lstm (roots)", "lstm (roots)",
    ]  # fmt: skip


def test_same_names_of_two_comparisons_are_distinct(tmp_path: Path, notes: list[str]) -> None:
    one, other = (make_comparison(tmp_path / name, BOTH, ["tree-lstm-0"]) for name in "ab")
    found = [model.name for model in find_models([str(one), str(other)], notes.append)]
    assert found == [f"{one}: tree-lstm", f"{other}: tree-lstm"]


def test_comparison_without_a_trained_network(tmp_path: Path, notes: list[str]) -> None:
    folder = make_comparison(tmp_path / "c", BOTH, [])
    with pytest.raises(InputError, match=r"c: this comparison has no trained network of sentences yet$"):
        find_models([str(folder)], notes.append)


def test_plan_cannot_lead_outside(tmp_path: Path, notes: list[str]) -> None:
    make_model(tmp_path / "secret")
    folder = make_comparison(tmp_path / "c", BOTH, ["tree-lstm-0"])
    plan = (folder / "plan.json").read_text()
    (folder / "plan.json").write_text(plan.replace('"lstm-0"', '"../../secret"'))
    with pytest.raises(InputError, match=r"run '\.\./\.\./secret' is not in the folder runs itself"):
        find_models([str(folder)], notes.append)


def test_models_share_a_parser_unless_theirs_differs(tmp_path: Path) -> None:
    models = (compared("tree-lstm"), compared("lstm"), compared("left", "tree-lstm", "left"))
    folder = make_comparison(tmp_path / "c", models, ["tree-lstm-0", "lstm-0", "left-0"])
    found = load_models([str(folder)])
    assert found["tree-lstm"].parser is found["lstm"].parser
    assert [repr(model.parser) for model in found.values()][1:] == [repr(found["lstm"].parser), "Left()"]
    right = Right()
    assert {id(model.parser) for model in load_models([str(folder)], right).values()} == {id(right)}


def test_parser_of_a_stranger_is_not_read(tmp_path: Path) -> None:
    folder = make_comparison(tmp_path / "c", (compared("a", "lstm", "../parser"),), ["a-0"])
    with pytest.raises(
        InputError, match=r"is '\.\./parser', a folder; it is read only if you name it, too: parser=FOLDER$"
    ):
        load_models([str(folder)])
    assert list(load_models([str(folder)], "right")) == ["a"]
