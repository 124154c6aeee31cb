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
from treenn.commands.translate_plan import MODELS as TRANSLATION_MODELS
from treenn.commands.translate_plan import translation_corpus, translation_settings
from treenn.models.settings import Settings
from treenn.runtime.terminal import console
from treenn.trees.atomic_writing import write_text
from treenn.trees.errors import InputError

if TYPE_CHECKING:
    from treebanks import AnyTreebank
    from treenn.commands.dataset_options import Data
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
            "`dropout = [0.0, 0.5]`; or a shipped space: learning-rate, linear, sick, sst, translation (default: "
            "rates, dropout and EMA for Adagrad).",
        ),
    ] = None,
    metric: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="The metric of trials on dev (default: root, or pearson for scores)."),
    ] = None,
    input_trees: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="The trees that the models read, as `trees` in a plan: gold, brackets, or a parser (default: gold).",
            show_default=False,
        ),
    ] = "gold",
    vectors: options.Vectors = [],  # noqa: B006 (typer wants a list)
    task: Annotated[
        str | None,
        typer.Option(
            metavar="translation",
            help="translation: --treebank is multi30k, tatoeba, or a folder or file of pairs, and other settings are "
            "those of `treenn translate train` (default: the task of the treebank).",
        ),
    ] = None,
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

    Example: treenn tune --task translation --treebank multi30k --space translation --trials 6 --epochs 6 --out search
    """
    from treenn.experiment.search.chosen_settings import plan_models
    from treenn.experiment.search.log import TRIALS_SCHEMA
    from treenn.experiment.search.tune import run_of
    from treenn.experiment.search.tune import tune as run_search
    from treenn.training.run_dir import check_run_dir

    cluster, how = workers(dask, jobs, device, overwrite)
    if task not in (None, "translation"):
        raise InputError(f"--task {task}: must be translation")
    options_of_data = take_data(context, treebank or "reviews", values)
    search = (_search if task is None else _translation_search)(context, options_of_data, values)
    check_run_dir(out, run_of(search), resume=True, overwrite=overwrite)
    with progress_bar(f"{models} on {treebank}") as bar, cluster:
        log = run_search(search, out, command=options.command_line(), progress=bar, **how)
    write_text(out / "best.toml", plan_models(log))
    if json:
        print_json(TRIALS_SCHEMA.to_json(log))
    else:
        _print(log, search, options_of_data.arguments() if task is None else None)
    say(f"log: {out / 'trials.json'}  best settings: {out / 'best.toml'}")


def _search(context: typer.Context, source: Data, values: dict[str, Any]) -> Search:
    """The search over settings of the task of a treebank.

    Args:
        context: the context of the command.
        source: the data of its options.
        values: the settings of its options.
    """
    from treenn.experiment.run import load

    given = options.given(context)
    search = _new_search(context, source.source, context.params["models"], Settings(**values))
    data, drawn = source.named(), search.space.settings
    vectors = tuple(vectors_for(data, context.params["vectors"], search.settings.word_size))
    recipe = with_supervision(search.settings, data, [*given, *drawn])
    recipe = with_step_floor(recipe, load(data, ())[0], given, drawn)
    return replace(search, treebank=data, vectors=vectors, settings=recipe)


def _translation_search(context: typer.Context, source: Data, values: dict[str, Any]) -> Search:
    """The search over settings of translation models. Arguments: as for `_search`."""
    given = options.given(context)
    if "vectors" in given:
        raise InputError("--vectors: cannot be combined with --task translation")
    models = context.params["models"] if "models" in given else TRANSLATION_MODELS
    corpus = translation_corpus(context, source)
    return _new_search(context, corpus, models, translation_settings(corpus, values, given))


def _new_search(context: typer.Context, treebank: str | AnyTreebank, models: str, settings: Settings) -> Search:
    from treenn.experiment.search.sampling import Search
    from treenn.experiment.search.space import SHIPPED, read_space

    params = context.params
    space = read_space(params["space"] or SHIPPED).without(options.given(context))
    how: dict[str, Any] = {"metric": params["metric"], "input_trees": params["input_trees"]}
    return Search(treebank, models.split(","), params["trials"], space, settings, **how)


def _print(log: SearchLog, search: Search, data: list[str] | None) -> None:
    from treenn.experiment.search.chosen_settings import plan_models, train_command
    from treenn.experiment.search.table import tuning_table

    console().print(tuning_table(log))
    for model, best in log.best.items():
        if best is not None and log.trees == "gold" and data is not None:  # `treenn train` reads no other trees
            tell(train_command(log, model, search.vectors, data))
            print()
    for line in plan_models(log).removesuffix("\n").split("\n"):
        tell(line)
