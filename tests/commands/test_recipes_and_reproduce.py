"""`treenn recipes`, `treenn train --recipe`, `treenn reproduce` and `treenn data overlap`."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from small_recipes import small_home

from treenn.experiment.recipes import RECIPES

Command = Callable[..., Any]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return small_home(tmp_path / "home", monkeypatch)


def test_recipes_are_listed_with_what_was_published(treenn: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    done = treenn("recipes")
    lines = done.stdout.splitlines()
    [published] = [line for line in lines if "43.9 † / 82.0 †" in line]
    assert "Tai et al. 2015" in published and "Constituency Tree-LSTM, random vectors" in published
    rows = {line.split()[0]: line for line in lines if line.strip()}
    assert not any(re.search(r"\d\d\.\d", line) for name, line in rows.items() if name in RECIPES), "no figure is ours"
    assert RECIPES.keys() <= rows.keys()
    order = [next(n for n, line in enumerate(lines) if text in line) for text in ("52.3 / 89.4", "looks2017", " own ")]
    assert order == sorted(order)
    assert sum("52.3" in line for line in lines) == 1
    found = {each["name"]: each for each in json.loads(treenn("recipes", "--json").stdout)}
    assert found["tai2015_lstm"]["settings"]["supervision"] == "spans"
    assert "dropout" not in found["tai2015_lstm"]["settings"], "as it is by default"
    assert found["own_ensemble"]["members"] == ["own", "tai2015_constituency"]
    assert found["socher2013_rntn"]["published"]["figures"]["all_nodes"] == {
        "mean": 0.807,
        "std": None,
        "checked": True,
    }


def test_recipe_trains_by_name(treenn: Command, home: Path, tmp_path: Path) -> None:
    done = treenn("train", "--recipe", "one", "--seed", "3", "--out", "model", "--json")
    assert done.returncode == 0, done.stderr
    results = json.loads(done.stdout)
    assert (results["treebank"], results["settings"]["size"], results["seed"]) == ("sst", 4, 3)
    assert [file["file"] for file in results["vectors"]] == ["two.txt"]


def test_options_come_before_the_recipes_own(treenn: Command, home: Path, tmp_path: Path) -> None:
    (tmp_path / "three.txt").write_text("not 1 2 3\n")
    options = ("--epochs", "1", "--dropout", "0.5", "--vectors", "three.txt")  # dropout: as it is by default
    done = treenn("train", "--recipe", "one", *options, "--out", "model", "--json")
    results = json.loads(done.stdout)
    assert (results["epochs"], results["settings"]["size"], results["settings"]["dropout"]) == (1, 4, 0.5)
    assert [file["file"] for file in results["vectors"]] == ["three.txt"]
    trees = str(home / "sst/dev.txt")
    done = treenn("train", "--recipe", "other", "--trees", trees, "--dev", trees, "--out", "mine", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["treebank"] == "dev.txt"


def test_reproduce_prints_published_beside_measured_and_goes_on(treenn: Command, home: Path, tmp_path: Path) -> None:
    arguments = ("reproduce", "sst", "--only", "together", "--out", "out", "--results", "kept")
    done = treenn(*arguments, "--seeds", "1")
    assert done.returncode == 0, done.stderr
    facts = (
        "Someone 2013: a network (published), 5 seeds",
        "one, 1 seed",
        "50.0 ± 1.0",
        "90.0 †",
        "compared with Someone",
    )
    for fact in (*facts, "not matched: other vectors", "that are also in train"):
        assert fact in " ".join(done.stdout.split())
    more = treenn(*arguments, "--seeds", "2", "--json")
    assert [each["name"] for each in json.loads(more.stdout)] == ["one", "together"]
    kept = json.loads((tmp_path / "kept/one.json").read_text())
    assert [run["seed"] for run in kept["runs"]] == [0, 1]
    assert kept["command"] == "treenn " + " ".join([*arguments, "--seeds", "2", "--json"])
    assert json.loads((tmp_path / "kept/together.json").read_text())["runs"][0]["seeds"] == [0, 1]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["train", "--recipe", "none", "--out", "x"], "no recipe is called 'none'; `treenn recipes` lists them: one,"),
        (["reproduce", "sst", "--only", "one,none"], "no recipe is called 'none'"),
        (["reproduce", "reviews"], "TREEBANK reviews: must be sst"),
        (["reproduce", "sst", "--seeds", "0"], "--seeds 0: must be 1 to 10000"),
        (["data", "overlap", "nowhere"], "nowhere"),
    ],
)
def test_mistakes_end_in_one_message(treenn: Command, home: Path, arguments: list[str], message: str) -> None:
    assert message in treenn(*arguments).error


def test_missing_vectors_end_in_one_message(treenn: Command, home: Path, tmp_path: Path) -> None:
    (home / "vectors/two.txt").unlink()
    assert "these word vectors are not here: two.txt; run `treenn data fetch glove`" in treenn("reproduce", "sst").error
    assert not (tmp_path / "reproduction").exists()


def test_overlap_names_sentences_by_number(treenn: Command, home: Path) -> None:
    (home / "sst/test.txt").write_text("(2 unheard)\n" + (home / "sst/train.txt").read_text().splitlines()[0] + "\n")
    done = treenn("data", "overlap", "sst")
    assert "test 2: train 1" in done.stdout
    assert "test: 1 of 2 sentences occur in train" in done.stdout
    [found] = [
        each for each in json.loads(treenn("data", "overlap", "sst", "--json").stdout) if each["split"] == "test"
    ]
    assert (found["number"], found["in_train"][0]) == (2, 1)


@pytest.mark.parametrize("command", ["recipes", "reproduce"])
def test_help_has_an_example(treenn: Command, command: str) -> None:
    assert f"Example: treenn {command}" in treenn(command, "--help").stdout
