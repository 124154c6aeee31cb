"""Cross-validation by `treenn train --folds`."""

from __future__ import annotations

from collections.abc import Sequence

import typer

from treenn.commands import options
from treenn.commands.dataset_options import Data, vectors_for, with_supervision
from treenn.commands.output import print_json, progress_bar, say, skipping
from treenn.commands.settings_options import with_step_floor
from treenn.models.settings import Settings
from treenn.runtime.terminal import console
from treenn.trees.errors import InputError, option

_WITHOUT = ("init", "teacher", "unlabelled", "resume", "log", "no_checkpoint", "devices")


def refuse_with_folds(context: typer.Context) -> None:
    """Validate that no option of single training runs is given with --folds.

    Raises:
        InputError: if one is.
    """
    for name in options.given(context):
        if name in _WITHOUT:
            raise InputError(f"{option(name)}: cannot be combined with --folds")


def cross_validate(context: typer.Context, data: Data, settings: Settings, folds: int, vectors: Sequence[str]) -> None:
    """Cross-validate a network, and print the report on the pooled predictions.

    Args:
        context: the context of the command.
        data: the data of the options.
        settings: the recipe.
        folds: the number of folds.
        vectors: the values of --vectors.
    """
    from treenn.report.evaluation.console import print_evaluation
    from treenn.report.evaluation.cross_validation import EVALUATION
    from treenn.report.evaluation.cross_validation import cross_validate as run
    from treenn.report.evaluation.evaluation_report import EVALUATION_SCHEMA

    given, values = options.given(context), context.params
    with skipping(values["skip_bad"]) as skip:
        treebank = data.load_for_folds(**skip)
    if values["recipe"] is None:
        settings = with_step_floor(with_supervision(settings, treebank, given), treebank, given)
    with progress_bar(f"{settings.model} on {treebank.name}") as progress:
        report = run(
            treebank,
            settings,
            folds,
            out=values["out"],
            vectors=vectors_for(treebank, list(vectors), settings.word_size),
            fold_seed=data.spec.split_seed,
            overwrite=values["overwrite"],
            jobs=1,
            device=values["device"],
            progress=progress,
            command=options.command_line(),
        )
    if values["json"]:
        print_json(EVALUATION_SCHEMA.to_json(report))
    else:
        print_evaluation(report, console())
    say(f"written: {values['out'] / EVALUATION}; the networks of the folds are in {values['out']}/fold-1, fold-2, ...")
