"""Restarts: several initializations, of which the best on dev continues."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from killing import whole_and_resumed
from toy import toy_treebank

from treenn.models.settings import Settings
from treenn.training import train
from treenn.trees import InputError

TOY = toy_treebank()
SMALL = Settings(size=10, word_size=8, epochs=3, batch_size=10, seed=1)
THREE = replace(SMALL, restarts=3)


def dev(run: object, epoch: int) -> float:
    return run.results.history[epoch - 1].dev.values["all_nodes"]  # type: ignore[attr-defined, no-any-return]


def test_the_best_start_goes_on() -> None:
    run = train(TOY, THREE)
    scores = run.results.history[0].starts
    assert len(set(scores)) == len(scores) == 3
    assert dev(run, 1) == max(scores)
    assert scores[0] == dev(train(TOY, SMALL), 1), "the first start is the run that there is without others"
    assert [entry.epoch for entry in run.results.history] == [1, 2, 3]
    assert run.results.history[1].starts == ()


def test_all_starts_are_counted_in_what_it_cost() -> None:
    ticks = iter(range(100))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("treenn.training.epoch_training.time.perf_counter", lambda: next(ticks))
        results = train(TOY, THREE).results
    assert [entry.seconds for entry in results.history] == [3, 1, 1]
    trees = sum(1 for _ in TOY.trees("train"))
    assert results.trees_per_second == trees, "five passes in as many ticks"


@pytest.mark.parametrize("seed", range(4))
def test_restarts_change_nothing_if_the_first_wins(seed: int) -> None:
    of_three, alone = (train(TOY, replace(SMALL, seed=seed, restarts=starts)) for starts in (3, 1))
    scores = of_three.results.history[0].starts
    same = all(torch.equal(a, b) for a, b in zip(of_three.model.parameters(), alone.model.parameters(), strict=True))
    assert same == (scores[0] == max(scores))


@pytest.mark.parametrize("batches", [5, 12, 30])
def test_resumed_run_is_bit_identical(batches: int, tmp_path: Path) -> None:
    whole, resumed = whole_and_resumed(TOY, THREE, tmp_path, batches)
    assert resumed.history[0].starts == whole.history[0].starts


def test_progress_says_which_start() -> None:
    seen = []
    train(TOY, THREE, progress=lambda done, total, text: seen.append(text))
    assert list(dict.fromkeys(seen)) == [
        *(f"start {number} of 3, epoch 1 of 3" for number in (1, 2, 3)),
        "epoch 2 of 3",
        "epoch 3 of 3",
    ]


def test_less_than_one_is_refused() -> None:
    with pytest.raises(InputError, match="starts 0: must be"):
        Settings(restarts=0)
