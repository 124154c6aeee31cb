"""`treenn compare`: a comparison of recursive and recurrent networks on the same task."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from treenn.commands.experiments import Dask, Jobs, OnDevice, workers
from treenn.commands.options import Json, Overwrite, TrustModule, Vectors, command_line, vector_files
from treenn.commands.settings_options import takes_settings
from treenn.models.settings import Settings, option
from treenn.trees.errors import InputError

if TYPE_CHECKING:
    from treenn.experiment.plan import Plan

_WITH_PLAN = ("plan", "seeds", "out", "overwrite", "jobs", "dask", "device", "json", "contextual", "trust_module")


@takes_settings(without=("model", "seed"))
def compare(
    context: typer.Context,
    treebank: Annotated[str, typer.Option(metavar="NAME", help="A treebank of `treenn data list`.")] = "reviews",
    models: Annotated[
        str,
        typer.Option(
            metavar="NAME,NAME",
            help="Networks of `treenn cells`; the others are matched to the number of parameters of the first.",
        ),
    ] = "tree-lstm,lstm",
    seeds: Annotated[int, typer.Option(help="Number of training runs of each model.")] = 3,
    vectors: Vectors = [],  # noqa: B006 (typer wants a list)
    plan: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="A plan in TOML, or the name of one that ships, instead of the above."),
    ] = None,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="The output folder.")] = Path("comparison"),
    overwrite: Overwrite = False,
    jobs: Jobs = None,
    dask: Dask = None,
    device: OnDevice = "cpu",
    trust_module: TrustModule = [],  # noqa: B006 (typer wants a list)
    json: Json = False,
    **recipe: Any,
) -> None:
    """Train recursive and recurrent networks on the same trees, labels and vectors, and write a report.

    Writes report.html, results.json and, in runs/, the results and the trained model of every run to --out. An
    interrupted comparison is resumed if the same command is given again, also with more seeds or models.

    Example: treenn compare

    Example: treenn compare --treebank sst --vectors glove.6B.50d.txt --vectors glove.6B.100d.txt --seeds 3

    Example: treenn compare --plan sst --out sst-comparison --jobs 8
    """
    from treenn.commands.progress_bars import progress_bar
    from treenn.commands.report import present
    from treenn.experiment.compare import compare as run_plan
    from treenn.experiment.compare import run_of
    from treenn.report import write_results
    from treenn.training.run_dir import check_run_dir

    cluster, jobs = workers(dask, jobs, device)
    if plan is None:
        what, planned = f"{models} on {treebank}", _plan(treebank, models, seeds, vectors, recipe)
    else:
        what, planned = plan, _plan_of_file(context, plan)
    check_run_dir(out, run_of(planned), resume=True, overwrite=overwrite)
    how: dict[str, Any] = {"overwrite": overwrite, "jobs": jobs, "device": device, "command": command_line()}
    with progress_bar(what) as bar, cluster:
        results = run_plan(planned, out, progress=bar, **how)
    write_results(results, out)
    present(results, out, json=json)


def _plan(treebank: str, models: str, seeds: int, vectors: list[str], recipe: dict[str, Any]) -> Plan:
    from treenn.experiment.plan import Plan

    return Plan.of(treebank, models.split(","), seeds, vector_files(vectors), Settings(**recipe))


def _plan_of_file(context: typer.Context, name: str) -> Plan:
    """Read the plan of a file, with the paths of fetched vectors."""
    from dataclasses import replace

    from treenn.experiment.plan_file import read_plan

    given = [each for each in context.params if context.get_parameter_source(each).name == "COMMANDLINE"]  # type: ignore[union-attr]
    for each in given:
        if each not in _WITH_PLAN:
            raise InputError(f"{option(each)} cannot be combined with --plan, which decides it")
    plan = read_plan(name, context.params["contextual"] or (), context.params["trust_module"])
    tasks = [
        task if task.vectors is None else replace(task, vectors=vector_files(list(map(str, task.vectors))))
        for task in plan.tasks
    ]
    seeds = context.params["seeds"] if "seeds" in given else plan.seeds
    return replace(plan, tasks=tasks, vectors=vector_files(list(map(str, plan.vectors))), seeds=seeds)
