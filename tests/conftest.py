"""Shared fixtures: real treebanks below `TREEBANKS_HOME`, synthetic results, and the settings of hypothesis."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

os.environ.setdefault("OMP_NUM_THREADS", "1")  # two processes run the tests; torch is imported later

# Deterministic examples, no files left behind, and no failures on a busy machine. Half of the usual number of examples:
# there are over a hundred such tests, and tests/fuzz draws more.
settings.register_profile(
    "treenn",
    max_examples=50,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("treenn")


REAL_HOME = os.environ.get("TREEBANKS_HOME")
EMPTY_HOME = pytest.StashKey[tempfile.TemporaryDirectory[str]]()

# Options must be known before tests are collected, so they are not in tests/fuzz/conftest.py.
FUZZED = pytest.StashKey[dict[str, tuple[int, int]]]()
"""Numbers of inputs and findings per fuzzed target."""


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("fuzz", "the fuzzer, `python -m pytest -m slow tests/fuzz`")
    group.addoption("--fuzz-seconds", type=float, default=20, help="seconds, shared by all targets (default: 20)")
    group.addoption("--fuzz-seed", type=int, default=0, help="the seed of all inputs (default: 0)")
    group.addoption("--fuzz-inputs", type=int, default=0, help="inputs of each target, instead of seconds")
    group.addoption("--fuzz-first", type=int, default=0, help="the number of the first input (default: 0)")


def pytest_configure(config: pytest.Config) -> None:
    config.stash[FUZZED] = {}
    config.stash[EMPTY_HOME] = tempfile.TemporaryDirectory(prefix="treenn-no-treebanks-")


def pytest_unconfigure(config: pytest.Config) -> None:
    config.stash[EMPTY_HOME].cleanup()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Function) -> None:
    """Set `TREEBANKS_HOME` to an empty folder unless a test uses `real_home` or a fixture of its module has set it."""
    empty = item.config.stash[EMPTY_HOME].name
    if os.environ.get("TREEBANKS_HOME") not in (REAL_HOME, empty):
        return
    home = REAL_HOME if "real_home" in item.fixturenames else empty
    if home is None:
        os.environ.pop("TREEBANKS_HOME", None)
    else:
        os.environ["TREEBANKS_HOME"] = home


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if counts := config.stash[FUZZED]:
        terminalreporter.section("fuzzed: inputs, findings")
        for name, (inputs, findings) in counts.items():
            terminalreporter.line(f"{name:20} {inputs:10,} {findings:5}")
        inputs, findings = (sum(column) for column in zip(*counts.values(), strict=True))
        terminalreporter.line(f"{'together':20} {inputs:10,} {findings:5}  seed {config.getoption('--fuzz-seed')}")


@pytest.fixture
def fuzz_counts(pytestconfig: pytest.Config) -> dict[str, tuple[int, int]]:
    return pytestconfig.stash[FUZZED]


@pytest.fixture(scope="session", autouse=True)
def cache_of_parsed_texts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A cache of the session, not the user's."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("TREENN_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session", autouse=True)
def no_wait_for_the_disk() -> Iterator[None]:
    """No test cuts the power; thousands of small files would wait for the disk. Child processes call `fsync`."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(os, "fsync", lambda handle: None)
        yield


@pytest.fixture
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """No charts in reports: drawing them takes longer than a small comparison."""
    from matplotlib.figure import Figure

    monkeypatch.setattr(Figure, "savefig", lambda figure, file, **form: file.write("<svg></svg>"))


@pytest.fixture(scope="session", autouse=True)
def ledgers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Iterator[Path]]:
    """New ledgers of test readings; fixtures of modules and of the session share one."""
    folder = tmp_path_factory.mktemp("ledgers")
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("TREENN_LEDGER", str(folder / "shared.jsonl"))
        yield (folder / f"{number}.jsonl" for number in count())


@pytest.fixture(autouse=True)
def ledger(ledgers: Iterator[Path], monkeypatch: pytest.MonkeyPatch) -> Path:
    """The ledger of test readings, a new one for each test."""
    file = next(ledgers)
    monkeypatch.setenv("TREENN_LEDGER", str(file))
    return file


@pytest.fixture(scope="session")
def real_home() -> None:
    """`TREEBANKS_HOME` as it was before the tests, with or without treebanks in it."""


@pytest.fixture(scope="session")
def treebanks_home(real_home: None) -> Path:
    if not REAL_HOME:
        pytest.skip("needs real treebanks: set TREEBANKS_HOME to their folder")
    return Path(REAL_HOME)


@pytest.fixture(scope="session")
def sst_home(treebanks_home: Path) -> Path:
    return _folder(treebanks_home / "sst")


@pytest.fixture(scope="session")
def parsing_home(treebanks_home: Path) -> Path:
    return _folder(treebanks_home / "parsing")


def _folder(folder: Path) -> Path:
    if not folder.is_dir():
        pytest.skip(f"needs {folder}, which is not there")
    return folder


@pytest.fixture
def make() -> Callable[..., Any]:
    """The factory of synthetic results of one task, with a given outcome."""
    from made_up_results import make_results

    return make_results


@pytest.fixture(scope="session")
def results() -> Any:
    """Synthetic results in which a tree model beats an LSTM, with a deep test set; read-only."""
    from made_up_results import make_results

    return make_results({"tree-lstm": 0.6, "lstm": 0.5}, splits=("dev", "test", "deep"))
