"""`treenn compare --plan`, on this machine and on a cluster, and `treenn report`."""

import json
import shutil

import pytest
from distributed import LocalCluster
from made_up_results import make_results, plan_of
from small_recipes import small_home

from treenn.experiment.results import write_results
from treenn.experiment.run import load, load_variant

PLAN = """
seeds = 1
[settings]
epochs = 1
size = 4
word_size = 4
batch_size = 100

[[task]]
treebank = "sst"
supervision = ["roots"]

[[model]]
name = "average"

[[model]]
name = "majority"
"""


REPORT = "name a folder that `treenn compare` wrote to, or its results.json"


@pytest.fixture(scope="module", autouse=True)
def home(tmp_path_factory):
    """Toy treebanks, also for the workers of a cluster."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        yield small_home(tmp_path_factory.mktemp("data") / "home", monkeypatch)


@pytest.fixture
def plan(tmp_path):
    (tmp_path / "plan.toml").write_text(PLAN)
    return "plan.toml"


@pytest.fixture(scope="module")
def cluster(home):
    with LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=":0") as cluster:
        yield cluster


def forget_treebanks():
    for cache in (load, load_variant):  # their key is the treebank's name
        cache.cache_clear()


def runs(path):
    [task] = json.loads(path.read_text())["tasks"]
    return {run["model"]: run for run in task["runs"]}


@pytest.mark.slow
def test_dask_cluster_equals_local_run(treenn, plan, tmp_path, cluster):
    done = treenn("compare", "--plan", plan, "--out", "far", "--dask", cluster.scheduler_address)
    assert done.returncode == 0, done.stderr
    far = runs(tmp_path / "far/results.json")
    assert list(far) == ["average", "majority"]
    assert treenn("compare", "--plan", plan, "--out", "near", "--jobs", "1").returncode == 0
    near = runs(tmp_path / "near/results.json")
    for name, run in far.items():
        assert run["predictions"] == near[name]["predictions"]
        assert run["test"] == near[name]["test"]


@pytest.mark.usefixtures("undrawn")
def test_trained_networks_on_another_test_set(treenn, plan, tmp_path, home, monkeypatch):
    assert treenn("compare", "--plan", plan, "--out", "first", "--jobs", "1").returncode == 0
    other = shutil.copytree(home, tmp_path / "home")
    test = (other / "sst/test.txt").read_text().splitlines(keepends=True)
    (other / "sst/test.txt").write_text("".join(test[:3]))
    how = ("--treebank", "sst", "--trained", "first", "--out", "second", "--jobs", "1")
    with monkeypatch.context() as patch:
        patch.setenv("TREEBANKS_HOME", str(other))
        forget_treebanks()
        done = treenn("compare", "--plan", plan, *how)
        forget_treebanks()
    assert done.returncode == 0, done.stderr
    first, second = (runs(tmp_path / name / "results.json") for name in ("first", "second"))
    assert second["average"]["history"] == first["average"]["history"]
    assert second["average"]["predictions"]["test"]["root"] == first["average"]["predictions"]["test"]["root"][:3]
    assert [path.suffix for path in (tmp_path / "second/runs").iterdir()] == [".json", ".json"]


@pytest.mark.usefixtures("undrawn")
def test_report_is_rebuilt_from_results(treenn, plan, tmp_path):
    assert treenn("compare", "--plan", plan, "--out", "all", "--jobs", "1").returncode == 0
    results, report = ((tmp_path / "all" / name) for name in ("results.json", "report.html"))
    before = results.read_bytes(), report.read_bytes()
    results.unlink()
    report.unlink()
    shutil.rmtree(next((tmp_path / "all/runs").glob("average-0-????????")))
    done = treenn("report", "all")
    assert done.returncode == 0, done.stderr
    assert report.exists()
    assert json.loads(results.read_text())["tasks"][0]["runs"] == json.loads(before[0])["tasks"][0]["runs"]
    next((tmp_path / "all/runs").glob("average-0-*.json")).unlink()
    half = treenn("report", "all", "--json")
    assert json.loads(half.stdout)["tasks"][0]["missing"] == [{"model": "average", "seed": 0}]
    assert "missing of the plan: 1 run;" in half.stderr


@pytest.mark.usefixtures("undrawn")
def test_report_of_a_smaller_record(treenn, plan, tmp_path):
    assert treenn("compare", "--plan", plan, "--out", "all", "--jobs", "1").returncode == 0
    done = treenn("report", "all", "--record", "kept/record.json")
    assert done.returncode == 0, done.stderr
    kept = tmp_path / "kept/record.json"
    results = json.loads((tmp_path / "all/results.json").read_text())
    [task], [whole] = json.loads(kept.read_text())["tasks"], results["tasks"]
    assert all(run["predictions"] for run in task["runs"])
    assert task["runs"][0]["test"]["root"] == pytest.approx(whole["runs"][0]["test"]["root"], rel=1e-4)
    assert kept.stat().st_size < (tmp_path / "all/results.json").stat().st_size
    again = treenn("report", "kept/record.json")
    assert again.returncode == 0, again.stderr
    assert (tmp_path / "kept/report.html").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["compare", "--plan", "plan.toml", "--models", "lstm"], "--models: cannot be combined with --plan"),
        (["compare", "--no-test", "--trained", "done"], "--no-test: --trained names trained networks; remove one"),
        (["compare", "--plan", "plan.toml", "--epochs", "2"], "--epochs: cannot be combined with --plan"),
        (["compare", "--plan", "plan.toml", "--seeds", "0"], "--seeds 0: must be 1 to 10000"),
        (["compare", "--plan", "none"], "none: no such plan; "),
        (
            ["compare", "--plan", "plan.toml", "--dask", "tcp://x:1", "--jobs", "2"],
            "--jobs: cannot be combined with --dask",
        ),
        (["compare", "--plan", "plan.toml", "--dask", "nonsense://x"], "--dask nonsense://x: no scheduler answers"),
        (["report", "nowhere"], "nowhere: cannot read this file"),
        (["report", "."], f".: this folder holds no comparison: it has neither plan.json nor results.json; {REPORT}"),
    ],
)
def test_mistakes_end_in_one_message(treenn, plan, arguments, message):
    assert message in treenn(*arguments).error


@pytest.mark.parametrize(("kind", "noun"), [("tune", "search"), ("reproduce", "reproduction")])
def test_report_of_another_folder_is_refused(treenn, tmp_path, kind, noun):
    folder = tmp_path / "other"
    folder.mkdir()
    (folder / "run.json").write_text(json.dumps({"schema": "treenn.run", "version": 1, "kind": kind, "settings": {}}))
    (folder / "results.json").write_text("{}")
    assert treenn("report", "other").error == f"other: this folder holds a {noun}, not a comparison; {REPORT}"
    (folder / "run.json").unlink()
    missing = "this is not a results.json of `treenn compare`: the key 'schema' is missing"
    assert treenn("report", "other").error == f"other/results.json: {missing}"


def test_one_chart_of_several_comparisons(treenn, tmp_path):
    for number, skill in enumerate((0.5, 0.6)):
        results = plan_of(make_results({"tree-lstm": 0.4, "lstm": skill}, seeds=2, sentences=60))
        write_results(results, tmp_path / str(number) / "results.json")
    charted = ("report", "0", "1", "--chart", "trees.svg", "--model")
    assert treenn(*charted, "lstm").returncode == 0
    assert (tmp_path / "trees.svg").read_text().count("<title") == 1
    assert sorted(path.name for path in tmp_path.rglob("*.*")) == ["results.json", "results.json", "trees.svg"]
    error = "no difference from gru in these comparisons; must be networks and test sets of them"
    assert treenn(*charted, "gru").error == error
    assert treenn("report", "0", "1").error == "1: a report is on one comparison; --chart draws several"
    assert treenn("report", "0", "--model", "lstm").error == "--model, --split lstm: needs --chart FILE"
    (tmp_path / "trees.svg").write_text("my notes")
    assert "is no SVG: it is not replaced" in treenn(*charted, "lstm").error


def test_report_has_an_example(treenn):
    assert "Example: treenn report comparison" in treenn("report", "--help").stdout
