"""The whole benchmark suite on a toy treebank; measured times are not tested."""

import json
from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest
import torch
from rich.console import Console
from toy import toy_treebank

from treenn.bench import training_speed as training
from treenn.bench.bench_plan import BenchPlan
from treenn.bench.bench_table import packing_table, prediction_table, training_table
from treenn.bench.prediction import _one_pass
from treenn.bench.steps import RECURRENT, BenchTask, training_step
from treenn.bench.suite import bench
from treenn.models.names import ENCODERS
from treenn.trees import InputError


@pytest.fixture(scope="module")
def measured() -> tuple[dict[str, Any], list[tuple[int, int, str]]]:
    told: list[tuple[int, int, str]] = []
    plan = BenchPlan(("tree-lstm", "lstm"), batch_sizes=(2, 5), steps=2, prediction_batch=50)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training, "training_memory", lambda name, task, batches: 3 * 2**20)
        return bench(plan, toy_treebank(), lambda *state: told.append(state), command="treenn bench"), told


@pytest.fixture
def results(measured: tuple[dict[str, Any], list[tuple[int, int, str]]]) -> dict[str, Any]:
    return deepcopy(measured[0])


def test_progress_is_told_of_every_round(measured: tuple[dict[str, Any], list[tuple[int, int, str]]]) -> None:
    told = measured[1]
    # Of each size warm-up, steps, twice the contenders and packing; then three passes over 180 trees, 50 at a time.
    total = 2 * (3 + 2 + 2 * 4 + 20) + 3 * 4
    assert [state[:2] for state in told] == [(done, total) for done in range(1, total + 1)]
    assert [told[0][2], told[-1][2]] == ["training, batch 2", "prediction"]


def test_one_result_row_per_contender_and_batch_size(results: dict[str, Any]) -> None:
    names = ["tree-lstm", "lstm", "nn.LSTM", "nn.GRU"]
    rows = results["training"]
    assert [(row["batch"], row["contender"]) for row in rows] == [(size, name) for size in (2, 5) for name in names]
    for row in rows:
        reference = next(r for r in rows if r["contender"] == "nn.LSTM" and r["batch"] == row["batch"])
        assert row["ratio"] == pytest.approx(row["trees_per_second"] / reference["trees_per_second"])
        assert row["trees_per_second"] == pytest.approx(row["batch"] / row["seconds"])
        assert 0 < row["fastest"] <= row["seconds"]
        assert row["memory"] == 3 * 2**20
        assert min(row[name] for name in ("gflop", "of_peak", "products_by_torch", "products_by_treenn")) > 0
    assert json.loads(json.dumps(results)) == results


def test_packing_is_timed_with_and_without_dedup(results: dict[str, Any]) -> None:
    rows = results["packing"]
    names = {"trees of the first epoch", "trees of a later epoch", "table of trees"}
    assert {(row["contender"], row["batch"], row["shared"]) for row in rows} == {
        (name, size, dedup) for name in names for size in (2, 5) for dedup in (False, True)
    }
    assert len(rows) == 12 and min(row["trees_per_second"] for row in rows) > 0


def test_results_say_how_they_were_made(results: dict[str, Any]) -> None:
    assert (results["schema"], results["version"], results["command"]) == ("treenn.bench", 1, "treenn bench")
    assert results["settings"]["seed"] == 0
    assert results["environment"]["torch"] == torch.__version__
    assert results["treebank"] == {"name": "toy", "trees": 180}


def test_pass_time_sums_the_median_per_batch() -> None:
    assert _one_pass([1, 10, 3, 30, 2, 90], n_batches=2) == 2 + 30


def test_prediction_is_timed_with_and_without_dedup(results: dict[str, Any]) -> None:
    [row] = results["prediction"]
    assert (row["contender"], row["batch"], row["trees"]) == ("tree-lstm", 50, 180)
    assert row["ratio"] == pytest.approx(row["trees_per_second_shared"] / row["trees_per_second"])


def test_tables_show_every_row_in_80_columns(results: dict[str, Any]) -> None:
    row = next(row for row in results["training"] if row["contender"] == "tree-lstm")
    row.update(trees_per_second=12_345.6, ratio=1.234, products_by_treenn=0.61, products_by_torch=0.99, of_peak=0.38)
    console = Console(width=80)
    with console.capture() as capture:
        console.print(training_table(results))
        console.print(packing_table(results))
        console.print(prediction_table(results))
    lines = capture.get().splitlines()
    assert next(line.split() for line in lines if line.startswith("tree-lstm")) == [
        "tree-lstm", "12,346", "1.23", "61%", "99%", "38%", "3",
    ]  # fmt: skip
    assert [line.strip() for line in lines if line.startswith("batch")] == ["batch 2", "batch 5"]
    assert sum(line.startswith(("nn.LSTM", "nn.GRU", "lstm")) for line in lines) == 6
    assert "…" not in capture.get()


def test_a_plan_times_all_encoders_unless_told_otherwise() -> None:
    assert BenchPlan().contenders == (*ENCODERS, *RECURRENT)
    assert BenchPlan(cells=("lstm",)).contenders == ("lstm", *RECURRENT)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"cells": ("tree-lstm", "rnn")}, "cells rnn: must be one of tree-lstm, lstm"),
        ({"cells": ("lstm", "lstm")}, "cells lstm,lstm: must name each cell once"),
        ({"batch_sizes": (25, 0)}, "batch_sizes\\[1\\] 0: must be 1 or more"),
        ({"steps": 0}, "steps 0: must be 1 or more"),
        ({"device": "tpu"}, "device tpu: must be cpu or cuda"),
    ],
)
def test_a_plan_that_cannot_be_is_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        BenchPlan(**settings)


def test_missing_gpu_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(InputError, match="device cuda: there is no GPU on this machine; must be cpu"):
        BenchPlan(device="cuda")


def test_bf16_products_are_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    dtypes = list[torch.dtype]()
    monkeypatch.setattr(training, "training_memory", lambda name, task, batches: 0)
    monkeypatch.setattr("treenn.bench.suite.peak_rate", lambda device, dtype: dtypes.append(dtype) or 1e9)
    plan = BenchPlan(("lstm",), batch_sizes=(3,), steps=1, precision="bf16")
    results = bench(plan, toy_treebank(), lambda *state: None)
    assert (results["settings"]["precision"], dtypes) == ("bf16", [torch.bfloat16])
    assert str(training_table(results).title).endswith("GFLOP/s at most, bf16")


def test_steps_in_bf16_have_similar_losses() -> None:
    trees = toy_treebank().train[:6]
    task = BenchTask(tuple(sorted({word for tree in trees for word in tree.words})), 5)
    exact, rough = (training_step("lstm", replace(task, precision=name))(trees) for name in ("float32", "bf16"))
    assert exact != rough == pytest.approx(exact, rel=0.01)
