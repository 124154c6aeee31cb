"""`tune`: the trials of a search side by side, one thread each, every one on disk the moment it ends."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import torch

from treenn.experiment.run import load
from treenn.experiment.search.log import TRIALS, collect
from treenn.experiment.search.sampling import Search, Trial
from treenn.experiment.worker_progress import Progress, across_processes
from treenn.experiment.workers import run_side_by_side
from treenn.models.network import NonFiniteError
from treenn.training import train
from treenn.training.divergence import Diverged
from treenn.training.run_dir import SEARCH, Run, check_run_dir, check_still_there, open_run_dir, writing_to
from treenn.training.tasks import head_of
from treenn.trees.arguments import AnyPath, Runs, checked
from treenn.trees.errors import InputError
from treenn.trees.files import write_text
from treenn.trees.json_values import dump_json, read_object

_TRIAL = {"model": str, "trial": int, "drawn": dict, "failure": str | None, "dev": dict | None}


@checked
def tune(
    search: Search,
    out: AnyPath,
    *,
    overwrite: bool = False,
    jobs: Runs = 1,
    progress: Progress = lambda trial, done, total, text: None,
    command: str = "",
) -> dict[str, Any]:
    """Carry out a search, and return its log (see `treenn.experiment.search.log`), which is also `out/trials.json`.

    Trials are judged on dev; no test split is evaluated. A search that was stopped is resumed, also with
    more trials or models than before.

    Args:
        search: what to try.
        out: the search's folder; each trial is a file in its folder `trials`.
        overwrite: replace what a treenn command left in `out`.
        jobs: how many trials are trained side by side.
        progress: told of every batch of every trial.
        command: what the log names as the command that made it.

    Raises:
        InputError: where the treebank or the vectors cannot be read, `out` cannot be written or holds anything else,
            dev has not what trials are judged by, or a worker process is killed.
    """
    out = Path(out)
    check_run_dir(out, run_of(search), resume=True, overwrite=overwrite)
    treebank, vectors = load(search.treebank, tuple(map(str, search.vectors)))
    input_size = sum(file.size for file in vectors) or search.recipe.word_size
    planned = list(search.planned(input_size, head_of(treebank)))
    open_run_dir(out, run_of(search), resume=True, overwrite=overwrite)
    folder = out / "trials"
    with writing_to(out):
        with across_processes(progress, jobs) as report:
            run_side_by_side(carry_out, ((trial, folder, report) for trial in planned), jobs)
        entries = [read_object(folder / f"{trial.name}.json", _TRIAL) for trial in planned]
        log = collect(search, treebank, entries, command)
        write_text(out / TRIALS, dump_json(log, indent=1) + "\n", make_folder=False)
    return log


def run_of(search: Search) -> Run:
    """A search's run, for its folder: all but the number of trials, which may be another one when it is resumed."""
    return Run(
        SEARCH,
        {
            "treebank": getattr(search.treebank, "name", search.treebank),
            "vectors": list(search.vectors),
            "metric": search.metric,
            "space": search.space.as_dict(),
            "settings": asdict(search.recipe),
            "models": dict.fromkeys(search.models, True),
            "matched_to": search.models[0],
        },
    )


def carry_out(trial: Trial, folder: Path, report: Progress) -> None:
    """Train one model and write what it reached on dev to `folder/NAME.json`, if that is not there yet.

    Args:
        trial: what is to be done.
        folder: for the file; its parent is the search's.
        report: told of every batch.
    """
    file = folder / f"{trial.name}.json"
    if not file.exists():
        threads = torch.get_num_threads()
        torch.set_num_threads(1)
        try:
            text = dump_json(_entry(trial, report)) + "\n"
            check_still_there(folder.parent)
            write_text(file, text)
        finally:
            torch.set_num_threads(threads)
    report(trial.name, 1, 1, "done")


def _entry(trial: Trial, report: Progress) -> dict[str, Any]:
    """What the log says of a trial; one whose loss or gradient stops being a number is a trial like any other."""
    treebank, vectors = load(trial.treebank, trial.vectors)
    splits: Any = {split: treebank.splits[split] for split in ("train", "dev")}
    without_tests = replace(treebank, splits=splits)
    entry = {
        "model": trial.settings.model,
        "trial": trial.number,
        "drawn": trial.drawn,
        "settings": asdict(trial.settings),
        "failure": None,
    }
    try:
        found = train(
            without_tests,
            trial.settings,
            vectors=vectors,
            progress=lambda done, total, text: report(trial.name, done, total + 1, text),
        ).results
    except NonFiniteError as error:
        return entry | {"failure": str(error), "dev": None}
    except InputError as error:
        if not isinstance(error.__context__, Diverged):
            raise
        return entry | {"failure": str(error.__context__), "dev": None}
    kept = ("dev", "parameters", "best_epoch", "epochs", "seconds", "environment")
    return entry | {name: found[name] for name in kept}
