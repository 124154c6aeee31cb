"""The budget of each network: tuning trials, their space and metric, epochs, patience, and runs cut short."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.ticker import MaxNLocator

from treenn.experiment.plan_record import TrialLog
from treenn.experiment.results import TaskResults
from treenn.experiment.run_record import RunResults
from treenn.report.charts import drawn, finish, look, panels, pictures
from treenn.report.document import Chart, Pictures, Record, Table, field_of
from treenn.report.formatting import METRICS, NONE, model_table


def budget_table(task: TaskResults) -> Table:
    """The budget, a row for each network."""
    logs = {model.name: model.trials for model in task.models}
    return model_table(
        task,
        "budget",
        "Budget",
        {
            "Tuning trials": field_of("trials"),
            "Log": field_of("log"),
            "Searched": field_of("space"),
            "Selected on dev by": field_of("metric", lambda name: METRICS[name].title if name in METRICS else name),
            "Epochs of trials": field_of("trial_epochs"),
            "Epochs at most": field_of("epochs"),
            "Patience": field_of("patience"),
            "Runs cut by the maximum": lambda record: (
                NONE if record["cut"] is None else f"{record['cut']} of {record['runs']}"
            ),
        },
        {model: {**_tuning(logs.get(model)), **_training(task, model)} for model in task.networks},
        note="Epochs at most: the maximum, or the greatest one if it differs among seeds. Patience: the number of"
        " epochs without a better one on dev after which training stops. Cut by the maximum: the best epoch is the last"
        " one, or fewer epochs than the patience followed it.",
        left=5,
    )


def at_maximum(task: TaskResults) -> str:
    """A sentence on the runs that might have gained from more epochs."""
    cut = [is_cut for model in task.networks for is_cut in cut_runs(task, model)]
    if not cut:
        return "Every run keeps its last epoch, whatever dev says."
    more = ": with more epochs, they might be better." if any(cut) else "."
    return f"{sum(cut)} of {len(cut)} runs were cut by the maximum of epochs{more}"


def expected_best_chart(task: TaskResults) -> Pictures | None:
    """The expected best of 1, 2, ... tuning trials of each network on dev; None if the logs lack it."""
    logs = {model.name: model.trials for model in task.models if model.trials and model.trials.expected_best}
    models = {model: place for model, place in drawn(task).items() if model in logs}
    return pictures(lambda: [_expected_best(task, models, logs)]) if models else None


def _expected_best(task: TaskResults, models: Mapping[str, int], logs: Mapping[str, TrialLog]) -> Chart:
    (figure, [axes]), words = panels(3), []
    metric = METRICS.get(next(logs[model].metric for model in models) or "")
    scale, title = (
        (100, f"{metric.title} (%)") if metric and metric.share else (1, metric.title if metric else "Metric")
    )
    for model, place in models.items():
        values = [scale * value for value in logs[model].expected_best]
        axes.plot(range(1, len(values) + 1), values, **look(place), markersize=4, label=model)
        words.append(f"{model} {values[0]:.4g} of 1 trial, {values[-1]:.4g} of {len(values)}")
    axes.set_xlabel("Trials")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    axes.set_ylabel(title)
    return finish(
        figure,
        task.slug,
        "Expected best of tuning trials on dev",
        "The expected maximum over a number of trials. If a curve still rises, more trials might be better.",
        f"Expected best on dev: {'; '.join(words)}",
    )


def _tuning(log: TrialLog | None) -> Record:
    if log is None:
        return dict.fromkeys(("trials", "log", "space", "metric", "trial_epochs"))
    space = "; ".join(f"{name} {_choices(values)}" for name, values in log.space.items()) or None
    return {
        "trials": log.number,
        "log": log.file,
        "space": space,
        "metric": log.metric,
        "trial_epochs": log.epochs,
    }


def _choices(values: object) -> str:
    """The choices of a setting, or its range."""
    if isinstance(values, Mapping):
        return f"{values.get('low')} to {values.get('high')}"
    return ", ".join(map(str, values)) if isinstance(values, Sequence) else str(values)


def _training(task: TaskResults, model: str) -> Record:
    runs, cut = task.runs_by_model[model], cut_runs(task, model)
    return {
        "epochs": max(_setting(task, run, "epochs") or run.epochs for run in runs),
        "patience": _setting(task, runs[0], "patience"),
        "cut": sum(cut) if cut else None,
        "runs": len(runs),
    }


def cut_runs(task: TaskResults, model: str) -> list[bool]:
    """For each run, whether the maximum of epochs ended it; empty if the last epoch is kept anyway.

    Patience ends a run that many epochs after its best one. If fewer epochs followed, the maximum ended the run.
    Without patience, every run ends at the maximum; then those count whose best epoch is the last.
    """
    runs = task.runs_by_model[model]
    if _setting(task, runs[0], "checkpoint") == "last":
        return []
    return [run.epochs - run.best_epoch < (_setting(task, run, "patience") or 1) for run in runs]


def _setting(task: TaskResults, run: RunResults, name: str) -> Any:
    """A setting of a run: as it recorded it, else of its model or of the task."""
    own = next((model.settings for model in task.models if model.name == run.model), {})
    return {**task.settings, **own, **run.settings}.get(name)
