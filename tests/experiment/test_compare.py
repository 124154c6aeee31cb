"""Comparisons from plan to results: files, resuming, and results of incomplete plans."""

import json
import pickle
import shutil
from dataclasses import replace

import pytest
from made_up_results import plan_of
from toy import load_instead, toy_treebank

from treenn.experiment.compare import compare
from treenn.experiment.gather import read_results
from treenn.experiment.plan import Plan
from treenn.experiment.plan_record import TrialLog
from treenn.experiment.plan_spec import Model, PlanTask
from treenn.experiment.results import COMPARISON_SCHEMA, MissingRun
from treenn.experiment.worker_progress import RunsProgress, across_processes, watching
from treenn.models.settings import Settings
from treenn.report import write_results
from treenn.training.run_results import read_training
from treenn.trees import InputError

MODELS = (
    Model("tree-lstm"),
    Model("lstm"),
    Model("right, shuffled", model="tree-lstm", trees="right", shuffle=True),
    Model("majority"),
)
SMALL = Settings(size=4, word_size=4, epochs=1)


@pytest.fixture(autouse=True)
def toy(monkeypatch):
    """The toy treebank, whatever the name."""
    load_instead(monkeypatch, toy_treebank(train=12, dev=6, test=6))


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A finished plan and its results; read-only."""
    out = tmp_path_factory.mktemp("plan")
    with pytest.MonkeyPatch.context() as patch:
        load_instead(patch, toy_treebank(train=12, dev=6, test=6))
        results = compare(plan(), out, command="treenn compare --plan x")
        write_results(results, out)
    return out, results


def plan(**changes):
    given = {"tasks": (PlanTask("toy", ("nodes", "published")),), "models": MODELS, "seeds": 2, "settings": SMALL}
    return Plan(**given | changes)


def test_each_task_and_regime_has_its_runs(finished):
    _, results = finished
    assert results.seeds == 2
    assert [model.name for model in results.models] == [model.name for model in MODELS]
    assert [(task.supervision, task.match) for task in results.tasks] == [
        ("nodes", "parameters"), ("published", "parameters")
    ]  # fmt: skip
    for task in results.tasks:
        counts = {name: sum(run.model == name for run in task.runs) for name in task.summary}
        assert counts == {"tree-lstm": 2, "lstm": 2, "right, shuffled": 2, "majority": 1}
        assert task.missing == ()
    nodes, published = ({run.model: run for run in task.runs} for task in results.tasks)
    assert nodes["tree-lstm"] == published["tree-lstm"], "one run serves both regimes"
    assert [each["lstm"].settings["supervision"] for each in (nodes, published)] == ["nodes", "spans"]


def test_runs_over_other_trees_say_nothing_of_nodes(finished):
    _, results = finished
    task = results.tasks[0]
    for run in task.runs:
        other, metrics = run.trees != "gold", run.metrics["test"]
        assert (metrics.values["all_nodes"] is None) == (metrics.majority["all_nodes"] is None) == other
        assert (run.predictions["test"].correct_nodes is None) == other
        assert metrics.values["root"] is not None
    tested = {(each.metric, *each.models) for each in task.differences}
    assert ("root", "tree-lstm", "right, shuffled") in tested
    assert ("all_nodes", "tree-lstm", "lstm") in tested
    assert ("all_nodes", "tree-lstm", "right, shuffled") not in tested


def test_runs_record_cost_calibration_and_gradient_flow(finished):
    _, results = finished
    for run in results.tasks[0].runs:
        assert 0 <= run.seconds_to_best <= run.seconds
        assert run.prediction_trees_per_second > 0
        assert run.calibration["test"].before.nll > 0
        if run.model != "majority":
            assert 50 < run.peak_memory_mb < 100_000
            assert run.gradient_flow.start.words == run.gradient_flow.end.words > 6


def test_holms_correction_is_over_all_tasks(finished):
    _, results = finished
    tested = [each for task in results.tasks for each in task.differences]
    least = min(tested, key=lambda each: each.randomization)
    assert least.randomization_holm == pytest.approx(min(1, len(tested) * least.randomization))


def test_disagreements_of_first_two_networks_have_node_classes(finished):
    _, results = finished
    found = results.tasks[0].disagreements
    assert len(found) == 6
    for each in found:
        tree = toy_treebank(train=12, dev=6, test=6).test[each.line - 1]
        assert each.gold == tree.label
        for name in ("tree-lstm", "lstm"):
            assert len(each.models[name].nodes) == len(tree)


def test_root_predictions_are_digit_strings(finished):
    out, results = finished
    whole = json.loads((out / "results.json").read_text())
    alone = [json.loads(path.read_text()) for path in (out / "runs").glob("*.json")]
    for run in [*whole["tasks"][0]["runs"], *alone]:
        assert set(run["predictions"]["test"]["root"]) <= set("01234")
        assert len(run["predictions"]["test"]["root"]) == 6
    first = whole["tasks"][0]["runs"][0]["predictions"]["test"]["root"]
    assert tuple(map(int, first)) == results.tasks[0].runs[0].predictions["test"].root


def test_each_run_file_keeps_probabilities(finished):
    out, results = finished
    files = sorted(path.name for path in (out / "runs").glob("*.json"))
    assert len(files) == 2 + 2 * 2 + 2 + 1  # the LSTM alone is trained otherwise in the second regime
    for file in files:
        entry = json.loads((out / "runs" / file).read_text())
        assert file.startswith(entry["model"].replace(", ", "-") + f"-{entry['seed']}-")
        assert len(entry["predictions"]["test"]["root_probabilities"]) == 6
    assert results.tasks[0].runs[0].predictions["test"].root_probabilities is None
    assert (out / "runs" / files[0].removesuffix(".json") / "model.safetensors").exists()


def test_a_plan_goes_on_where_it_was(finished, tmp_path):
    out, results = finished
    copy = shutil.copytree(out, tmp_path / "copy")
    lost = sorted((copy / "runs").glob("lstm-1-*.json"))[0]
    seconds = {path.name: path.stat().st_mtime_ns for path in (copy / "runs").glob("*.json")}
    lost.unlink()
    told = []
    again = compare(plan(), copy, progress=lambda *call: told.append(call))
    made = [path.name for path in (copy / "runs").glob("*.json") if path.stat().st_mtime_ns != seconds[path.name]]
    assert made == [lost.name]
    trained = [call for call in told if "trainings" in call[2]]
    assert trained == [(1000, 1000, "1 of 1 trainings done; lstm, seed 1: done before")], "the model is still there"
    told = told[len(trained) :]
    assert told[0] == (1000, 1000 * len(seconds), f"1 of {len(seconds)} runs done; tree-lstm, seed 0: done before")
    assert sorted(done for done, _, _ in told) == [done for done, _, _ in told]
    assert told[-1] == (
        1000 * len(seconds),
        1000 * len(seconds),
        f"{len(seconds)} of {len(seconds)} runs done; lstm, seed 1: done",
    )
    accuracies = [[run.metrics for run in task.runs] for task in again.tasks]
    assert accuracies == [[run.metrics for run in task.runs] for task in results.tasks]


def test_results_of_half_a_plan_list_missing_runs(finished, tmp_path):
    out, results = finished
    copy = shutil.copytree(out, tmp_path / "copy")
    for path in (copy / "runs").glob("*lstm-1-*.json"):
        path.unlink()
    half = read_results(copy)
    assert half.tasks[0].missing == (MissingRun("tree-lstm", 1), MissingRun("lstm", 1))
    assert len(half.tasks[0].runs) == len(results.tasks[0].runs) - 2
    assert half.tasks[0].spread("lstm", "test", "root").std is None


def test_plan_without_finished_runs_has_no_results(finished, tmp_path):
    out, _ = finished
    shutil.copy(out / "plan.json", tmp_path / "plan.json")
    with pytest.raises(InputError, match="no run of this plan has ended yet"):
        read_results(tmp_path)


def test_results_are_read_from_folder_or_file(finished, tmp_path):
    out, results = finished
    assert read_results(out) == results
    shutil.copy(out / "results.json", tmp_path / "results.json")
    read = read_results(tmp_path)
    assert read_results(tmp_path / "results.json") == read
    assert read.tables, "the report's, which the file has besides"
    assert replace(read, tables={}) == results


def test_results_of_version_1_are_one_task(make):
    old = make({"tree-lstm": 0.5, "lstm": 0.4}, sentences=20)
    new = plan_of(old)
    old |= {"version": 1, "settings": {**old["settings"], "supervision": "nodes"}}
    for key in ("models", "seeds", "slug", "supervision", "match", "missing"):
        del old[key]
    upgraded = COMPARISON_SCHEMA.parse(old, "old.json")
    [task] = upgraded.tasks
    assert upgraded == replace(new, tasks=(replace(new.tasks[0], settings=task.settings),))
    assert COMPARISON_SCHEMA.parse(COMPARISON_SCHEMA.to_json(upgraded), "new.json") == upgraded
    with pytest.raises(InputError, match=r"odd\.json: this is x version 3; must be treenn\.comparison version 2"):
        COMPARISON_SCHEMA.parse({"schema": "x", "version": 3}, "odd.json")


def test_time_matched_model_trains_for_the_reference_time(tmp_path):
    models = (Model("tree-lstm", settings={"epochs": 6}), Model("average"), Model("majority"))
    results = compare(plan(tasks=(PlanTask("toy", match="time"),), models=models, seeds=1), tmp_path)
    first, other, control = results.tasks[0].runs
    assert first.time_match is control.time_match is None
    matched = other.time_match
    assert matched.reference_seconds == first.cpu_seconds
    assert other.epochs == max(1, int(matched.reference_seconds / matched.epoch_seconds))


def test_labels_in_training_are_counted(tmp_path):
    models = (Model("tree-lstm"), Model("lstm"), Model("right", model="tree-lstm", trees="right"), Model("majority"))
    regimes = ("nodes", "roots")
    results = compare(plan(tasks=(PlanTask("toy", regimes),), models=models, seeds=1), tmp_path)
    nodes, roots = ([run.training_labels for run in task.runs] for task in results.tasks)
    trees = toy_treebank(train=12, dev=6, test=6).train
    everything = sum(label is not None for tree in trees for label in tree.labels)
    assert nodes[:2] == [everything, everything] and nodes[2] < everything and nodes[3] is None
    assert roots[:3] == [12] * 3


def test_equal_time_row_is_matched_twice(tmp_path):
    models = (
        Model("tree-lstm", settings={"epochs": 6}),
        Model("lstm"),
        Model("lstm, equal time", model="lstm", equal_time=True, settings={"restarts": 2}),
    )
    results = compare(plan(tasks=(PlanTask("toy"),), models=models, seeds=1), tmp_path)
    tree, lstm, limited = results.tasks[0].runs
    assert lstm.time_match is None and lstm.parameters == limited.parameters
    matched = limited.time_match
    assert matched.reference_seconds == tree.cpu_seconds
    [probe] = tmp_path.glob("runs/*-probe")  # its epoch trained two initializations
    assert matched.epoch_seconds == read_training(probe).cpu_seconds / 2
    assert limited.epochs == matched.epochs(restarts=2)
    assert [model.equal_time for model in results.models] == [False, False, True]


def test_rows_may_differ_in_their_vectors(tmp_path):
    (tmp_path / "wide.txt").write_text("good 1 0 0\nbad 0 1 0\n")
    (tmp_path / "narrow.txt").write_text("good 1 0\nfilm 0 1\n")
    rows = {"wide": None, "narrow": [tmp_path / "narrow.txt"], "random": []}
    models = [Model(name, model="tree-lstm", vectors=vectors) for name, vectors in rows.items()]
    rows_of_vectors = plan(tasks=[PlanTask("toy")], models=models, seeds=1, vectors=[tmp_path / "wide.txt"])
    results = compare(rows_of_vectors, tmp_path / "out")
    (task,) = results.tasks
    assert [each.file for each in task.vectors] == ["wide.txt", "narrow.txt"]
    assert [model.vectors for model in results.models] == [None, ("narrow.txt",), ()]
    assert len({run.embedding_parameters for run in task.runs}) == 3


def test_results_name_trial_log_and_number_of_trials(tmp_path):
    space = {"learning_rate": {"low": 0.01, "high": 0.1}}
    log = {"trials_per_model": 12, "settings": {"supervision": "roots", "epochs": 2}, "metric": "root", "space": space}
    (tmp_path / "trials.json").write_text(json.dumps(log))
    models = (Model("majority", trials=str(tmp_path / "trials.json")),)
    expected = TrialLog("trials.json", 12, "roots", "root", space, 2)
    assert compare(plan(models=models), tmp_path / "out").models[0].trials == expected


def test_jobs_must_be_one_or_more(tmp_path):
    with pytest.raises(InputError, match="jobs 0: must be 1 to 10000"):
        compare(plan(), tmp_path, jobs=0)


def two_runs(told):
    titles = {"a.json": "lstm, seed 0", "b.json": "lstm, seed 1"}
    return RunsProgress(lambda *call: told.append(call), titles, "runs")


def test_progress_reports_a_run_once_its_file_exists(tmp_path):
    told = []
    with watching(two_runs(told), tmp_path, ["a.json", "b.json"]) as progress_of:
        progress = progress_of("a.json")
        assert pickle.loads(pickle.dumps(progress)) is progress, "what goes to a worker must be pickled"
        progress(1, 2, "not from here")
        (tmp_path / "a.json").write_text("{}")
    assert told == [(1000, 2000, "1 of 2 runs done; lstm, seed 0: done")]


def test_messages_of_other_processes_arrive():
    told = []
    with across_processes(two_runs(told), jobs=2) as progress_of:
        pickle.loads(pickle.dumps(progress_of("a.json")))(1, 2, "text")
    assert told == [(500, 2000, "0 of 2 runs done; lstm, seed 0: text")]
