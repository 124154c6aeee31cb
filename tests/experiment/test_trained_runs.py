"""Networks of one comparison, evaluated on the test sets of another treebank without training."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from toy import toy_treebank

import treebanks
from treenn.experiment import run
from treenn.experiment.compare import compare, train_plan
from treenn.experiment.ledger import read
from treenn.experiment.plan import Plan
from treenn.experiment.plan_spec import Model
from treenn.experiment.results import TaskResults
from treenn.models.saving import load_model
from treenn.models.settings import Settings
from treenn.trees.errors import InputError

FIRST = replace(toy_treebank(train=30, dev=8, test=10), name="sst")
SECOND = replace(FIRST, name="reviews", splits={**FIRST.splits, "test": toy_treebank(test=12, seed=3).test})
OTHER = replace(SECOND, name="other", splits={**SECOND.splits, "train": SECOND.train[1:]})
MODELS = (Model("lstm"), Model("balanced", model="tree-lstm", trees="balanced"), Model("majority"))
PLAN = replace(Plan.of("sst", ["lstm"], seeds=1, settings=Settings(size=4, word_size=4, epochs=2)), models=MODELS)


@pytest.fixture(autouse=True)
def known_treebanks(monkeypatch: pytest.MonkeyPatch) -> None:
    known = {treebank.name: treebank for treebank in (FIRST, SECOND, OTHER)}
    monkeypatch.setattr(treebanks, "load", lambda name, **how: known[name])
    monkeypatch.setattr(treebanks, "names", lambda: tuple(known))
    run.load.cache_clear()
    run.load_variant.cache_clear()


def refuse_to_train(*_: Any, **__: Any) -> None:
    raise AssertionError("a trained network is trained again")


def roots(task: TaskResults, model: str, split: str) -> Any:
    [of_model] = task.runs_by_model[model]
    return of_model.predictions[split].root


def test_trained_networks_read_other_test_sets(tmp_path: Path, ledger: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    train_plan(PLAN, tmp_path / "first")
    with pytest.raises(InputError, match=r"no evaluated run of lstm, seed 0 with the same"):
        compare(PLAN.on("reviews"), tmp_path / "early", trained=tmp_path / "first")
    assert not ledger.exists()
    first = compare(PLAN, tmp_path / "first").tasks[0]
    monkeypatch.setattr(run, "train", refuse_to_train)
    second = compare(PLAN.on("reviews"), tmp_path / "second", trained=tmp_path / "first").tasks[0]
    assert [each.treebank for each in read(ledger)] == ["sst"] * 3 + ["reviews"] * 3
    assert len({each.configuration for each in read(ledger)}) == 3
    for name in ("lstm", "balanced"):
        one, other = first.runs_by_model[name][0], second.runs_by_model[name][0]
        assert (one.history, one.metrics["dev"]) == (other.history, other.metrics["dev"])
        assert other.treebank == "reviews"
    [entry] = list((tmp_path / "first" / "runs").glob("lstm-*/model.safetensors"))
    expected = load_model(entry.parent).predict(SECOND.test)
    assert list(roots(second, "lstm", "test")) == expected.classes[expected.roots].tolist()
    again = compare(PLAN.on("reviews"), tmp_path / "second", trained=tmp_path / "first")
    assert again.tasks[0] == second
    assert len(read(ledger)) == 6
    with pytest.raises(InputError, match=r"no evaluated run of lstm, seed 0 with the same settings"):
        compare(PLAN.on("other"), tmp_path / "other", trained=tmp_path / "first")
    wider = replace(PLAN, settings=replace(PLAN.settings, size=5)).on("reviews")
    with pytest.raises(InputError, match=r"no evaluated run of lstm, seed 0 with the same settings"):
        compare(wider, tmp_path / "wider", trained=tmp_path / "first")


def test_networks_of_equal_time_are_their_own(tmp_path: Path) -> None:
    models = (Model("tree-lstm"), Model("lstm"), Model("quick", model="lstm", equal_time=True))
    plan = replace(PLAN, models=models)
    first = compare(plan, tmp_path / "first").tasks[0]
    second = compare(plan.on("reviews"), tmp_path / "second", trained=tmp_path / "first").tasks[0]
    for model in models:
        [one], [other] = first.runs_by_model[model.name], second.runs_by_model[model.name]
        assert (one.history, one.time_match) == (other.history, other.time_match)
        assert (other.time_match is not None) == model.equal_time


def test_a_folder_without_comparison_has_no_networks(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"holds no comparison: it has no plan.json") as caught:
        compare(PLAN, tmp_path / "out", trained=tmp_path)
    assert caught.value.source == tmp_path


def test_plans_of_several_tasks_keep_their_treebanks() -> None:
    with pytest.raises(InputError, match="treebank: this plan has 2 tasks; must have one"):
        replace(PLAN, tasks=PLAN.tasks * 2).on("reviews")
