from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

import treebanks
from treenn.experiment.search.log import TRIALS_SCHEMA, Trial, expected_best, value
from treenn.training.run_results import SplitMetrics
from treenn.trees import InputError


@pytest.mark.parametrize("number", [1, 2, 5, 9])
def test_expected_best_is_the_mean_over_all_subsets(number: int) -> None:
    values = np.random.default_rng(number).integers(0, 6, number) / 10  # some of them the same
    mean_of_best = [np.mean([max(each) for each in combinations(values, n)]) for n in range(1, number + 1)]
    assert expected_best(values.tolist()) == pytest.approx(mean_of_best)


def test_expected_best_of_200_trials_is_finite() -> None:
    values = np.linspace(0, 1, 200).tolist()
    found = expected_best(values)
    assert found[0] == pytest.approx(0.5)
    assert found[-1] == pytest.approx(1)
    assert found == sorted(found)


def trial(failure: str | None = None, dev: dict[str, float | None] | None = None) -> Trial:
    return Trial("lstm", 0, {}, {}, failure, None if dev is None else SplitMetrics({}, dev))


def test_a_trial_that_diverged_reached_nothing() -> None:
    assert value(trial(failure="the loss became nan"), "root") == 0
    assert value(trial(dev={"root": 0.4}), "root") == 0.4


@pytest.mark.parametrize("dev", [{"root": None}, {"pearson": 0.8}])
def test_a_metric_without_labels_is_named(dev: dict[str, float | None]) -> None:
    with pytest.raises(InputError, match="metric root: split 'dev' has no labels for it"):
        value(trial(dev=dev), "root")


def test_the_committed_logs_are_read() -> None:
    folder = Path(treebanks.__file__).parent / "results/sst/trials"
    for file in folder.glob("*.json"):
        log = TRIALS_SCHEMA.read(file)
        assert len(log.trials) == log.trials_per_model * len(log.best)
