"""`execute`: training, finished runs, and the lock of a folder."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from small_recipes import OTHER, small_home
from toy import load_instead, toy_treebank

import treenn
from treenn.experiment.compare import compare
from treenn.experiment.evaluate import evaluate
from treenn.experiment.execute import execute, is_finished
from treenn.experiment.recipes.reproduce import run_all
from treenn.experiment.run import train_and_analyse
from treenn.experiment.run_spec import RunSpec, fingerprint
from treenn.experiment.search.sampling import Search
from treenn.experiment.search.space import Space
from treenn.experiment.search.tune import tune
from treenn.experiment.version_0_1 import adopt, old_hash
from treenn.models.settings import RENAMED, Settings
from treenn.training import train
from treenn.training.folder_lock import locked
from treenn.training.run_marker import RUN
from treenn.trees import InputError
from treenn.trees.json_records import to_json

TOY = toy_treebank(train=12, dev=6, test=6)
SMALL = Settings(model="lstm", size=4, word_size=4, epochs=1)
SPEC = RunSpec(SMALL, "toy", label="lstm")
HOLDER = """
import sys, time
from pathlib import Path
from treenn.training.folder_lock import locked
with locked(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(600)
"""


@pytest.fixture(autouse=True)
def toy(monkeypatch: pytest.MonkeyPatch) -> None:
    load_instead(monkeypatch, TOY)


@pytest.fixture
def holder(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the lock of `out`."""
    command = [sys.executable, "-c", HOLDER, str(tmp_path / "out")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None and process.stdout.readline() == "held\n"
        yield process
        process.kill()


@pytest.mark.parametrize(
    "change",
    [
        {"settings": replace(SMALL, seed=1)},
        {"settings": replace(SMALL, dropout=0.25)},
        {"treebank": "other"},
        {"vectors": ("a.txt",)},
        {"trees": "left"},
        {"shuffle": True},
        {"baseline": "majority"},
        {"time_match": SPEC},
        {"data": "x"},
    ],
)
def test_everything_that_decides_a_result_changes_the_key(change: dict[str, Any]) -> None:
    assert replace(SPEC, **change).key != SPEC.key


def test_labels_and_defaults_do_not_change_the_key() -> None:
    assert replace(SPEC, label="x", trial=3, drawn={}).key == SPEC.key
    assert replace(SPEC, settings=replace(SMALL, dropout=Settings().dropout)).key == SPEC.key


def test_compare_tune_and_reproduce_train_the_same_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small_home(tmp_path / "home", monkeypatch)
    for settings in (replace(OTHER.settings, supervision="nodes"), replace(OTHER.settings, model="tree-lstm")):
        out = tmp_path / settings.model
        train(TOY, settings, out=out / "train")
        expected = to_json(evaluate(out / "train", TOY))
        plan = treenn.Plan.of("toy", [settings.model], seeds=1, settings=settings)
        compare(plan, out / "compare")
        tune(Search("toy", (settings.model,), 1, Space({"dropout": (0.5,)}), settings), out / "tune")
        run_all([replace(OTHER, settings=settings)], "sst", out / "reproduce", seeds=1)
        [compared, tried, reproduced] = [
            json.loads(file.read_text())
            for pattern in ("compare/runs/*.json", "tune/trials/*.json", "reproduce/*/seed-0/results.json")
            for file in out.glob(pattern)
        ]
        assert expected["dev"] == compared["dev"] == tried["dev"] == reproduced["dev"]
        assert expected["test"] == compared["test"] == reproduced["test"]
        models = [path.read_bytes() for path in out.rglob("model.safetensors")]
        assert len(models) == 3 and len(set(models)) == 1


def test_a_finished_run_records_its_settings_and_vectors(tmp_path: Path) -> None:
    file = tmp_path / "lstm.json"
    assert not is_finished(file, SPEC)
    file.write_text(json.dumps({"settings": {"model": "lstm", "size": 4, "word_size": 4, "epochs": 1}, "vectors": []}))
    assert is_finished(file, SPEC)
    for changed, message in (
        (replace(SPEC, settings=replace(SMALL, size=5)), r"lstm\.json: this run has size 4, not 5; remove"),
        (replace(SPEC, vectors=("a/b.txt",)), r"this run has the word vectors none, not b\.txt; remove"),
    ):
        with pytest.raises(InputError, match=message):
            is_finished(file, changed)
    assert is_finished(file, replace(SPEC, time_match=SPEC, settings=replace(SMALL, epochs=9)))


def test_a_missing_gpu_is_reported_before_any_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    plan = treenn.Plan.of("toy", ["lstm"], seeds=1, settings=SMALL)
    with pytest.raises(InputError, match=r"^device cuda: torch finds no GPU on this machine"):
        compare(plan, tmp_path / "out", device="cuda", jobs=1)
    assert not (tmp_path / "out").exists()


def test_the_device_reaches_training(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    devices = list[str]()

    def counted(treebank: Any, settings: Settings, *, device: str, **rest: Any) -> Any:
        devices.append(device)
        return train(treebank, settings, **rest)

    small_home(tmp_path / "home", monkeypatch)
    monkeypatch.setattr("treenn.experiment.run.train", counted)
    monkeypatch.setattr("torch.cuda.is_available", lambda: True)
    compare(treenn.Plan.of("toy", ["lstm"], seeds=1, settings=SMALL), tmp_path / "a", device="cuda", jobs=1)
    tune(Search("toy", ("lstm",), 1, Space({"dropout": (0.1,)}), SMALL), tmp_path / "b", device="cuda")
    run_all([OTHER], "sst", tmp_path / "c", seeds=1, device="cuda")
    assert devices == ["cuda"] * 5, "compare and reproduce restore the model for its evaluation"


def test_a_second_process_is_one_error(holder: subprocess.Popen[str], tmp_path: Path) -> None:
    with pytest.raises(InputError, match=f"out: process {holder.pid} is writing to this folder; wait until it ends"):
        compare(treenn.Plan.of("toy", ["lstm"], seeds=1, settings=SMALL), tmp_path / "out")
    assert [path.name for path in (tmp_path / "out").iterdir()] == [".lock"]


@pytest.mark.skipif(os.name != "posix", reason="kills with SIGKILL")
def test_a_killed_process_leaves_no_lock(holder: subprocess.Popen[str], tmp_path: Path) -> None:
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    assert (tmp_path / "out/.lock").exists()
    compare(treenn.Plan.of("toy", ["lstm"], seeds=1, settings=SMALL), tmp_path / "out")
    assert not (tmp_path / "out/.lock").exists()


def test_one_process_locks_a_folder_once(tmp_path: Path) -> None:
    with locked(tmp_path):
        with pytest.raises(InputError, match=f"process {os.getpid()} is writing to this folder"), locked(tmp_path):
            pass
        assert (tmp_path / ".lock").exists()
    assert not list(tmp_path.iterdir())
    with locked(tmp_path):
        pass


def test_a_lock_ends_with_its_folder(tmp_path: Path) -> None:
    with locked(tmp_path / "out"):
        shutil.rmtree(tmp_path / "out")
    assert not list(tmp_path.iterdir())


def test_nothing_is_trained_if_all_is_finished(tmp_path: Path) -> None:
    (tmp_path / RUN).write_text("{}")
    runs = {f"{SPEC.name}.json": SPEC}
    execute(runs, tmp_path, train_and_analyse, jobs=2)  # one run: in this process
    told = list[Any]()
    execute(runs, tmp_path, never, jobs=2, progress=lambda *message: told.append(message))
    assert told == [(1000, 1000, "1 of 1 runs done; lstm, seed 0: done before")]


def never(spec: RunSpec, job: Any) -> None:
    raise AssertionError("a finished run was repeated")


NEWER = (  # settings that 0.1.0 lacked
    *("patience", "class_weights", "min_steps", "distill_weight", "frequent_words", "spelling", "unknown_vector"),
    *("vocabulary_size", "output_layer", "precision"),
    *("source_units", "target_units", "attention", "label_smoothing"),
)


def old_results(spec: RunSpec) -> dict[str, Any]:
    """The results of a run as treenn 0.1.0 wrote them, as far as they identify it."""
    names = {new: old for old, new in RENAMED.items()}
    settings = {names.get(name, name): value for name, value in vars(spec.settings).items() if name not in NEWER}
    made = {"treenn": "0.1.0", "commit": None, "torch": "2.13.0+cpu"}
    return {"settings": settings | {"initialization": "own"}, "vectors": [], "environment": made}


OF_0_1_0 = RunSpec(
    Settings(size=6, word_size=5, epochs=2, restarts=2, ema_decay=0.9),
    "sst",
    data="af9e88fd064f19fb9553ca44d0e62ae7563386d3a31b768e82e3f96e7cccdaf9",
    label="tree-lstm",
)


def test_run_hashes_of_0_1_0_are_reproduced() -> None:
    roots = replace(OF_0_1_0, settings=replace(OF_0_1_0.settings, supervision="roots"))
    timed = replace(roots, settings=replace(roots.settings, model="lstm"), time_match=roots)
    hashes = [old_hash(spec, old_results(spec)) for spec in (OF_0_1_0, roots, timed)]
    assert hashes == ["c9b57103", "5905c49e", "c754744a"], "as commit 9b75478 named these runs"


def test_runs_of_0_1_0_are_renamed(tmp_path: Path) -> None:
    spec = replace(OF_0_1_0, data=fingerprint(TOY))
    timed = replace(spec, label="lstm", time_match=spec, settings=replace(spec.settings, model="lstm"))
    trial = replace(spec, trial=1, drawn={"dropout": 0.5})
    old = [
        tmp_path / f"{label}-{number}-{old_hash(each, old_results(each))}.json"
        for label, number, each in (("tree-lstm", 0, spec), ("lstm", 0, timed), ("tree-lstm", 1, trial))
    ]
    for path, each in zip(old, (spec, timed, trial), strict=True):
        path.write_text(json.dumps(old_results(each)))
    (tmp_path / old[0].stem).mkdir()
    (tmp_path / "tree-lstm-0-00000000.json").write_text(json.dumps(old_results(spec)))  # of other trees
    runs = {f"{each.name}.json": each for each in (spec, timed, trial)}
    adopt(tmp_path, runs)
    assert {path.name for path in tmp_path.iterdir()} == {*runs, spec.name, "tree-lstm-0-00000000.json"}
    assert all(is_finished(tmp_path / file, each) for file, each in runs.items())


@pytest.mark.slow  # test_extension_points.py trains such a model in workers, too
def test_workers_resolve_foreign_models_and_train_as_serially(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "othercell.py").write_text(
        "from treenn.encoders import SequenceEncoder\nfrom treenn.sequences import LSTM\n"
        "def factory(input_size, hidden_size):\n    return SequenceEncoder(LSTM(input_size, hidden_size))\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    plan = treenn.Plan.of(TOY, ["othercell:factory", "lstm"], seeds=1, settings=SMALL)
    for out, jobs in (("parallel", 2), ("serial", 1)):
        compare(plan, tmp_path / out, jobs=jobs)
    for name in ("othercell", "lstm"):
        [parallel], [serial] = (
            list(tmp_path.glob(f"{out}/runs/{name}*/model.safetensors")) for out in ("parallel", "serial")
        )
        assert parallel.read_bytes() == serial.read_bytes()
    files = [file for name in ("othercell", "lstm") for file in tmp_path.glob(f"parallel/runs/{name}*.json")]
    theirs, ours = [json.loads(file.read_text()) for file in files]
    assert theirs["settings"]["model"] == "othercell:factory"
    assert theirs["test"] == ours["test"], "the same network"
