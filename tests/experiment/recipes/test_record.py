"""Records of recipes: metrics and predictions, but no sentences."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from small_recipes import ONE, OTHER, TOGETHER, small_home

from treebanks import load_trees
from treenn.evaluation.measuring import measure
from treenn.evaluation.predictions import average, predict
from treenn.experiment.recipes.record import RECIPE_SCHEMA, record
from treenn.experiment.recipes.reproduce import run_all, run_folder
from treenn.models.saving import load_model


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict, dict, dict, Path]:
    folder = tmp_path_factory.mktemp("records")
    with pytest.MonkeyPatch.context() as monkeypatch:
        home = small_home(folder / "home", monkeypatch)
        vectors = (str(home / "vectors/two.txt"),)
        one, together = (replace(recipe, vectors=vectors) for recipe in (ONE, TOGETHER))
        run_all([one, OTHER], "sst", folder / "out", seeds=3)
        out = folder / "out"
        return *(
            RECIPE_SCHEMA.to_json(record(each, load_trees("sst"), out, seeds=3, command="x"))
            for each in (one, OTHER, together)
        ), out


def test_record_has_settings_data_and_published_figures(records) -> None:
    one, other, _, _ = records
    assert (one["schema"], one["version"], one["name"], one["command"]) == ("treenn.recipe", 1, "one", "x")
    assert one["settings"]["size"] == 4
    assert "seed" not in one["settings"]
    assert one["vectors"] == ["two.txt"]
    assert one["unmatched"] == ["other vectors"]
    assert one["published"]["figures"]["root"] == {"mean": 0.5, "std": 0.01, "checked": True}
    assert other["published"] is None
    assert RECIPE_SCHEMA.to_json(RECIPE_SCHEMA.parse(one, "one.json")) == one
    assert one["treebank"]["sizes"] == {"train": 40, "dev": 12, "test": 15}


def test_record_summarizes_the_metrics_of_its_runs(records) -> None:
    one, _, _, folder = records
    assert [run["seed"] for run in one["runs"]] == [0, 1, 2]
    results = json.loads((run_folder(folder, "one", 2) / "results.json").read_text())
    assert one["runs"][2]["test"] == results["test"]
    assert one["runs"][2]["environment"]["commit"] == results["environment"]["commit"]
    roots = [run["test"]["root"] for run in one["runs"]]
    assert one["summary"]["test"]["root"]["mean"] == pytest.approx(np.mean(roots))
    assert one["summary"]["dev"]["root"]["max"] == max(run["dev"]["root"] for run in one["runs"])


def test_predictions_are_digits_that_agree_with_the_metrics(records) -> None:
    one = records[0]
    gold = one["gold"]["test"]["root"]
    for run in one["runs"]:
        digits = run["predictions"]["test"]["root"]
        assert len(digits) == len(gold) == 15
        assert np.mean([a == b for a, b in zip(digits, gold, strict=True)]) == pytest.approx(run["test"]["root"])
        assert set(run["predictions"]["test"]["root_binary"]) <= {"0", "1"}


def test_ensemble_is_one_run_of_the_saved_models(records) -> None:
    _, _, together, folder = records
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("TREEBANKS_HOME", str(folder.parent / "home"))
        test = load_trees("sst").test
    models = [load_model(run_folder(folder, "one", seed)) for seed in range(3)]
    expected = average([predict(model, test) for model in models])
    [run] = together["runs"]
    assert run["seeds"] == [0, 1, 2]
    assert run["test"] == measure(expected)
    assert run["predictions"]["test"]["root"] == "".join(map(str, expected.classes[expected.roots]))
    assert together["summary"]["test"]["root"]["std"] is None


def test_records_contain_no_words_of_sentences(records) -> None:
    for each in records[:3]:
        text = json.dumps({name: value for name, value in each.items() if name != "settings"})
        assert not any(word in text for word in ("awful", "lovely", "soup"))
        assert len(text) < 20_000
