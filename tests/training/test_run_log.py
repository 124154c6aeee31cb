"""Logs of training runs: CSV and TensorBoard."""

import csv
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from killing import Killed, kill_after
from toy import toy_treebank

from treenn.models.settings import Settings
from treenn.training import run_log, train
from treenn.training.run_results import TrainingResults
from treenn.trees import InputError

TOY = toy_treebank(train=65, dev=10)
SMALL = Settings(size=5, word_size=4, epochs=4, batch_size=5, schedule="linear")  # 13 steps in an epoch
STEPS = [10, 13, 20, 26, 30, 39, 40, 50, 52]


def rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "log/csv/metrics.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def logged(folder: Path, settings: Settings = SMALL, formats: Sequence[Any] = ("csv",), **how: Any) -> TrainingResults:
    return train(TOY, settings, out=folder, log=formats, **how).results


def test_csv_has_steps_and_epochs_once(tmp_path: Path) -> None:
    results = logged(tmp_path)
    entries = {int(row["step"]): row for row in rows(tmp_path)}
    assert [int(row["step"]) for row in rows(tmp_path)] == STEPS
    for epoch in results.history:
        row = entries[13 * epoch.epoch]
        assert float(row["epoch_loss"]) == epoch.loss
        assert float(row["dev_root"]) == epoch.dev.values["root"]
        assert row["gradient_norm"]
    assert entries[20]["epoch_loss"] == ""
    assert float(entries[20]["learning_rate"]) == pytest.approx(0.05 * (1 - 19 / 52))
    assert float(entries[20]["embedding_learning_rate"]) == pytest.approx(0.1 * (1 - 19 / 52))


def test_a_log_changes_no_result(tmp_path: Path) -> None:
    logged(tmp_path / "logged")
    train(TOY, SMALL, out=tmp_path / "plain")
    both = [(tmp_path / name / "model.safetensors").read_bytes() for name in ("logged", "plain")]
    assert both[0] == both[1]


@pytest.mark.parametrize("batches", [5, 13, 21, 33])
def test_resumed_csv_equals_an_uninterrupted_one(batches: int, tmp_path: Path) -> None:
    logged(tmp_path / "whole")
    with pytest.raises(Killed):
        logged(tmp_path / "cut", progress=kill_after(batches))
    logged(tmp_path / "cut", resume=True)
    assert rows(tmp_path / "cut") == rows(tmp_path / "whole")
    logged(tmp_path / "cut", resume=True)
    assert rows(tmp_path / "cut") == rows(tmp_path / "whole"), "a finished run logs nothing"


def test_more_epochs_append_and_overwriting_removes(tmp_path: Path) -> None:
    constant = replace(SMALL, schedule="constant", epochs=2)
    logged(tmp_path, constant, keep_checkpoint=True)
    logged(tmp_path, replace(constant, epochs=4), resume=True)
    assert [int(row["step"]) for row in rows(tmp_path)] == STEPS
    train(TOY, constant, out=tmp_path, overwrite=True)
    assert not (tmp_path / "log").exists()


def test_restarts_log_each_step_once(tmp_path: Path) -> None:
    logged(tmp_path, replace(SMALL, restarts=2, epochs=2))
    assert [int(row["step"]) for row in rows(tmp_path)] == [13, 20, 26]


def test_malformed_logs_are_named(tmp_path: Path) -> None:
    with pytest.raises(Killed):
        logged(tmp_path, progress=kill_after(30))
    (tmp_path / "log/csv/metrics.csv").write_text("step,loss\nten,1\n")
    with pytest.raises(InputError, match=r"metrics\.csv: this log cannot be continued"):
        logged(tmp_path, resume=True)


def test_logs_need_a_folder_and_tensorboard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match="log csv: needs out"):
        train(TOY, SMALL, log=["csv"])
    with pytest.raises(InputError, match="log"):
        train(TOY, SMALL, out=tmp_path / "run", log=["wandb"])  # type: ignore[list-item]
    monkeypatch.setattr(run_log, "find_spec", lambda name: None)
    with pytest.raises(InputError, match=r"log tensorboard: .* pip install 'treenn\[tensorboard\]'"):
        train(TOY, SMALL, out=tmp_path / "run", log=["tensorboard"])
    assert not (tmp_path / "run").exists()


def test_resumed_tensorboard_has_no_step_twice(tmp_path: Path) -> None:
    accumulators = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    with pytest.raises(Killed):
        logged(tmp_path, formats=["tensorboard", "csv"], progress=kill_after(33))
    results = logged(tmp_path, formats=["tensorboard", "csv"], resume=True)
    events = accumulators.EventAccumulator(str(tmp_path / "log/tensorboard")).Reload()
    assert [event.step for event in events.Scalars("loss")] == STEPS
    measured = [event.value for event in events.Scalars("dev_root")]
    assert measured == pytest.approx([epoch.dev.values["root"] for epoch in results.history])
    train(TOY, SMALL, out=tmp_path, overwrite=True)
    assert not (tmp_path / "log").exists()
