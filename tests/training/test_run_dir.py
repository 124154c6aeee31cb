"""Run folders: recognition, removal of own files, and protection of others."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from small_recipes import OTHER, small_home
from toy import load_instead, toy_treebank

import treenn
from treenn.experiment.compare import compare
from treenn.experiment.recipes.reproduce import run_all
from treenn.experiment.search.sampling import Search
from treenn.experiment.search.space import Space
from treenn.experiment.search.tune import tune
from treenn.models.saving import save_model
from treenn.models.settings import Settings
from treenn.report import write_report
from treenn.training import train
from treenn.training.run_dir import check_run_dir, open_run_dir
from treenn.training.run_marker import MODEL, PARSER, RUN, TRAINING, RunMarker, TrainingIdentity, difference
from treenn.trees import InputError
from treenn.trees.temporary import temporary_prefix

TOY = toy_treebank(train=12, dev=6, test=6)
SMALL = Settings(model="average", size=4, word_size=4, epochs=1)
SPACE = Space({"dropout": (0.1,)})
OURS = RunMarker(TRAINING, TrainingIdentity({"epochs": 1}, "x"))


@pytest.fixture(autouse=True)
def toy(monkeypatch: pytest.MonkeyPatch) -> None:
    load_instead(monkeypatch, TOY)


def fill(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("x")
    return folder


def files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir()}


def stale(target: str) -> str:
    """The name of a temporary file of a process that has ended."""
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    return temporary_prefix(target).replace(f"-{os.getpid()}-", f"-{dead.pid}-") + "abc"


def test_system_files_leave_a_folder_empty(tmp_path: Path) -> None:
    fill(tmp_path, ".DS_Store", stale("config.json"))
    assert open_run_dir(tmp_path, RunMarker(MODEL)) is False
    assert files(tmp_path) == {".DS_Store"}


def test_at_most_five_files_are_named(tmp_path: Path) -> None:
    fill(tmp_path, *"abcdefg")
    with pytest.raises(InputError, match=r"did not make: a, b, c, d, e and 2 more; pass another out$"):
        check_run_dir(tmp_path, RunMarker(MODEL))


def test_overwrite_removes_only_files_of_the_run(tmp_path: Path) -> None:
    open_run_dir(tmp_path, OURS)
    fill(tmp_path, "config.json", "results.json", stale("checkpoint.safetensors"))
    for name in ("thesis.tex", "runs/a.json", "config.json.bak", ".git/HEAD"):
        fill(tmp_path, name)
        before = files(tmp_path)
        with pytest.raises(InputError, match=f"what no treenn command made: {name.split('/')[0]}; overwrite=True does"):
            open_run_dir(tmp_path, RunMarker(MODEL), overwrite=True)
        assert files(tmp_path) == before
        path = tmp_path / name.split("/")[0]
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    open_run_dir(tmp_path, RunMarker(MODEL), overwrite=True)
    assert files(tmp_path) == set()


def test_links_are_not_followed(tmp_path: Path) -> None:
    mine = fill(tmp_path / "mine", "average-0-12345678.json", "results.json")
    out = tmp_path / "out"
    compare(treenn.Plan.of("toy", ["average"], seeds=1, settings=SMALL), out)
    shutil.rmtree(out / "runs")
    (out / "runs").symlink_to(mine)
    with pytest.raises(InputError, match="what no treenn command made: runs"):
        open_run_dir(out, RunMarker(MODEL), overwrite=True)
    (out / "runs").unlink()
    (out / "results.json").symlink_to(mine / "results.json")
    (tmp_path / "link").symlink_to(out)
    open_run_dir(tmp_path / "link", RunMarker(MODEL), overwrite=True)
    assert (files(out), files(mine)) == (set(), {"average-0-12345678.json", "results.json"})
    assert (tmp_path / "link").is_symlink()


@pytest.mark.parametrize("made", [{}, [], {"settings": 3, "data": 4}, {"schema": "treenn.run", "kind": "cook"}])
def test_a_run_json_of_others_is_no_ones(made: Any, tmp_path: Path) -> None:
    (tmp_path / RUN).write_text(json.dumps(made))
    for overwrite in (False, True):
        with pytest.raises(InputError, match=r"this folder holds .*: run\.json"):
            check_run_dir(tmp_path, OURS, resume=not overwrite, overwrite=overwrite)


def test_folders_of_an_older_treenn_are_known(tmp_path: Path) -> None:
    """Folders without run.json, or with one without a schema."""
    train(TOY, SMALL, out=tmp_path / "model")
    marker = json.loads((tmp_path / "model" / RUN).read_text())
    (tmp_path / "model" / RUN).write_text(json.dumps({name: marker[name] for name in ("settings", "data")}))
    assert train(TOY, SMALL, out=tmp_path / "model", resume=True).results.epochs == 1
    compare(treenn.Plan.of("toy", ["average"], seeds=1, settings=SMALL), tmp_path / "plan")
    (tmp_path / "plan" / RUN).unlink()
    with pytest.raises(InputError, match="the comparison in this folder has been made by an older treenn"):
        compare(treenn.Plan.of("toy", ["average"], seeds=1, settings=SMALL), tmp_path / "plan")
    model = train(TOY, SMALL).model
    save_model(tmp_path / "exported", model)
    for name in ("plan", "model", "exported"):
        open_run_dir(tmp_path / name, RunMarker(PARSER), overwrite=True)
        assert files(tmp_path / name) == set()


def test_a_reproduction_of_an_older_treenn_is_resumed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small_home(tmp_path / "home", monkeypatch)
    out, told = tmp_path / "out", list[str]()
    run_all([OTHER], "sst", out, seeds=1)
    (out / RUN).unlink()
    run_all([OTHER], "sst", out, seeds=1, progress=lambda done, total, text: told.append(text))
    assert told == [f"1 of 1 {noun} done; other, seed 0: done before" for noun in ("trainings", "runs")]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", ":1:2: not JSON: Expecting property name"),
        ("[]", r": this file holds \[\]; it must be a JSON object"),
        ("{}", ": the key 'schema' is missing; it must be text"),
        ('{"schema": "x", "kind": "compare"}', r": this is not the run\.json of a "),
    ],
)
def test_a_malformed_run_json_is_no_older_treenn(
    text: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_home(tmp_path / "home", monkeypatch)
    plan, search = treenn.Plan.of("toy", ["average"], 1, settings=SMALL), Search("toy", ("average",), 1, SPACE, SMALL)
    for name, run in (
        ("compare", lambda out, **how: compare(plan, out, **how)),
        ("tune", lambda out, **how: tune(search, out, **how)),
        ("reproduce", lambda out, **how: run_all([OTHER], "sst", out, seeds=1, **how)),
    ):
        run(tmp_path / name)
        (tmp_path / name / RUN).write_text(text)
        with pytest.raises(InputError, match=rf"run\.json{message}.*; pass overwrite=True to replace the "):
            run(tmp_path / name)
        run(tmp_path / name, overwrite=True)


@pytest.mark.parametrize(
    ("before", "now", "found"),
    [
        ({"a": {"b": 1}}, {"a": {"b": 1, "c": 2}, "d": 3}, None),
        ({"a": {"b": 1}}, {"a": {"b": 2}}, "a.b 1, not 2"),
        ({"a": [1, 2]}, {"a": [1]}, "a [1, 2], not [1]"),
        ({"a": {"b": 1}}, {"a": {}}, "a.b, which is not given now"),
        ({"a": {"b": 1}}, {"a": 3}, 'a {"b": 1}, not 3'),
        ({"a": 1, "b": 2}, {"a": 2, "b": 3}, "a 1, not 2"),
    ],
)
def test_a_run_may_be_given_more_than_before(before: Any, now: Any, found: str | None) -> None:
    assert difference(before, now) == found


def removing(out: Path) -> Any:
    def progress(*_: Any) -> None:
        shutil.rmtree(out, ignore_errors=True)

    return progress


def test_folder_removed_during_a_run_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small_home(tmp_path / "home", monkeypatch)
    out = tmp_path / "out"
    plan, progress = treenn.Plan.of("toy", ["average", "majority"], seeds=1, settings=SMALL), removing(out)
    search = Search("toy", ("average",), 1, SPACE, SMALL)
    for run in (
        lambda: train(TOY, SMALL, out=out, progress=progress),
        lambda: compare(plan, out, jobs=1, progress=progress),
        lambda: tune(search, out, progress=progress),
        lambda: run_all([OTHER], "sst", out, seeds=1, progress=progress),
    ):
        with pytest.raises(InputError, match="this folder was removed or emptied while a run was writing to it"):
            run()
        assert not out.exists()


def count_writes(out: Path, monkeypatch: pytest.MonkeyPatch, last: int | None = None) -> list[int]:
    """Count the writes after that of `out/run.json`; remove `out` during write number `last`."""
    writes = list[int]()

    def sync(handle: int) -> None:
        if (out / RUN).exists():
            writes.append(handle)
            if len(writes) == last:
                shutil.rmtree(out)

    monkeypatch.setattr(os, "fsync", sync)
    return writes


@pytest.mark.parametrize("name", ["train", "compare", "tune", "reproduce"])
def test_folder_removed_at_any_write_is_an_error(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small_home(tmp_path / "home", monkeypatch)
    out, plan = tmp_path / "out", treenn.Plan.of("toy", ["average"], seeds=1, settings=SMALL)
    run = {
        "train": lambda: train(TOY, SMALL, out=out),
        "compare": lambda: compare(plan, out, jobs=1),
        "tune": lambda: tune(Search("toy", ("average",), 2, SPACE, SMALL), out),
        "reproduce": lambda: run_all([OTHER], "sst", out, seeds=1),
    }[name]
    writes = count_writes(out, monkeypatch)
    run()
    assert len(writes) > 2
    for number in range(1, len(writes) + 1):
        shutil.rmtree(out, ignore_errors=True)
        count_writes(out, monkeypatch, number)
        with pytest.raises(InputError, match="this folder was removed or emptied while a run was writing to it"):
            run()
        assert not out.exists()


def test_no_function_writes_over_a_users_files(tmp_path: Path, undrawn: None) -> None:
    plan = treenn.Plan.of("toy", ["average"], seeds=1, settings=SMALL)
    for run in (lambda out: train(TOY, SMALL, out=out), lambda out: compare(plan, out)):
        with pytest.raises(InputError, match=r"did not make: results\.json; pass another out"):
            run(fill(tmp_path / "mine", "results.json"))
    results = compare(plan, tmp_path / "out")
    write_report(results, tmp_path / "out/report.html")
    write_report(results, tmp_path / "out/report.html")
    for name, kind in (("page.html", "HTML"), ("page.md", "Markdown")):
        fill(tmp_path / "site", name)
        with pytest.raises(InputError, match=rf"{name}: this file exists and is no report of treenn in {kind}"):
            write_report(results, tmp_path / "site/page.html")
        assert (tmp_path / "site" / name).read_text() == "x"
        (tmp_path / "site" / name).unlink()


def test_a_folder_that_cannot_be_written_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: False)  # root may write everywhere
    for out in (tmp_path, tmp_path / "new" / "out"):
        with pytest.raises(InputError, match="cannot write here: Permission denied"):
            check_run_dir(out, RunMarker(MODEL))
    assert not list(tmp_path.iterdir())


def test_training_locks_its_folder(tmp_path: Path) -> None:
    refusals = list[str]()

    def second(*_: Any) -> None:
        with pytest.raises(InputError) as error:
            train(TOY, SMALL, out=tmp_path / "out", resume=True)
        refusals.append(str(error.value))

    train(TOY, SMALL, out=tmp_path / "out", progress=second)
    assert refusals and all(f"process {os.getpid()} is writing to this folder" in refusal for refusal in refusals)
    assert not (tmp_path / "out/.lock").exists()
