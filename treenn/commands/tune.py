"""`treenn tune`: random search over settings on dev, with the same number of trials for every model."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from treenn.commands import options
from treenn.commands.dataset_options import Source, take_data, takes_dataset, vectors_for, with_supervision
from treenn.commands.experiments import Dask, Jobs, OnDevice, workers
from treenn.commands.output import print_json, progress_bar, say, tell
from treenn.commands.settings_options import takes_settings, with_step_floor
from treenn.models.settings import Settings
from treenn.runtime.terminal import console
from treenn.trees.files import write_text

if TYPE_CHECKING:
    from treenn.experiment.search.log import SearchLog
    from treenn.experiment.search.sampling import Search


@takes_settings(without=("model",))
@takes_dataset()
def tune(
    context: typer.Context,
    out: options.Out,
    treebank: Source = "reviews",
    models: options.Models = "tree-lstm,lstm",
    trials: Annotated[int, typer.Option(help="Number of trials of each model.")] = 8,
    space: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="The search space in TOML: ranges as `dropout = { low = 0.1, high = 0.5 }` or lists as "
            "`dropout = [0.0, 0.5]`; or a shipped space: learning-rate, linear, sick, sst (default: another).",
        ),
    ] = None,
    metric: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="The metric of trials on dev (default: root, or pearson for scores)."),
    ] = None,
    vectors: options.Vectors = [],  # noqa: B006 (typer wants a list)
    jobs: Jobs = None,
    dask: Dask = None,
    device: OnDevice = "cpu",
    overwrite: options.Overwrite = False,
    json: options.Json = False,
    **values: Any,
) -> None:
    """Search for settings at random, with the same number of trials for every model.

    The metric of a trial is computed on dev. No test split is evaluated.

    Writes trials.json (every trial), best.toml (the best settings, for a plan of `treenn compare`) and trials/ to
    --out. A setting that is given as an option is not searched. An interrupted search is resumed if the same command
    is given again, also with more trials or models.

    Example: treenn tune --treebank reviews --trials 4 --epochs 2 --out search

    Example: treenn tune --treebank sst --models tree-lstm,lstm --trials 16 --vectors glove.6B.100d.txt --out search
    """
    from treenn.experiment.run import load
    from treenn.experiment.search.chosen_settings import plan_models
    from treenn.experiment.search.log import TRIALS_SCHEMA
    from treenn.experiment.search.sampling import Search
    from treenn.experiment.search.space import SHIPPED, read_space
    from treenn.experiment.search.tune import run_of
    from treenn.experiment.search.tune import tune as run_search
    from treenn.training.run_dir import check_run_dir

    cluster, how = workers(dask, jobs, device, overwrite)
    drawn_from = read_space(space or SHIPPED).without(options.given(context))
    options_of_data = take_data(context, treebank or "reviews", values)
    search = Search(options_of_data.source, models.split(","), trials, drawn_from, Settings(**values), metric=metric)
    data, given = options_of_data.named(), options.given(context)
    search = replace(search, treebank=data, vectors=tuple(vectors_for(data, vectors, search.settings.word_size)))
    recipe = with_supervision(search.settings, data, [*given, *drawn_from.settings])
    recipe = with_step_floor(recipe, load(data, ())[0], given, drawn_from.settings)
    search = replace(search, settings=recipe)
    check_run_dir(out, run_of(search), resume=True, overwrite=overwrite)
    with progress_bar(f"{models} on {treebank}") as bar, cluster:
        log = run_search(search, out, command=options.command_line(), progress=bar, **how)
    write_text(out / "best.toml", plan_models(log))
    if json:
        print_json(TRIALS_SCHEMA.to_json(log))
    else:
        _print(log, search, options_of_data.arguments())
    say(f"log: {out / 'trials.json'}  best settings: {out / 'best.toml'}")


def _print(log: SearchLog, search: Search, data: list[str]) -> None:
    from treenn.experiment.search.chosen_settings import plan_models, train_command
    from treenn.experiment.search.table import tuning_table

    console().print(tuning_table(log))
    for model, best in log.best.items():
        if best is not None:
            tell(train_command(log, model, search.vectors, data))
            print()
    for line in plan_models(log).removesuffix("\n").split("\n"):
        tell(line)
