"""`min_steps`: more epochs on few training trees."""

from dataclasses import replace
from math import ceil
from pathlib import Path

import pytest
from toy import toy_treebank

from treenn.commands.settings_options import MIN_STEPS, with_step_floor
from treenn.experiment.compare import train_plan
from treenn.experiment.plan import Plan
from treenn.experiment.plan_record import PLAN_SCHEMA
from treenn.experiment.results import PLAN
from treenn.experiment.run_spec import RunSpec
from treenn.experiment.search.sampling import Search
from treenn.experiment.search.space import Space
from treenn.models.settings import Settings
from treenn.models.task import make_task
from treenn.training import train
from treenn.training.run_results import read_training

TOY = toy_treebank(train=45, dev=10)
SMALL = Settings(size=5, word_size=4, epochs=2, batch_size=10, schedule="linear", warmup=0.1)
MAKE_HEAD = make_task("nodes", TOY.classes).make_head


@pytest.mark.parametrize("examples", [1, 24, 25, 26, 300, 3749, 3750, 3751, 8544])
def test_epochs_are_the_fewest_with_enough_steps(examples: int) -> None:
    raised = Settings(min_steps=1500).for_examples(examples)
    per_epoch = ceil(examples / 25)
    enough = [epochs for epochs in range(10, 1501) if epochs * per_epoch >= 1500]
    assert (raised.epochs, raised.min_steps) == (enough[0], 0)


def test_raised_run_equals_one_of_as_many_epochs(tmp_path: Path) -> None:
    train(TOY, replace(SMALL, min_steps=16), out=tmp_path / "floor")
    train(TOY, replace(SMALL, epochs=4), out=tmp_path / "epochs")
    floor, epochs = (read_training(tmp_path / name) for name in ("floor", "epochs"))
    assert (floor.epochs, floor.settings["epochs"], floor.settings["min_steps"]) == (4, 4, 0)
    assert [epoch.loss for epoch in floor.history] == [epoch.loss for epoch in epochs.history]
    for name in ("model.safetensors", "run.json", "config.json"):
        assert (tmp_path / "floor" / name).read_bytes() == (tmp_path / "epochs" / name).read_bytes()
    again = train(TOY, replace(SMALL, min_steps=16), out=tmp_path / "floor", resume=True)
    assert again.results == floor, "the same options resume the run"


def test_a_floor_without_effect_changes_no_key() -> None:
    low = replace(SMALL, min_steps=10).for_examples(len(TOY.train))
    assert RunSpec(low, TOY).key == RunSpec(SMALL, TOY).key


def test_a_comparison_records_the_raised_epochs(tmp_path: Path) -> None:
    plan = Plan.of(TOY, ["tree-lstm", "average"], 1, settings=replace(SMALL, min_steps=11))
    train_plan(plan, tmp_path)
    outline = PLAN_SCHEMA.read(tmp_path / PLAN)
    assert [outline.tasks[0].settings[name] for name in ("epochs", "min_steps")] == [3, 0]
    names = {entry.run for entry in outline.tasks[0].planned}
    runs = {path.parent.name: read_training(path.parent) for path in tmp_path.glob("runs/*/results.json")}
    assert runs.keys() == names
    assert {results.epochs for results in runs.values()} == {3}


def test_trials_are_raised_by_their_own_batch_size() -> None:
    search = Search(TOY, ["lstm"], 2, Space({"batch_size": (5, 9)}), replace(SMALL, min_steps=30))
    found = {spec.settings.batch_size: spec.settings.epochs for spec in search.runs(4, MAKE_HEAD, "", 45)}
    assert found == {5: 4, 9: 6}


def test_commands_raise_epochs_on_natural_text_only(capsys: pytest.CaptureFixture[str]) -> None:
    assert with_step_floor(Settings(), TOY, ["dropout"]) == Settings(min_steps=MIN_STEPS)
    assert capsys.readouterr().err == "750 epochs: 1,500 steps on 45 examples; --epochs or --min-steps changes that\n"
    for treebank, given, searched in (
        (TOY, ["epochs"], []),
        (TOY, ["min_steps"], []),
        (TOY, [], ["epochs"]),
        (replace(TOY, synthetic="generated"), [], []),
    ):
        assert with_step_floor(Settings(), treebank, given, searched) == Settings()
    large = replace(TOY, splits=dict(TOY.splits) | {"train": TOY.train * 100})
    assert with_step_floor(Settings(), large, []).for_examples(4500) == Settings()
    assert capsys.readouterr().err == ""
