"""Hyperparameter search on toy data: its trials and its log."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from toy import load_instead, toy_treebank

from treenn.experiment.search.log import TRIALS_SCHEMA
from treenn.experiment.search.sampling import Search
from treenn.experiment.search.space import Range, Space
from treenn.experiment.search.tune import tune
from treenn.models.building import build
from treenn.models.settings import Settings
from treenn.models.task import make_task
from treenn.models.vocabulary import Vocabulary
from treenn.training import train
from treenn.trees import InputError

RECIPE = Settings(size=6, word_size=5, epochs=1)
SPACE = Space({"learning_rate": Range(0.01, 0.5), "cell_dropout": (0.1, 0.3)})
TOY = toy_treebank(train=40)


class Locked(dict[str, Any]):
    """Splits that fail if the test trees are read."""

    def __getitem__(self, split: str) -> Any:
        assert split != "test", "a search has no business with the test trees"
        return super().__getitem__(split)

    def items(self) -> Any:
        raise AssertionError("a search has no business with all splits")

    values = items


@pytest.fixture(autouse=True)
def toy(monkeypatch: pytest.MonkeyPatch) -> None:
    locked = replace(TOY)
    object.__setattr__(locked, "splits", Locked(TOY.splits))
    load_instead(monkeypatch, locked)


def search(**changes: Any) -> Search:
    return Search(
        **{"treebank": "toy", "models": ("lstm", "average"), "trials": 3, "space": SPACE, "settings": RECIPE} | changes
    )


@pytest.fixture
def trained(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Settings]]:
    """The settings of every training run, in order."""
    seen: list[Settings] = []

    def counted(treebank: Any, settings: Settings, **rest: Any) -> Any:
        seen.append(settings)
        return train(treebank, settings, **rest)

    monkeypatch.setattr("treenn.experiment.run.train", counted)
    yield seen


def test_models_share_number_of_trials_and_draws(tmp_path: Path) -> None:
    log = tune(search(), tmp_path, command="treenn tune")
    assert TRIALS_SCHEMA.read(tmp_path / "trials.json") == log
    lstm, average = map(log.of_model, ("lstm", "average"))
    assert [each.trial for each in lstm] == [each.trial for each in average] == [0, 1, 2]
    for one, other in zip(lstm, average, strict=True):
        assert one.drawn["learning_rate"] == other.drawn["learning_rate"]
        assert set(other.drawn) == {"learning_rate"}
        assert one.settings == one.settings | one.drawn | {"model": "lstm", "epochs": 1, "seed": 0}
        assert abs(one.parameters - other.parameters) < 0.1 * one.parameters
    assert log.trials_per_model == 3
    assert log.treebank.sizes == {"train": 40, "dev": 30}
    assert log.space == {"learning_rate": {"low": 0.01, "high": 0.5}, "cell_dropout": [0.1, 0.3]}
    assert "learning_rate" not in log.settings


def test_the_best_is_the_best_on_dev(tmp_path: Path) -> None:
    log = tune(search(metric="all_nodes"), tmp_path)
    for model, best in log.best.items():
        reached = [each.dev.values["all_nodes"] for each in log.of_model(model)]
        assert best.value == max(reached) == reached[best.trial] == log.expected_best[model][-1]
        assert log.expected_best[model][0] == pytest.approx(sum(reached) / 3)


def test_trial_equals_training_with_its_settings(tmp_path: Path) -> None:
    first = tune(search(trials=1), tmp_path).trials[0]
    again = train(TOY, Settings(**first.settings)).results  # with the test trees there
    assert again.metrics["dev"] == first.dev


def test_a_search_that_was_stopped_goes_on(tmp_path: Path, trained: list[Settings]) -> None:
    log = tune(search(trials=2), tmp_path)
    assert len(trained) == 4
    (tmp_path / "trials.json").unlink()
    more = tune(search(trials=3), tmp_path)
    assert len(trained) == 6
    assert more.trials[:4] == log.trials
    other = search(trials=3, settings=replace(RECIPE, epochs=2))
    with pytest.raises(InputError, match=r"the search in this folder has settings\.epochs 1, not 2; resume with the"):
        tune(other, tmp_path)
    tune(other, tmp_path, overwrite=True)
    assert len(trained) == 12
    assert len(list((tmp_path / "trials").iterdir())) == 6


def test_a_search_with_vectors_goes_on(
    tmp_path: Path, trained: list[Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    load_instead(monkeypatch, TOY)  # vectors are read for the words of all splits
    vectors = tmp_path / "vectors.txt"
    vectors.write_text("good 1 2 3 4\nbad 4 3 2 1\n")
    for trials in (1, 2):
        tune(search(trials=trials, vectors=(vectors,)), tmp_path / "out")
    assert len(trained) == 4


def test_a_trial_that_diverges_is_a_trial(tmp_path: Path) -> None:
    wild = Space({"learning_rate": (1e18,), "embedding_learning_rate": (1e18,)})
    log = tune(search(models=("recursive-relu", "average"), trials=1, space=wild), tmp_path)
    first = log.trials[0]
    assert first.failure.startswith("the ")
    assert first.dev is None
    assert log.best["recursive-relu"] is None
    assert log.expected_best["recursive-relu"] == (0.0,)


def test_other_mistakes_end_the_search(tmp_path: Path) -> None:
    unlabelled = Space({"embedding_optimizer": ("same",)})
    with pytest.raises(InputError, match="Adadelta does not support sparse gradients"):
        tune(search(space=unlabelled, settings=replace(RECIPE, optimizer="adadelta")), tmp_path)
    assert not list(tmp_path.iterdir())


def test_sizes_that_are_searched_for_are_not_matched() -> None:
    planned = list(search(space=Space({"size": (6, 9)})).runs(5, make_task("nodes", list("01234")).make_head))
    assert {each.settings.size for each in planned} <= {6, 9}
    matched = {
        each.settings.model: each.settings for each in search().runs(5, make_task("nodes", list("01234")).make_head)
    }
    counts = [
        build(each, 5, Vocabulary.of(TOY.train)).parameter_counts()[0] for each in matched.values()
    ]  # fmt: skip
    assert matched["lstm"].size == 6
    assert abs(counts[0] - counts[1]) < 0.1 * counts[0]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"models": ("lstm", "lstm")}, "each once"),
        ({"models": ("lsmt",)}, "models lsmt: no such model"),
        ({"trials": 0}, "trials 0: must be 1 to 10000"),
        ({"metric": "mse"}, "metric mse: must be root, "),
    ],
)
def test_what_cannot_be_searched_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        search(**changes)
