"""`trials.json`: the trials of a search, in a versioned schema, and the expected best of fewer trials.

Fractions are from 0 to 1, times in seconds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from math import comb
from pathlib import Path

from treebanks import AnyTreebank
from treenn.evaluation.metrics import METRICS
from treenn.evaluation.number_format import NONE
from treenn.experiment.search.sampling import Search
from treenn.models.settings import SettingValues
from treenn.runtime.environment import environment
from treenn.tasks import task_of
from treenn.training.run_results import SplitMetrics
from treenn.trees.display import quoted, table_html
from treenn.trees.errors import InputError, argument
from treenn.trees.json_records import Schema

TRIALS = "trials.json"
"""The log's name in a search's folder."""


@dataclass(frozen=True)
class Trial:
    """The results of a trial.

    Args:
        model: the model.
        trial: its number, from 0.
        drawn: the drawn settings.
        settings: all settings.
        failure: the value that became NaN or infinite, None if training did not diverge.
        dev: the metrics on dev of the selected epoch; None if training diverged, like the fields below.
        parameters: the number of parameters, without the word vectors.
        best_epoch: the selected epoch, from 1.
        epochs: the number of epochs.
        seconds: the training time.
        environment: versions, machine and device.
        code: the hash of the source that decides the results (`treenn.runtime.code_hash`); empty in older files.
        cpu_seconds: the training time on the processor; None on a GPU and in files of before 2026-12.
    """

    model: str
    trial: int
    drawn: SettingValues
    settings: SettingValues
    failure: str | None
    dev: SplitMetrics | None
    parameters: int | None = None
    best_epoch: int | None = None
    epochs: int | None = None
    seconds: float | None = None
    environment: Mapping[str, object] = field(default_factory=dict)
    code: str = ""
    cpu_seconds: float | None = None


@dataclass(frozen=True)
class BestTrial:
    """The best trial of a model: its number, its metric and its drawn settings."""

    trial: int
    value: float
    drawn: SettingValues


@dataclass(frozen=True)
class SearchTreebank:
    """The treebank of a search: its name, and the sizes of train and dev; no other split was used."""

    name: str
    sizes: Mapping[str, int]


@dataclass(frozen=True)
class SearchLog:
    """The log of a search.

    Args:
        command: the command that made it.
        created: the time of creation (UTC).
        environment: versions, machine and device.
        treebank: the treebank.
        vectors: the file names of word vectors.
        metric: the metric on dev that trials are judged by.
        seed: the seed of every training, and of the draws.
        trials_per_model: the number of trials of each model.
        space: the choices of each setting, or low and high.
        settings: the settings that all trials share.
        trials: the trials.
        best: the best trial by model; None if all diverged.
        expected_best: by model, the expected best of 1, 2, ... trials; a diverged trial counts as 0.
        trees: the trees that the models read.
    """

    command: str
    created: str
    environment: Mapping[str, object]
    treebank: SearchTreebank
    vectors: tuple[str, ...]
    metric: str
    seed: int
    trials_per_model: int
    space: Mapping[str, object]
    settings: SettingValues
    trials: tuple[Trial, ...]
    best: Mapping[str, BestTrial | None]
    expected_best: Mapping[str, tuple[float, ...]]
    trees: str = "gold"

    def __repr__(self) -> str:
        """The treebank, the metric, and the number of trials and the best value by model."""
        models = ", ".join(f"{quoted(model, 40)}: {value} of {n} trials" for model, n, value, _ in _rows(self))
        return f"SearchLog({quoted(self.treebank.name, 40)}, {self.metric}; {models})"

    def _repr_html_(self) -> str:
        metric = METRICS[self.metric]
        best = f"best {metric.title} on dev{', %' * metric.share}"
        return table_html(["model", "trials", best, "settings"], _rows(self), f"search on {self.treebank.name}")

    def of_model(self, model: str) -> list[Trial]:
        """The trials of a model."""
        return [trial for trial in self.trials if trial.model == model]


def _rows(log: SearchLog) -> list[tuple[str, int, str, str]]:
    """For each model the number of trials, the best value and its drawn settings."""
    return [(model, len(log.of_model(model)), *_shown(best, log.metric)) for model, best in log.best.items()]


def _shown(best: BestTrial | None, metric: str) -> tuple[str, str]:
    if best is None:
        return NONE, ""
    drawn = {name: f"{value:.3g}" if isinstance(value, float) else value for name, value in best.drawn.items()}
    return METRICS[metric].value(best.value), ", ".join(f"{name}={value}" for name, value in drawn.items())


TRIALS_SCHEMA = Schema("treenn.trials", 1, SearchLog, "trials.json of `treenn tune`")


def collect(search: Search, treebank: AnyTreebank, trials: Sequence[Trial], command: str) -> SearchLog:
    """Return the log of a search.

    Args:
        search: the search.
        treebank: its treebank.
        trials: the results of all trials.
        command: the command that the log names.

    Raises:
        InputError: if dev has no labels for the metric.
    """
    metric = search.metric or task_of(treebank).metric
    by_model = {model: [trial for trial in trials if trial.model == model] for model in search.models}
    shared = ("model", "size", "seed", *search.space.settings)
    return SearchLog(
        command=command,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        environment=environment(),
        treebank=SearchTreebank(treebank.name, {split: len(treebank.splits[split]) for split in ("train", "dev")}),
        vectors=tuple(Path(path).name for path in search.vectors),
        metric=metric,
        seed=search.settings.seed,
        trials_per_model=search.trials,
        space=search.space.as_dict(),
        settings={name: value for name, value in asdict(search.settings).items() if name not in shared},
        trials=tuple(trials),
        best={model: _best(of_model, metric) for model, of_model in by_model.items()},
        expected_best={
            model: tuple(expected_best([value(trial, metric) for trial in of_model]))
            for model, of_model in by_model.items()
        },
        trees=search.input_trees,
    )


def value(trial: Trial, metric: str) -> float:
    """Return the metric of a trial on dev, 0 if training diverged.

    Raises:
        InputError: if dev has no labels for the metric.
    """
    if trial.failure is not None or trial.dev is None:
        return 0.0
    if (found := trial.dev.values.get(metric)) is None:
        raise InputError(f"{argument('metric')} {metric}: split 'dev' has no labels for it")
    return float(found)


def _best(trials: Sequence[Trial], metric: str) -> BestTrial | None:
    finished = [trial for trial in trials if trial.failure is None]
    if not finished:
        return None
    best = max(finished, key=lambda trial: value(trial, metric))
    return BestTrial(best.trial, value(best, metric), best.drawn)


def expected_best(values: Sequence[float]) -> list[float]:
    """Estimate the expected best of 1, 2, ... trials.

    The estimate is the mean of the maximum over all subsets of that size (Dodge et al. 2019, *Show Your Work*), in the
    unbiased form of Tang et al. 2020, *Showing Your Work Doesn't Always Work*: `sum_i v(i) C(i-1, n-1) / C(B, n)` over
    the B values in ascending order, of which the i-th is the greatest of `C(i-1, n-1)` subsets.

    >>> expected_best([0.3, 0.5, 0.4])
    [0.4, 0.4666666666666667, 0.5]
    """
    ascending, number = sorted(values), len(values)
    return [
        sum(value * (comb(i, n - 1) / comb(number, n)) for i, value in enumerate(ascending))
        for n in range(1, number + 1)
    ]
