"""Reproduction: each run is saved when it ends, finished runs are skipped, missing data is reported first."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from small_recipes import ONE, OTHER, TOGETHER, small_home

from treenn.experiment.recipes import Recipe
from treenn.experiment.recipes.reproduce import run_all, run_folder
from treenn.trees import InputError


@pytest.fixture
def one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Recipe:
    home = small_home(tmp_path / "home", monkeypatch)
    return replace(ONE, vectors=(str(home / "vectors/two.txt"),))


def finished(out: Path) -> set[str]:
    return {str(path.parent.relative_to(out)) for path in out.rglob("results.json")}


def test_all_recipes_but_ensembles_train_with_every_seed(one: Recipe, tmp_path: Path) -> None:
    seen = []
    run_all([one, TOGETHER_NOW, OTHER], "sst", tmp_path / "out", seeds=2, progress=lambda *call: seen.append(call))
    assert finished(tmp_path / "out") == {"one/seed-0", "one/seed-1", "other/seed-0", "other/seed-1"}
    runs = ("one, seed 0", "other, seed 0", "one, seed 1", "other, seed 1")
    assert [text for *_, text in seen[:4]] == [f"0 of 4 trainings done; {run}: waiting" for run in runs]
    assert seen[-1] == (4000, 4000, "4 of 4 runs done; other, seed 1: done")
    results = json.loads((run_folder(tmp_path / "out", "one", 1) / "results.json").read_text())
    assert results["settings"]["seed"] == 1
    assert results["command"].startswith("treenn train --recipe one --treebank sst --seed 1 --out ")
    assert [file["file"] for file in results["vectors"]] == ["two.txt"]


TOGETHER_NOW = replace(TOGETHER, vectors=())


def test_more_seeds_leave_finished_runs_untouched(one: Recipe, tmp_path: Path) -> None:
    run_all([one], "sst", tmp_path / "out", seeds=1)
    first = run_folder(tmp_path / "out", "one", 0) / "results.json"
    before = first.stat().st_mtime_ns
    seen = []
    run_all([one], "sst", tmp_path / "out", seeds=2, progress=lambda *call: seen.append(call))
    assert first.stat().st_mtime_ns == before
    assert [text for *_, text in seen[:2]] == [
        "1 of 2 trainings done; one, seed 0: done before",
        "1 of 2 trainings done; one, seed 1: waiting",
    ]
    assert finished(tmp_path / "out") == {"one/seed-0", "one/seed-1"}


def test_changed_recipe_refuses_its_old_runs(one: Recipe, tmp_path: Path) -> None:
    run_all([one], "sst", tmp_path / "out", seeds=1)
    changed = replace(one, settings=replace(one.settings, dropout=0.25))
    with pytest.raises(InputError, match=r"seed-0/results\.json: this run has dropout 0\.5, not 0\.25; remove"):
        run_all([OTHER, changed], "sst", tmp_path / "out", seeds=1)
    assert finished(tmp_path / "out") == {"one/seed-0"}, "nothing is trained before all is checked"
    with pytest.raises(InputError, match=r"this run has the word vectors two\.txt, not none; remove"):
        run_all([replace(one, vectors=())], "sst", tmp_path / "out", seeds=1)


def test_missing_data_is_reported_before_training(one: Recipe, tmp_path: Path, monkeypatch) -> None:
    missing = replace(ONE, vectors=("nowhere.txt", "two.txt"))
    with pytest.raises(InputError, match=r"^these word vectors are not here: nowhere\.txt, two\.txt; run `treenn data"):
        run_all([OTHER, missing], "sst", tmp_path / "out", seeds=1)
    contextual = replace(OTHER, settings=replace(OTHER.settings, contextual=str(tmp_path)))
    with pytest.raises(InputError, match=r"^contextual .*: there is no config\.json"):
        run_all([OTHER, contextual], "sst", tmp_path / "out", seeds=1)
    monkeypatch.setenv("TREEBANKS_HOME", str(tmp_path / "empty"))
    with pytest.raises(InputError, match="treenn data fetch sst"):
        run_all([OTHER], "sst", tmp_path / "out", seeds=1)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(("seeds", "jobs", "message"), [(0, 1, "seeds 0"), (1, 0, "jobs 0")])
def test_no_seeds_or_jobs_are_refused(seeds: int, jobs: int, message: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=f"{message}: must be 1 to 10000"):
        run_all([OTHER], "sst", tmp_path, seeds=seeds, jobs=jobs)
