"""The ledger of test readings: what is entered, by which command, and when."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from small_recipes import OTHER, TOGETHER, small_home
from toy import load_instead, toy_treebank

from treenn.experiment.compare import compare, train_plan
from treenn.experiment.evaluate import evaluate
from treenn.experiment.ledger import Reading, append, before, configuration_of, ledger_file, read
from treenn.experiment.plan import Plan
from treenn.experiment.plan_spec import Model
from treenn.experiment.recipes.record import record
from treenn.experiment.recipes.reproduce import run_all
from treenn.experiment.run_spec import RunSpec, fingerprint
from treenn.experiment.search.sampling import Search
from treenn.experiment.search.space import Space
from treenn.experiment.search.tune import tune
from treenn.models.settings import Settings
from treenn.tasks import task_of
from treenn.training import train
from treenn.training.run_results import read_training
from treenn.trees.errors import InputError

TOY = toy_treebank(train=12, dev=6, test=6)
SMALL = Settings(model="lstm", size=4, word_size=4, epochs=1)
PLAN = Plan.of("toy", ["lstm", "average"], seeds=2, settings=SMALL)
A, B = (Reading("toy", "test", "1", configuration, "lstm", None, "2026-12-01") for configuration in "ab")


@pytest.fixture(autouse=True)
def toy(monkeypatch: pytest.MonkeyPatch) -> None:
    load_instead(monkeypatch, TOY)


def entered(ledger: Path) -> list[tuple[str, str, str]]:
    """The readings of a ledger: model, configuration, source."""
    readings = read(ledger)
    assert {(each.treebank, each.split) for each in readings} <= {("toy", "test")}
    assert {each.data for each in readings} <= {fingerprint(TOY, ["test"])[:12]}
    return [(each.model, each.configuration, each.source) for each in readings]


def test_the_ledger_holds_exactly_the_test_readings(ledger: Path, tmp_path: Path) -> None:
    train(TOY, SMALL, out=tmp_path / "train")
    tune(Search("toy", ("lstm",), 2, Space({"dropout": (0.1, 0.2)}), SMALL), tmp_path / "tune")
    train_plan(PLAN, tmp_path / "compare")
    assert not ledger.exists(), "training, tuning and training of a plan read no test"
    expected = [
        (spec.label, configuration_of(spec), "treenn.compare")
        for spec in PLAN.runs(PLAN.tasks[0], "nodes", 4, task_of(TOY).make_head, "")
        if spec.settings.seed == 0
    ]
    results = compare(PLAN, tmp_path / "compare")
    assert entered(ledger) == expected
    again = compare(PLAN, tmp_path / "compare")
    assert entered(ledger) == expected, "nothing was evaluated"
    assert again.test_readings == results.test_readings == tuple(read(ledger))
    evaluate(tmp_path / "train", "toy", command="by hand")
    [(model, configuration, source)] = entered(ledger)[len(expected) :]
    assert (model, configuration, source) == ("lstm", configuration_of(RunSpec(SMALL, "toy")), "by hand")
    assert configuration == expected[0][1], "the same configuration as in the comparison"


def test_more_models_are_entered_alone(ledger: Path, tmp_path: Path) -> None:
    first = compare(Plan.of("toy", ["lstm"], seeds=1, settings=SMALL), tmp_path / "a")
    compare(Plan.of("toy", ["average"], seeds=1, settings=SMALL), tmp_path / "b")
    plan = Plan.of("toy", ["lstm"], seeds=1, settings=SMALL)
    results = compare(replace(plan, models=(*plan.models, Model("majority"))), tmp_path / "a")
    assert [model for model, *_ in entered(ledger)] == ["lstm", "average", "majority"]
    assert first.test_readings == tuple(read(ledger)[:1])
    assert results.test_readings == tuple(read(ledger))
    shown = {run.configuration for run in results.tasks[0].runs}
    assert before(results.test_readings, "toy", "test", shown) == 1, "that of `average`"


def test_interrupted_training_leaves_no_reading(ledger: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(done: int, total: int, text: str) -> None:
        if "average, seed 1: epoch" in text:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        compare(PLAN, tmp_path, jobs=1, progress=stop)
    assert not ledger.exists()


def test_recipes_and_ensembles_are_entered_once(ledger: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small_home(tmp_path / "home", monkeypatch)
    ensemble = replace(TOGETHER, members=("other",), vectors=())
    for test in (False, True, True):
        run_all([OTHER, ensemble], "toy", tmp_path / "out", seeds=2, command="reproduce", test=test)
        assert ledger.exists() == test
    assert [(model, source) for model, _, source in entered(ledger)] == [
        ("other", "reproduce"),
        ("together", "reproduce"),
    ]
    made = record(OTHER, TOY, tmp_path / "out", seeds=2, command="")
    assert made.test_readings == tuple(read(ledger))


def test_finished_runs_of_older_versions_stay_finished(ledger: Path, tmp_path: Path) -> None:
    results = compare(PLAN, tmp_path)
    plan = json.loads((tmp_path / "plan.json").read_text())
    del plan["test_readings"]
    (tmp_path / "plan.json").write_text(json.dumps(plan))
    ledger.unlink()
    again = compare(PLAN, tmp_path)
    assert not ledger.exists()
    assert again.test_readings == ()
    assert again.tasks == results.tasks


def test_ledgers_are_appended_to(tmp_path: Path) -> None:
    file = tmp_path / "new/ledger.jsonl"
    assert read(file) == []
    append([A], file)
    append([B, A], file)
    assert read(file) == [A, B, A]
    file.write_text(file.read_text() + "{")
    with pytest.raises(InputError, match=r"ledger\.jsonl:4: this is no JSON"):
        read(file)


def test_configurations_count_once() -> None:
    unknown = [replace(A, configuration="", date=date) for date in ("2026-11-01", "2026-11-02")]
    readings = [A, B, A, *unknown, replace(B, split="deep"), replace(B, treebank="sst")]
    assert before(readings, "toy", "test") == 4
    assert before(readings, "toy", "test", shown={"a"}) == 3


def test_the_ledger_is_with_the_treebanks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TREEBANKS_HOME", str(tmp_path))
    monkeypatch.delenv("TREENN_LEDGER")
    assert ledger_file() == tmp_path / "test-ledger.jsonl"
    monkeypatch.setenv("TREENN_LEDGER", str(tmp_path / "x"))
    assert ledger_file() == tmp_path / "x"


def test_foreign_readings_do_not_replace_a_recipes_test(
    ledger: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_home(tmp_path / "home", monkeypatch)
    folder = tmp_path / "out/other/seed-0"
    run_all([OTHER], "toy", tmp_path / "out", seeds=1, test=False)
    foreign = replace(TOY, name="foreign", splits={**TOY.splits, "test": TOY.dev[:3]})
    assert len(evaluate(folder, foreign).predictions["test"].root or ()) == 3
    run_all([OTHER], "toy", tmp_path / "out", seeds=1)
    assert [(each.treebank, each.model) for each in read(ledger)] == [("foreign", "lstm"), ("toy", "other")]
    assert len(read_training(folder).predictions["test"].root or ()) == len(TOY.test)


def test_dev_of_training_is_never_replaced(ledger: Path, tmp_path: Path) -> None:
    trained = train(TOY, SMALL, out=tmp_path).results
    evaluate(tmp_path, replace(TOY, splits={**TOY.splits, "dev": TOY.dev[:1]}), "dev")
    assert read_training(tmp_path) == trained
    assert not ledger.exists()


@pytest.mark.parametrize("end", ["", "\n"])
def test_a_ledger_without_a_last_line_break_continues(tmp_path: Path, end: str) -> None:
    append([A], tmp_path / "ledger.jsonl")
    text = (tmp_path / "ledger.jsonl").read_text()
    (tmp_path / "ledger.jsonl").write_text(text.rstrip("\n") + end)
    append([B], tmp_path / "ledger.jsonl")
    assert read(tmp_path / "ledger.jsonl") == [A, B]


def test_a_malformed_ledger_is_refused_before_training(ledger: Path, tmp_path: Path) -> None:
    train(TOY, SMALL, out=tmp_path / "model")
    ledger.write_text("not JSON\n")
    with pytest.raises(InputError, match="this is no JSON"):
        compare(PLAN, tmp_path / "out")
    with pytest.raises(InputError, match="this is no JSON"):
        evaluate(tmp_path / "model", "toy")
    assert ledger.read_text() == "not JSON\n"
    assert not (tmp_path / "out").exists()


def test_more_seeds_are_a_repeated_reading(ledger: Path, tmp_path: Path) -> None:
    compare(Plan.of("toy", ["lstm"], seeds=1, settings=SMALL), tmp_path)
    results = compare(Plan.of("toy", ["lstm"], seeds=2, settings=SMALL), tmp_path)
    [section] = results.sections
    assert (section.earlier_readings, section.repeated_readings) == ({"test": 0}, 1)
    assert len(read(ledger)) == 2
