"""`treenn train`: one model on one treebank."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from treebanks.own_data.spec import DatasetSpec
from treenn.commands import options
from treenn.commands.dataset_options import Source, take_data, takes_dataset, vectors_for, with_supervision
from treenn.commands.experiments import Folds
from treenn.commands.fine_tuning_options import fine_tuning, fitting, initial_model
from treenn.commands.folds import cross_validate, refuse_with_folds
from treenn.commands.output import print_json, progress_bar, say, skipping, tell
from treenn.commands.resume_options import options_of_run, restored
from treenn.commands.settings_options import takes_settings, with_step_floor
from treenn.commands.training_messages import report_head, warn_of_baselines, warn_of_majority_class
from treenn.models.settings import Settings
from treenn.runtime.terminal import Grid, console
from treenn.trees import InputError

if TYPE_CHECKING:
    from treebanks import AnyTreebank
    from treenn.training.run_results import TrainingResults


@takes_settings()
@takes_dataset()
def train(
    context: typer.Context,
    out: options.Out,
    recipe: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="A recipe of `treenn recipes`; other options override its settings."),
    ] = None,
    treebank: Source = None,
    skip_bad: options.SkipBad = False,
    vectors: options.Vectors = [],  # noqa: B006 (typer wants a list)
    init: Annotated[
        str | None,
        typer.Option(
            metavar="MODEL",
            help="Fine-tune this model: a folder of `treenn train`; sentiment is the shipped one "
            "(default: random weights).",
        ),
    ] = None,
    trust_module: options.TrustModule = [],  # noqa: B006 (typer wants a list)
    device: options.Device = "cpu",
    resume: Annotated[
        bool,
        typer.Option(
            "--resume", help="Resume the run in --out with its options; more --epochs continue a finished run."
        ),
    ] = False,
    no_checkpoint: Annotated[
        bool,
        typer.Option(
            "--no-checkpoint",
            help="Remove the checkpoint of the last epoch, with which --resume continues a finished run.",
        ),
    ] = False,
    log: Annotated[
        list[str],
        typer.Option(metavar="csv|tensorboard", help="Log steps and epochs to OUT/log; repeatable (default: no log)."),
    ] = [],  # noqa: B006 (typer wants a list)
    folds: Folds = None,
    overwrite: options.Overwrite = False,
    json: options.Json = False,
    **values: Any,
) -> None:
    """Train a model, keep its best epoch on dev, and report its scores on dev; `treenn evaluate` evaluates test.

    Example: treenn train --treebank reviews --model tree-lstm --out my-model

    Example: treenn train --treebank questions --out my-model

    Example: treenn train --treebank reviews.csv --split 80/10/10 --label-column stars --out my-model

    With --folds, a network is trained for each fold of train and dev, in a subfolder of --out, and the pooled
    predictions are evaluated. The same command resumes.

    Example: treenn train --treebank reviews.csv --folds 5 --out cross-validation

    Example: treenn train --treebank reviews --init sentiment --out my-model

    Example: treenn train --recipe tai2015_constituency --seed 1 --out my-model
    """
    from treenn.training.run_dir import check_run_dir, training_run
    from treenn.trees.json_records import to_json

    if folds is not None:
        refuse_with_folds(context)
    if (earlier := restored(context)) is not None:
        earlier.command.invoke(earlier)
        return
    data_options = take_data(context, _source(treebank, recipe, values), values)
    source = None if init is None else initial_model(context, init)
    settings = Settings(**values) if source is None else fine_tuning(context, source)
    if recipe is not None:
        from treenn.experiment.recipes import find

        given, found = options.given(context), find(recipe)
        settings = replace(found.settings, **{name: values[name] for name in given if name in values})
        vectors = vectors if "vectors" in given else list(found.vectors) or ["none"]
    if folds is not None:
        cross_validate(context, data_options, settings, folds, vectors)
        return
    check_run_dir(out, training_run(settings), resume=resume, overwrite=overwrite)
    with skipping(skip_bad) as skip:
        data = data_options.load(**skip)
        if recipe is None:
            settings = with_supervision(settings, data, options.given(context))
            settings = with_step_floor(settings, data, options.given(context))

        import torch

        from treebanks import PairTreebank
        from treenn import training
        from treenn.experiment.text_baseline import add_text_baseline
        from treenn.models.vectors import read_vectors

        files = [read_vectors(path, data.words(), **skip) for path in vectors_for(data, vectors)]
        files = files if source is None else fitting(source, files, options.given(context))
    torch.set_num_threads(1)  # for reproducibility; at this size two threads are no faster
    with progress_bar(f"{settings.model} on {data.name}") as progress:
        how = {"resume": resume, "overwrite": overwrite, "command": options.command_line()}
        how |= {"device": device, "progress": progress, "keep_checkpoint": not no_checkpoint}
        how |= {"options": options_of_run(context), "log": log}
        results = training.train(data, settings, vectors=files, init=source, out=out, **how).results
        results = add_text_baseline(results, data, settings, out, progress)
    for file in results.vectors:
        say(f"{file.file}: {file.words_missing} of {file.words} words have no vector in it")
    report_head(results)
    of_pairs = isinstance(data, PairTreebank)
    warn_of_majority_class(results, of_pairs=of_pairs)
    warn_of_baselines(results, of_pairs=of_pairs)
    if json:
        print_json(to_json(results))
    else:
        print_metrics(results, ["dev"], data)
        chosen = "the last" if settings.checkpoint == "last" else "the best on dev"
        tell(f"The model of epoch {results.best_epoch}, {chosen}, is in {out}; evaluate it: treenn evaluate {out}")


def _source(treebank: str | None, recipe: str | None, values: dict[str, Any]) -> str:
    """The value of --treebank, or of --trees if it is a file of trees, as in treenn 0.1.0."""
    trees = values["trees"]
    if treebank is None and trees != DatasetSpec().trees and (recipe is None or Path(trees).is_file()):
        treebank = values.pop("trees")
    if treebank is None and recipe is not None:
        return "sst"
    if treebank is None:
        raise InputError("--treebank: missing; must be a treebank of `treenn data list`, or a folder or file of data")
    return treebank


def print_metrics(results: TrainingResults, splits: Sequence[str], treebank: AnyTreebank) -> None:
    """Print the metrics of the model and of the best constant prediction, and on dev those of baselines."""
    from treenn.evaluation.metrics import METRICS, Labelling
    from treenn.report.formatting import listing

    below = any(label is not None for label in treebank.labels_below_roots())
    labelling = Labelling(treebank.classes or (), below, treebank.scale or "nominal")
    measured = results.metrics[splits[0]].values
    columns = {
        name: metric
        for name, metric in METRICS.items()
        if name in measured and metric.short and metric.suits(labelling)
    }
    in_percent = any(metric.share for metric in columns.values())
    others = [metric.short for metric in columns.values() if not metric.share] if in_percent else []
    title = ", except ".join(["percent", *([listing(others)] if others else [])]) if in_percent else ""
    table = Grid("", *(metric.short for metric in columns.values()), title=title)
    for split in splits:
        constant = "  majority class" if "root" in columns else "  mean"
        metrics = results.metrics[split]
        rows = {split: metrics.values, constant: metrics.majority}
        if split == "dev":
            rows |= {f"  {name}": each.values for name, each in results.baselines.items()}
        for title, row in rows.items():
            cells = (metric.value(row[name]) if name in row else "" for name, metric in columns.items())
            table.add_row(title, *cells, style="" if title == split else "dim")
    console().print(table)
