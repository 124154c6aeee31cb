"""Readings in the git history of records: a small repository, errors, and the committed histories."""

import json
import os
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

import treebanks
from treenn.experiment.ledger import Reading, configuration_of
from treenn.experiment.ledger_history import FILE, HISTORY_SCHEMA, histories, main, readings_of, to_text
from treenn.experiment.run_spec import RunSpec
from treenn.models import Settings
from treenn.trees import InputError

REMEDY = "after the commit of a record, run: python -m treenn.experiment.ledger_history"
GLOVE = [{"file": "glove.txt"}]


def git(folder, *arguments, day=1):
    made = {f"GIT_{who}_{what}": "a@b.example" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    made |= {f"GIT_{who}_DATE": f"2026-01-{day:02}T10:00:00+00:00" for who in ("AUTHOR", "COMMITTER")}
    made |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    done = subprocess.run(["git", *arguments], cwd=folder, env=os.environ | made, capture_output=True, check=True)
    return done.stdout.decode().strip()


def run(model="lstm", code="c1", **more):
    settings = {"model": model, "word_range": 0.05, "initialization": "own", "seed": more.pop("seed", 0)}
    return {"model": model, "settings": settings | more.pop("settings", {}), "environment": {"commit": code}, **more}


def comparison(*runs, created="2026-01-01T09:00:00+00:00", **more):
    task = {"treebank": {"name": "sst"}, "vectors": GLOVE, "evaluated": ["dev", "test", "long"], "runs": list(runs)}
    return {"schema": "treenn.comparison", "created": created, "tasks": [task], **more}


def recipe(code="c1", created="2026-01-02T09:00:00+00:00", members=None, **settings):
    return {
        "schema": "treenn.recipe",
        "name": "own",
        "created": created,
        "treebank": {"name": "sst"},
        "settings": {"model": "lstm", **settings},
        "vectors": ["glove.txt"],
        "members": members,
        "gold": {"test": {}},
        "runs": [{"environment": {"commit": code}}],
    }


def parsing(matched=7, split="test"):
    scores = {"predicted": 9, "matched": matched}
    made = {"created": "2026-01-03T09:00:00+00:00", "environment": {"commit": "c1"}}
    return made | {
        "schema": "treenn.parsing",
        "parser": "chart",
        "treebank": "sst",
        "split": split,
        "with_punctuation": scores,
    }


def tokenizer(file):
    tokens = {"predicted": 9, "correct": 8}
    return {"schema": "treenn.tokenizer", "file": file, "tokens": tokens, "environment": {"commit": None}}


@pytest.fixture
def repository(tmp_path):
    git(tmp_path, "init", "-q")
    return tmp_path


def commit(repository, day, **records):
    """Commit these records, by name with `__` for slashes; None deletes."""
    for name, record in records.items():
        path = repository / "treebanks/results" / f"{name.replace('__', '/')}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        if record is None:
            path.unlink()
        else:
            path.write_text(json.dumps(record))
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "-m", "a record", day=day)
    return git(repository, "rev-parse", "--short=12", "HEAD")


def found(repository, name="sst"):
    """The readings as (date, split, model, commit of the code, source), and their configurations."""
    readings = histories(repository)[name].readings
    facts = [(each.date[:10], each.split, each.model, each.commit, each.source) for each in readings]
    return facts, [each.configuration for each in readings]


def test_readings_appear_once(repository):
    first = commit(repository, 1, sst__plan=comparison(run(), run(seed=1)))
    later = comparison(run(), run(seed=1), run(seed=2), run("gru"), created="2026-01-02T09:00:00+00:00")
    second = commit(repository, 2, sst__plan=later)
    facts, configurations = found(repository)
    place = "treebanks/results/sst/plan.json in"
    assert facts == [
        ("2026-01-01", "long", "lstm", "c1", f"{place} {first}"),
        ("2026-01-01", "test", "lstm", "c1", f"{place} {first}"),
        ("2026-01-02", "long", "gru", "c1", f"{place} {second}"),
        ("2026-01-02", "test", "gru", "c1", f"{place} {second}"),
    ]
    assert len(set(configurations)) == 2


def test_changed_settings_and_code_are_readings(repository):
    commit(repository, 1, sst__recipes__own=recipe())
    commit(repository, 2, sst__recipes__own=recipe(created="2026-01-03", dropout=0.25))
    commit(repository, 3, sst__recipes__own=recipe("c2", created="2026-01-04", dropout=0.25))
    commit(repository, 4, sst__recipes__own=recipe("c2", created="2026-01-05", dropout=0.25, members=["own"]))
    facts, configurations = found(repository)
    assert [(date, code) for date, _, _, code, _ in facts] == [
        ("2026-01-02", "c1"),
        ("2026-01-03", "c1"),
        ("2026-01-04", "c2"),
        ("2026-01-05", "c2"),
    ]
    assert len(set(configurations)) == 3
    assert configurations[1] == configurations[2]


