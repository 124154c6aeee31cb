"""The baseline that accompanies networks on texts, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from toy import toy_treebank

from treebanks import Treebank
from treebanks.own_data import DatasetSpec, Origin
from treenn import Plan, Settings, train
from treenn.experiment.plan_spec import Model
from treenn.experiment.text_baseline import add_text_baseline, with_text_baseline
from treenn.training.run_results import read_training

SETTINGS = Settings(size=2, word_size=2, epochs=1, min_steps=0)


def toy(*, parsed: bool) -> Treebank:
    return replace(toy_treebank(train=20, dev=9, test=3), origin=Origin("a.csv", DatasetSpec(), parsed=parsed))


def test_plans_of_texts_get_the_baseline_once() -> None:
    plan = with_text_baseline(Plan.of(toy(parsed=True), ["lstm"], seeds=1))
    assert [model.name for model in plan.models] == ["lstm", "tf-idf"]
    assert with_text_baseline(plan) is plan
    own = replace(plan, models=(Model("lstm"), Model("linear", model="tf-idf")))
    assert with_text_baseline(own) is own


@pytest.mark.parametrize("treebank", [toy(parsed=False), replace(toy(parsed=False), origin=None), "reviews"])
def test_plans_of_annotated_trees_stay(treebank: Treebank | str) -> None:
    plan = Plan.of(treebank, ["lstm"], seeds=1)
    assert with_text_baseline(plan) is plan


def test_results_of_texts_have_the_baseline_on_dev(tmp_path: Path) -> None:
    treebank = toy(parsed=True)
    results = train(treebank, SETTINGS, out=tmp_path).results
    added = add_text_baseline(results, treebank, SETTINGS, tmp_path)
    assert read_training(tmp_path).baselines == added.baselines
    assert 0 <= (added.baselines["tf-idf"].values["root"] or -1) <= 1
    assert add_text_baseline(added, treebank, SETTINGS, tmp_path) is added
    assert add_text_baseline(results, toy(parsed=False), SETTINGS, tmp_path) is results
