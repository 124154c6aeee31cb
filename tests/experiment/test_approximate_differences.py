"""Results of before 2026-12, with a bootstrap interval and without predictions, get the deciding test on reading."""

import json

import pytest
from made_up_results import make_results, plan_json

from treenn.experiment.gather import read_results
from treenn.report.caveats import caveats
from treenn.trees import InputError
from treenn.trees.json_records import to_json

OLD = ("models", "split", "metric", "difference", "low", "high", "randomization", "randomization_holm")


@pytest.fixture(scope="module")
def exact():
    return plan_json(make_results({"tree-lstm": 0.53, "lstm": 0.5, "rnn": 0.3}, sentences=300))


def read_old(folder, exact, **changed):
    """The results read from a file as version 0.1 wrote it."""
    task = exact["tasks"][0]
    old = [{name: each[name] for name in OLD} | changed | {"draws": 10_000} for each in task["differences"]]
    runs = [run | {"predictions": {}} for run in task["runs"]]
    file = folder / "results.json"
    file.write_text(json.dumps(exact | {"tasks": [task | {"differences": old, "runs": runs}]}))
    return read_results(file)


def test_old_intervals_give_nearly_the_test(tmp_path, exact):
    task = read_old(tmp_path, exact).tasks[0]
    for ours, theirs in zip(task.differences, exact["tasks"][0]["differences"], strict=True):
        assert ours.approximate
        assert ours.p == pytest.approx(theirs["p"], abs=0.15)  # without the interaction, which is unknown
        assert ours.errors.sentences == pytest.approx(theirs["errors"]["sentences"], rel=0.02)
        assert ours.errors.seeds == pytest.approx(theirs["errors"]["seeds"])


def test_the_headline_says_that_they_are_approximate(tmp_path, exact):
    assert "derived from the recorded bootstrap interval" in " ".join(caveats(read_old(tmp_path, exact).sections))


def test_a_single_seed_is_not_decided(tmp_path, exact):
    task = exact["tasks"][0]
    runs = [run for run in task["runs"] if run["model"] != "lstm" or run["seed"] == 0]
    task = read_old(tmp_path, exact | {"tasks": [task | {"runs": runs}]}).tasks[0]
    assert [each.p is None for each in task.differences] == [each.models[1] == "lstm" for each in task.differences]


def test_differences_of_unknown_models_stay_as_they_are(tmp_path, exact):
    task = read_old(tmp_path, exact, models=["tree-lstm", "gone"]).tasks[0]
    assert all(each.p is None and not each.approximate for each in task.differences)


def test_results_with_the_test_are_unchanged(tmp_path, exact):
    (tmp_path / "results.json").write_text(json.dumps(exact))
    task = read_results(tmp_path / "results.json").tasks[0]
    assert not any(each.approximate for each in task.differences)
    assert [to_json(each) for each in task.differences] == exact["tasks"][0]["differences"]


@pytest.mark.parametrize("wrong", [{"low": "0"}, {"split": 3}, {"models": ["tree-lstm"]}])
def test_malformed_differences_are_one_message(tmp_path, exact, wrong):
    with pytest.raises(InputError, match="differences"):
        read_old(tmp_path, exact, **wrong)