def test_deleted_and_moved_records_count(repository):
    commit(repository, 1, sst__old=comparison(run()))
    commit(repository, 2, sst__old=None, sst__deep__new=comparison(run("gru")))
    assert {fact[2] for fact in found(repository)[0]} == {"lstm", "gru"}


def test_records_of_parsers_and_tokenizers(repository):
    commit(repository, 3, sst__chart=parsing(), tokenizer__test=tokenizer("en_ewt-ud-test.conllu"))
    commit(
        repository, 4, sst__chart=parsing(8), sst__dev=parsing(split="dev"), tokenizer__dev=tokenizer("a-ud-dev.conllu")
    )
    facts, configurations = found(repository)
    assert [(split, model) for _, split, model, _, _ in facts] == [("test", "parser chart")] * 2
    assert len(set(configurations)) == 2
    [reading] = histories(repository)["tokenizer"].readings
    assert (reading.treebank, reading.split, reading.date) == ("en_ewt", "test", "2026-01-03T10:00:00+00:00")


def test_a_record_with_a_ledger_is_skipped(repository):
    commit(repository, 1, sst__old=comparison(run()), sst__list=[1], sst__bench={"schema": "treenn.bench"})
    commit(repository, 2, sst__new=comparison(run("gru"), test_readings=[]))
    assert {fact[2] for fact in found(repository)[0]} == {"lstm"}


def test_configurations_are_those_of_runs():
    spec = RunSpec(Settings(model="lstm"), "sst", ("glove.txt",), trees="balanced")
    [reading, _] = readings_of(comparison(run(trees="balanced"), run(seed=4, trees="balanced")), source="here")
    assert reading == Reading(
        "sst", "test", "", configuration_of(spec), "lstm", "c1", "2026-01-01T09:00:00+00:00", "here"
    )
    baseline = run("majority", settings={}) | {"settings": {"model": "majority", "supervision": "roots"}}
    expected = configuration_of(
        replace(spec, settings=Settings(supervision="roots"), trees="gold", baseline="majority")
    )
    assert readings_of(comparison(baseline))[0].configuration == expected


def test_a_recorded_configuration_is_taken():
    assert readings_of(comparison(run(configuration="abc")))[0].configuration == "abc"


def test_a_malformed_record_is_named():
    record = comparison(run())
    del record["tasks"][0]["runs"][0]["settings"]
    with pytest.raises(InputError, match="here: this record lacks the key 'settings'"):
        readings_of(record, source="here")


def test_version_1_is_one_task():
    record = comparison(run())
    [task] = record.pop("tasks")
    assert readings_of(record | task) == readings_of(comparison(run()))


def test_main_writes_the_histories(repository, capsys):
    commit(repository, 1, sst__plan=comparison(run()))
    assert main([str(repository)]) == 0
    path = repository / "treebanks/results/sst" / FILE
    history = HISTORY_SCHEMA.read(path)
    assert history == histories(repository)["sst"]
    assert any("evaluated and not committed" in each for each in history.unknown)
    assert capsys.readouterr().out == f"{path}: 2 readings\n"
    commit(repository, 2)
    assert histories(repository)["sst"] == history  # the file itself is no record


def test_outside_of_a_repository(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert main([str(tmp_path)]) == 2
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith(f"error: {tmp_path}: cannot read the git history: fatal: not a git repository")


def test_git_must_be_installed(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(InputError, match="git is needed"):
        histories(tmp_path)


def test_a_shallow_clone_is_refused(repository, tmp_path):
    commit(repository, 1, sst__plan=comparison(run()))
    commit(repository, 2, sst__plan=comparison(run("gru")))
    git(tmp_path, "clone", "-q", "--depth=1", repository.as_uri(), "shallow")
    with pytest.raises(InputError, match=r"shallow.*git fetch --unshallow"):
        histories(tmp_path / "shallow")


def test_a_history_without_records_is_refused(repository):
    commit(repository, 1, sst__bench={"schema": "treenn.bench"})
    with pytest.raises(InputError, match="no record"):
        histories(repository)


def test_the_committed_histories():
    try:
        made = histories()
    except InputError as error:
        pytest.skip(f"needs the git history: {error}")
    for name, history in made.items():
        path = Path(treebanks.__file__).parent / "results" / name / FILE
        assert path.read_text(encoding="utf-8") == to_text(history), REMEDY
