"""Records are rejected unless everything in them follows from the runs' predictions."""

import copy
import json

import pytest
from made_up_results import make_results, plan_json, plan_of
from typer.testing import CliRunner

from treenn.cli import app
from treenn.experiment.comparison_record import verify, write_record
from treenn.trees import InputError


@pytest.fixture(scope="module")
def plan():
    return make_results({"tree-lstm": 0.53, "lstm": 0.5, "rnn": 0.3}, sentences=80)


@pytest.fixture(scope="module")
def record(plan, tmp_path_factory):
    file = tmp_path_factory.mktemp("record") / "record.json"
    write_record(plan_of(plan), file)
    return json.loads(file.read_text())


def check(folder, record):
    file = folder / "record.json"
    file.write_text(json.dumps(record))
    return verify(file)


def test_records_and_results_verify(tmp_path, record, plan):
    results = check(tmp_path, record)
    assert len(results.tasks[0].runs) == 9 and results.digest
    assert set(record["tasks"][0]["runs"][0]["predictions"]["test"]) == {"root", "root_binary", "correct_nodes"}
    check(tmp_path, plan_json(plan))  # unrounded, without a digest


def tampered_p(task):
    task["differences"][0]["p"] /= 2


def tampered_correction(task):
    task["differences"][1]["p_holm"] = 0.01


def tampered_interval(task):
    task["differences"][2]["with_seeds"]["low"] = 0.001


def tampered_power(task):
    task["differences"][0]["detectable"]["difference"] = 0.01


def tampered_summary(task):
    task["summary"]["lstm"]["test"]["root"]["mean"] -= 0.01


def tampered_metric(task):
    task["runs"][0]["test"]["root"] += 0.0125


def tampered_prediction(task):
    predictions = task["runs"][0]["predictions"]["test"]
    right = task["gold"]["test"]["root"][0]
    predictions["root"] = ("1" if right == "0" else "0") + predictions["root"][1:]


def dropped_run(task):
    task["runs"].pop()


def dropped_difference(task):
    task["differences"].pop()


def repeated_seed(task):
    task["runs"][1]["seed"] = task["runs"][0]["seed"]


def shortened_prediction(task):
    task["runs"][0]["predictions"]["test"]["root"] = task["runs"][0]["predictions"]["test"]["root"][1:]


def dropped_seeds(task):
    task["runs"] = [run for run in task["runs"] if run["seed"] < 2]


def wrong_size(task):
    task["treebank"]["sizes"]["test"] += 1


def wrong_seed(task):
    task["runs"][4]["settings"] = {"seed": 7}


def reordered_runs(task):
    task["runs"] = task["runs"][3:6] + task["runs"][:3] + task["runs"][6:]


@pytest.mark.parametrize(
    ("tamper", "place"),
    [
        (tampered_p, r"tasks\[0\]\.differences\[0\]\.p is"),
        (tampered_correction, r"differences\[1\]\.p_holm is 0\.01"),
        (tampered_interval, r"differences\[2\]\.with_seeds\.low"),
        (tampered_power, r"differences\[0\]\.detectable\.difference"),
        (tampered_summary, r"summary\.lstm\.test\.root\.mean"),
        (tampered_metric, r"runs\[0\]\.test\.root is"),
        (tampered_prediction, r"differences\[0\]|runs\[0\]\.test\.root"),
        (dropped_run, r"summary\.rnn"),
        (shortened_prediction, r"'predictions\.test\.root' has 79 values; it must have 80"),
        (dropped_seeds, r"tasks\[0\] has 2 runs of tree-lstm, missing ones too; must be 3"),
        (wrong_size, r"tasks\[0\]\.treebank\.sizes\.test is 81; must be 80"),
        (wrong_seed, r"runs\[4\]\.settings\.seed is 7; must be 1"),
        (repeated_seed, r"tasks\[0\]\.runs has seed 0 of tree-lstm 2 times"),
        (dropped_difference, r"differences\[\d\] is None"),
        (reordered_runs, r"tasks\[0\]\.runs has the models lstm, tree-lstm, rnn; must be tree-lstm, lstm, rnn"),
    ],
)
def test_tampered_records_are_rejected(tmp_path, record, tamper, place):
    changed = copy.deepcopy(record) | {"digest": ""}
    tamper(changed["tasks"][0])
    with pytest.raises(InputError, match=place):
        check(tmp_path, changed)


def test_runs_from_two_versions_are_rejected(tmp_path, record):
    changed = copy.deepcopy(record) | {"digest": ""}
    first, second, *others = changed["tasks"][0]["runs"]
    for run in (first, second, *others):
        run |= {"settings": {"model": run["model"]}, "code": "aaa"}
    check(tmp_path, changed)
    second["code"] = "bbb"
    with pytest.raises(InputError, match="of tree-lstm have the code hashes aaa, bbb; must be one"):
        check(tmp_path, changed)


def test_reordered_models_are_rejected(tmp_path, record):
    with pytest.raises(InputError, match="must be lstm, tree-lstm, rnn"):
        check(tmp_path, record | {"models": [record["models"][place] for place in (1, 0, 2)], "digest": ""})


def test_the_digest_shows_any_change(tmp_path, record):
    changed = copy.deepcopy(record)
    changed["tasks"][0]["runs"][0]["environment"]["commit"] = "0000000"  # nothing is computed from it
    with pytest.raises(InputError, match="digest"):
        check(tmp_path, changed)


def test_records_without_predictions_cannot_be_verified(tmp_path, record):
    changed = copy.deepcopy(record)
    for run in changed["tasks"][0]["runs"]:
        del run["predictions"]
    with pytest.raises(InputError, match="no predictions to verify"):
        check(tmp_path, changed)


def test_a_record_without_runs_is_rejected(tmp_path, record):
    with pytest.raises(InputError, match="no run to verify"):
        check(tmp_path, record | {"tasks": [], "digest": ""})


def test_the_command_verifies_and_writes_nothing(tmp_path, record):
    file = tmp_path / "record.json"
    file.write_text(json.dumps(record))
    result = CliRunner().invoke(app, ["report", str(file), "--verify"])
    assert (result.exit_code, [path.name for path in tmp_path.iterdir()]) == (0, ["record.json"])
    assert "9 runs and 6 differences" in result.output and "no digest" not in result.output
    file.write_text(json.dumps(record | {"digest": ""}))
    assert "no digest" in CliRunner().invoke(app, ["report", str(file), "--verify"]).output


def test_verify_writes_and_prints_nothing_else(tmp_path, record):
    result = CliRunner().invoke(app, ["report", str(tmp_path), "--verify", "--json"])
    assert result.exit_code != 0 and isinstance(result.exception, InputError)
