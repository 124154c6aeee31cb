"""`treenn bench`."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from toy import toy_treebank

import treebanks
from treenn.bench import training_speed as training
from treenn.trees import write_trees

Command = Callable[..., tuple[int, str, str]]

TREEBANK = toy_treebank(train=20, dev=5, test=5)
SMALL = ("--treebank", "toy", "--cells", "tree-lstm", "--batch", "3", "--steps", "1")
# The output of the shared workload.
LINE = re.compile(
    r"treenn {23}batch {4}4 +\d+\.\d ms/step \(min \d+\.\d\) +\d+ trees/s  \d+ MB  loss \d+\.\d\d -> \d+\.\d\d\n"
)


@pytest.fixture
def command(treenn: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    write_trees(tmp_path / "train.txt", TREEBANK.train)
    monkeypatch.setattr(treebanks, "load_trees", lambda name: TREEBANK)
    monkeypatch.setattr(training, "training_memory", lambda name, task, batches: 3 * 2**20)
    for name, value in (("BATCH", "4"), ("STEPS", "2"), ("SST", str(tmp_path))):
        monkeypatch.setenv(name, value)
    return partial(treenn, "bench")


def test_contender_prints_one_line(command: Command, tmp_path: Path) -> None:
    code, out, _ = command("--cross-library")
    assert code == 0
    assert LINE.fullmatch(out)
    assert [path.name for path in tmp_path.iterdir()] == ["train.txt"]


def test_the_contender_in_json(command: Command) -> None:
    _, out, _ = command("--contender", "--json", "--no-dedup")
    results = json.loads(out)
    assert (results["batch"], len(results["seconds"]), len(results["losses"])) == (4, 2, 5)


def test_tables_on_stdout_json_in_file(command: Command, tmp_path: Path) -> None:
    code, out, err = command(*SMALL, "--out", "here/speed.json")
    assert code == 0, err
    assert "training on toy" in out
    assert "prediction, all 30 trees" in out
    assert "results: here/speed.json" in err
    written = json.loads((tmp_path / "here/speed.json").read_text())
    assert written["command"] == f"treenn bench {' '.join(SMALL)} --out here/speed.json"
    assert written["environment"]["threads"] == 1


def test_json_stands_alone_on_standard_output(command: Command, tmp_path: Path) -> None:
    _, out, _ = command(*SMALL, "--json")
    assert json.loads(out) == json.loads((tmp_path / "bench.json").read_text())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--cells", "tree-lstm,rnn"], "--cells rnn: must be one of tree-lstm"),
        (["--batch", "25;256"], "--batch 25;256: must be whole numbers separated by commas"),
        (["--batch", "0"], "--batch 0: must be 1 or more"),
        (["--threads", "0"], "--threads 0: must be 1 or more"),
        (["--device", "tpu"], "--device tpu: must be cpu or cuda"),
    ],
)
def test_bad_arguments_end_in_one_message(command: Command, arguments: list[str], message: str, tmp_path: Path) -> None:
    code, out, err = command(*arguments)
    assert (code, out) == (2, "")
    assert err.startswith(f"error: {message}")
    assert err.count("\n") == 1
    assert not (tmp_path / "bench.json").exists()


def test_sst_is_taken_where_it_is(command: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked: list[str] = []
    monkeypatch.setattr(treebanks, "load_trees", lambda name: asked.append(name) or TREEBANK)
    monkeypatch.setenv("TREEBANKS_HOME", str(tmp_path))
    command(*SMALL[2:])
    (tmp_path / "sst").mkdir()
    command(*SMALL[2:])
    assert asked == ["reviews", "sst"]


def test_help_has_an_example_and_needs_no_torch() -> None:
    code = (
        "import sys; sys.argv = ['treenn', 'bench', '--help']\nfrom treenn.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print(*({'torch', 'numpy'} & set(sys.modules)), file=sys.stderr, end='')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stderr == ""
    assert "Example: treenn bench" in done.stdout
