"""Early stopping by `patience`."""

from dataclasses import replace
from pathlib import Path

import pytest
from killing import whole_and_resumed
from toy import toy_treebank

from treenn.experiment.run_spec import RunSpec
from treenn.models.settings import Settings
from treenn.training import train
from treenn.training.run_results import TrainingResults

TOY = toy_treebank()
WHOLE = Settings(size=10, word_size=8, epochs=8, batch_size=10, learning_rate=0.1, schedule="linear")
STOPPED = replace(WHOLE, patience=2)


def dev(results: TrainingResults) -> list[float]:
    return [epoch.dev.values["all_nodes"] or 0.0 for epoch in results.history]


def first_stop(scores: list[float], patience: int) -> int:
    """The epoch after which `patience` epochs in sequence are no better than the best before."""
    for epoch in range(patience + 1, len(scores) + 1):
        if max(scores[epoch - patience : epoch]) <= max(scores[: epoch - patience]):
            return epoch
    return len(scores)


@pytest.mark.parametrize("seed", range(3))
def test_training_stops_after_as_many_epochs(seed: int) -> None:
    whole, stopped = (train(TOY, replace(each, seed=seed)).results for each in (WHOLE, STOPPED))
    assert len(whole.history) == 8
    assert stopped.epochs == len(stopped.history) == first_stop(dev(whole), patience=2)
    assert dev(stopped) == dev(whole)[: stopped.epochs], "the schedule is that of the maximum of epochs"
    assert [epoch.loss for epoch in stopped.history] == [epoch.loss for epoch in whole.history][: stopped.epochs]
    assert stopped.best_epoch == 1 + dev(stopped).index(max(dev(stopped)))


def test_some_run_stops_early() -> None:
    assert train(TOY, STOPPED).results.epochs < 8


def test_an_equal_epoch_is_not_better() -> None:
    still = replace(WHOLE, learning_rate=0.0, embedding_learning_rate=0.0, weight_decay=0.0, patience=3)
    assert train(TOY, still).results.epochs == 4


def test_averaged_weights_decide_when_to_stop() -> None:
    slow = replace(STOPPED, ema_decay=0.9999)
    assert train(TOY, slow).results.epochs == 3, "the average stays near the first weights"
    assert train(TOY, replace(slow, ema_decay=0.0)).results.epochs > 3


def test_patience_stops_runs_that_keep_the_last_epoch() -> None:
    still = replace(WHOLE, learning_rate=0.0, embedding_learning_rate=0.0, patience=1, checkpoint="last")
    results = train(TOY, still).results
    assert (results.epochs, results.best_epoch) == (2, 2)


@pytest.mark.parametrize("batches", [5, 30])
def test_a_resumed_run_stops_at_the_same_epoch(batches: int, tmp_path: Path) -> None:
    whole, resumed = whole_and_resumed(TOY, STOPPED, tmp_path, batches)
    assert dev(resumed) == dev(whole)
    steps: list[int] = []
    train(TOY, STOPPED, out=tmp_path / "cut", resume=True, progress=lambda done, *_: steps.append(done))
    assert steps == [], "a stopped run is finished"


def test_no_patience_changes_no_key() -> None:
    assert RunSpec(WHOLE, "sst").key == "e3c35cce", "the key before there was a patience"
    assert RunSpec(STOPPED, "sst").key != "e3c35cce"
