"""`treenn train`: one model on one treebank."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from treebanks.own_data.spec import DatasetSpec
from treenn.commands import options
from treenn.commands.dataset_options import Data, Source, take_data, takes_dataset, vectors_for, with_supervision
from treenn.commands.distillation_options import Teachers, Unlabelled, targets_of, with_unlabelled
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
    from treenn.training.fine_tuning import Source as InitialModel
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
    teacher: Teachers = [],  # noqa: B006 (typer wants a list)
    unlabelled: Unlabelled = None,
    trust_module: options.TrustModule = [],  # noqa: B006 (typer wants a list)
    device: options.Device = "cpu",
    devices: Annotated[
        int,
        typer.Option(help="Train in this many processes, one per processor or GPU, which share each batch."),
    ] = 1,
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

    Example: treenn train --treebank reviews --teacher large-model --unlabelled sentences.txt --out small-model

    Example: treenn train --recipe tai2015_constituency --seed 1 --out my-model

    Example: treenn train --treebank sst --devices 2 --batch-size 256 --out my-model
    """
    from treenn.training.run_dir import check_run_dir
    from treenn.training.run_marker import training_run

    if folds is not None:
        refuse_with_folds(context)
    if (earlier := restored(context)) is not None:
        earlier.command.invoke(earlier)
        return
    data = take_data(context, _source(treebank, recipe, values), values)
    initial = None if init is None else initial_model(context, init)
    settings = Settings(**values) if initial is None else fine_tuning(context, initial)
    if recipe is not None:
        settings, vectors = _of_recipe(context, recipe, vectors)
    if folds is not None:
        cross_validate(context, data, settings, folds, vectors)
        return
    check_run_dir(out, training_run(settings), resume=resume, overwrite=overwrite)
    trained_on, results = _trained(context, data, settings, vectors, initial)
    _present(results, trained_on, out, json=json)


def _of_recipe(context: typer.Context, name: str, vectors: list[str]) -> tuple[Settings, list[str]]:
    """The settings and the word vectors of a recipe, overridden by the given options."""
    from treenn.experiment.recipes import find

    given, recipe = options.given(context), find(name)
    own = {field.name: context.params[field.name] for field in fields(Settings) if field.name in given}
    return replace(recipe.settings, **own), vectors if "vectors" in given else list(recipe.vectors) or ["none"]


def _trained(
    context: typer.Context, data: Data, settings: Settings, vectors: list[str], initial: InitialModel | None
) -> tuple[AnyTreebank, TrainingResults]:
    """Read the data, and train the network.

    Args:
        context: the context of the command, which has its other options.
        data: the data of the options.
        settings: the settings of the options.
        vectors: the values of --vectors.
        initial: the model of --init.
    """
    given, values = options.given(context), context.params
    with skipping(values["skip_bad"]) as skip:
        treebank = data.load(**skip)
        with progress_bar("unlabelled sentences") as progress:
            treebank = with_unlabelled(treebank, values["unlabelled"], values["teacher"], progress)
        if values["recipe"] is None:
            settings = with_step_floor(with_supervision(settings, treebank, given), treebank, given)

        import torch

        from treenn import training
        from treenn.experiment.text_baseline import add_text_baseline
        from treenn.models.vectors import read_vectors

        paths, frequent = vectors_for(treebank, vectors, settings.word_size), settings.frequent_words or 0
        files = [read_vectors(path, treebank.words(), frequent_words=frequent, **skip) for path in paths]
        files = files if initial is None else fitting(initial, files, given)
    torch.set_num_threads(1)  # for reproducibility; at this size two threads are no faster
    how = {name: values[name] for name in ("out", "resume", "overwrite", "device", "devices", "log")}
    how |= {"command": options.command_line(), "options": options_of_run(context)}
    with progress_bar("teachers") as progress:
        targets = targets_of(context, treebank, values["teacher"], progress)
    with progress_bar(f"{settings.model} on {treebank.name}") as progress:
        how |= {"soft_targets": targets, "keep_checkpoint": not values["no_checkpoint"], "progress": progress}
        results = training.train(treebank, settings, vectors=files, init=initial, **how).results
        return treebank, add_text_baseline(results, treebank, settings, values["out"], progress)


def _present(results: TrainingResults, treebank: AnyTreebank, out: Path, *, json: bool) -> None:
    """Print the warnings and the scores on dev."""
    from treebanks import PairTreebank
    from treenn.trees.json_records import to_json

    for file in results.vectors:
        say(f"{file.file}: {file.words_missing} of {file.words} words have no vector in it")
    report_head(results)
    of_pairs = isinstance(treebank, PairTreebank)
    warn_of_majority_class(results, of_pairs=of_pairs)
    warn_of_baselines(results, of_pairs=of_pairs)
    if json:
        print_json(to_json(results))
        return
    print_metrics(results, ["dev"], treebank)
    chosen = "the last" if results.settings["checkpoint"] == "last" else "the best on dev"
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
