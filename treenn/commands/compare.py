"""`treenn compare`: a comparison of recursive and recurrent networks on the same task."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from treenn.commands import options
from treenn.commands.dataset_options import Source, take_data, takes_dataset, vectors_for, with_supervision
from treenn.commands.experiments import Dask, Folds, Jobs, NoTest, OnDevice, workers
from treenn.commands.lm_grammar import ParserName, Samples, TestLimit
from treenn.commands.lm_options import Forms, UnitName
from treenn.commands.output import progress_bar, say
from treenn.commands.settings_options import takes_settings, with_step_floor
from treenn.commands.task_plans import check_task, plan_of_task
from treenn.models.settings import Settings, option
from treenn.trees.errors import InputError, argument

if TYPE_CHECKING:
    from treenn.commands.dataset_options import Data
    from treenn.experiment.plan import Plan

_WITH_PLAN = (
    *("plan", "seeds", "out", "treebank", "trained", "overwrite", "jobs", "dask", "device", "no_test", "json"),
    *("contextual", "trust_module"),
)


@takes_settings(without=("model", "seed"))
@takes_dataset(seed=True)
def compare(
    context: typer.Context,
    treebank: Source = "reviews",
    models: options.Models = "tree-lstm,lstm",
    seeds: Annotated[int, typer.Option(help="The number of training runs of each model.")] = 3,
    vectors: options.Vectors = [],  # noqa: B006 (typer wants a list)
    plan: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="A plan in TOML, or the name of a shipped one; replaces most options."),
    ] = None,
    out: options.Out = Path("comparison"),
    trained: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Evaluate the networks of this evaluated comparison instead of training: --treebank must have the "
            "same train and dev, and other test sets.",
        ),
    ] = None,
    overwrite: options.Overwrite = False,
    jobs: Jobs = None,
    dask: Dask = None,
    device: OnDevice = "cpu",
    trust_module: options.TrustModule = [],  # noqa: B006 (typer wants a list)
    folds: Folds = None,
    no_test: NoTest = False,
    task: Annotated[
        str | None,
        typer.Option(
            metavar="lm|translation",
            help="lm: language models; --treebank is corpus, poems, a folder or file of plain text, or for grammars "
            "(rnng) a treebank for parsers. translation: --treebank is multi30k, tatoeba, or a folder or file of pairs "
            "(default: the task of the treebank).",
        ),
    ] = None,
    unit: UnitName = None,
    forms: Forms = False,
    parser: ParserName = None,
    samples: Samples = 100,
    limit: TestLimit = None,
    json: options.Json = False,
    **values: Any,
) -> None:
    """Train recursive and recurrent networks on the same trees, labels and vectors, and write a report.

    Writes report.html, results.json and, in runs/, the results and the trained model of every run to --out. An
    interrupted comparison is resumed if the same command is given again, also with more seeds or models.

    Training evaluates dev only. Test is read in a final stage, when all models are trained, and each configuration that
    reads it is entered in the ledger of test readings (see `treenn evaluate`).

    Example: treenn compare

    Example: treenn compare --treebank sst --vectors glove.6B.50d.txt --vectors glove.6B.100d.txt --seeds 3

    Example: treenn compare --treebank questions.csv --folds 5

    Example: treenn compare --plan sst --out sst-comparison --jobs 8

    Example: treenn compare --task lm --treebank corpus --models lstm,gru,kneser-ney-5

    Example: treenn compare --task lm --treebank craft --models rnng,lstm --parser craft-parser --limit 1000

    Example: treenn compare --task translation --treebank multi30k --models bilstm,tree-lstm

    Example: treenn compare --plan logic --treebank logic --trained logic-fresh --out logic-published
    """
    from treenn.commands.report import present
    from treenn.experiment.compare import compare as run_plan
    from treenn.experiment.compare import run_of, train_plan
    from treenn.experiment.text_baseline import with_text_baseline
    from treenn.report import write_results
    from treenn.training.run_dir import check_run_dir

    if no_test and trained is not None:
        raise InputError(f"{argument('no_test', True)}: {argument('trained')} names trained networks; remove one")
    cluster, how = workers(dask, jobs, device, overwrite)
    data = take_data(context, treebank or "reviews", values)
    check_task(context, task)
    if plan is not None:
        planned = _plan_of_file(context, plan, data)
    elif task is not None:
        planned = plan_of_task(context, task, data, values)
    else:
        planned = _plan_of_options(context, data, values)
    planned = with_text_baseline(planned)
    check_run_dir(out, run_of(planned), resume=True, overwrite=overwrite)
    with progress_bar(plan or f"{models} on {treebank}") as bar, cluster:
        how |= {"command": options.command_line(), "progress": bar}
        results = train_plan(planned, out, **how) if no_test else run_plan(planned, out, trained=trained, **how)
    if results is None:
        say(f"trained: {out / 'runs'}; the same command without --no-test evaluates the models on test")
        return
    write_results(results, out)
    present(results, out, json=json)


def _plan_of_options(context: typer.Context, data: Data, values: dict[str, Any]) -> Plan:
    """The plan of a comparison of networks on one treebank.

    Args:
        context: the context of the command.
        data: the data of its options.
        values: the settings of its options.
    """
    from treenn.experiment.plan import Plan
    from treenn.experiment.run import load

    given, params = options.given(context), context.params
    plan_of = partial(Plan.of, models=params["models"].split(","), seeds=params["seeds"])
    settings = plan_of(data.source, settings=Settings(**values)).settings
    named = data.named() if params["folds"] is None else data.load_for_folds()
    settings = with_supervision(settings, named, given)
    vectors = vectors_for(named, params["vectors"], settings.word_size)
    folds: dict[str, Any] = {"folds": params["folds"], "fold_seed": data.spec.split_seed}
    plan = plan_of(named, vectors=vectors, settings=settings, **folds)
    return replace(plan, settings=with_step_floor(plan.settings, load(named, ())[0], given))


def _plan_of_file(context: typer.Context, name: str, data: Data) -> Plan:
    """Read a plan, with paths of fetched vectors, and with the treebank of --treebank if it is given."""
    from treenn.experiment.plan_file import read_plan

    given = options.given(context)
    for each in given:
        if each not in _WITH_PLAN:
            raise InputError(f"{option(each)}: cannot be combined with --plan, which sets it")
    read = read_plan(name, context.params["contextual"] or (), context.params["trust_module"])
    tasks, models = list(map(_with_paths, read.tasks)), list(map(_with_paths, read.models))
    seeds = context.params["seeds"] if "seeds" in given else read.seeds
    plan: Plan = replace(_with_paths(read), tasks=tasks, models=models, seeds=seeds)
    return plan.on(data.named()) if "treebank" in given else plan


def _with_paths(part: Any) -> Any:
    """A plan, a task or a model, with the paths of its vectors instead of the names of fetched ones."""
    vectors = part.vectors
    return part if vectors is None else replace(part, vectors=options.vector_files(list(map(str, vectors))))
