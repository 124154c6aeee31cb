"""`treenn evaluate`: a trained model on test, with an entry in the test ledger."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from treenn.commands import options
from treenn.commands.dataset_options import Data, Source, data_of_run, file_of_trees, take_data, takes_dataset
from treenn.commands.output import check_target, print_json, progress_bar, say, skipping
from treenn.runtime.terminal import console
from treenn.trees.errors import InputError, option

if TYPE_CHECKING:
    from treebanks import AnyTreebank
    from treenn.report.evaluation.evaluation_report import EvaluationReport


@takes_dataset(without=("split", "split_seed", "dev", "test"))
def evaluate(
    context: typer.Context,
    model: Annotated[
        str,
        typer.Argument(
            metavar="MODEL",
            help="A folder of `treenn train`, `export`, or a run of `compare` or `reproduce`; sentiment is the shipped "
            "model.",
        ),
    ],
    data: Annotated[
        str | None,
        typer.Argument(
            metavar="[DATA]",
            help="A treebank of `treenn data list`, or a folder or file of data (default: the data of the model's "
            "training).",
            show_default=False,
        ),
    ] = None,
    treebank: Source = None,
    split: Annotated[
        str, typer.Option(metavar="NAME", help="The split; for a single file, the name of its split.")
    ] = "test",
    against: Annotated[
        list[str],
        typer.Option(metavar="MODEL", help="Another model with the same classes, for paired tests; repeatable."),
    ] = [],  # noqa: B006 (typer wants a list)
    binary: Annotated[
        bool,
        typer.Option(
            "--binary",
            help="Evaluate the two sides of an ordinal scale, by their total probabilities, without the middle class.",
        ),
    ] = False,
    unknown_words: Annotated[
        list[float],
        typer.Option(
            metavar="SHARE",
            help="Also predict with this share of all words replaced by unknown ones; repeatable, such as 0.1 and 1.",
        ),
    ] = [],  # noqa: B006 (typer wants a list)
    out: Annotated[
        list[Path],
        typer.Option(
            metavar="FILE",
            help="Also write the evaluation to this file: .json, .md, .tex (booktabs tables for LaTeX) or .csv (one "
            "row per example); repeatable.",
        ),
    ] = [],  # noqa: B006 (typer wants a list)
    skip_bad: options.SkipBad = False,
    contextual: options.Contextual = [],  # noqa: B006 (typer wants a list)
    trust_module: options.TrustModule = [],  # noqa: B006 (typer wants a list)
    json: options.Json = False,
    **values: Any,
) -> None:
    """Evaluate a trained model on test, or on another split.

    Prints the metrics with 95 % intervals; precision, recall and F1 of each class; the confusion matrix; and the
    calibration of the class probabilities. --against tests another model on the same examples.

    A single file is read as one split. The classes, tokenizer and parser are the model's.

    An evaluation on any split but train and dev is a reading of test: it is appended to the ledger, the file that
    TREENN_LEDGER names (default: test-ledger.jsonl in TREEBANKS_HOME). Metrics and predictions are also written to
    results.json in MODEL, if that is the folder of a training run.

    Example: treenn evaluate my-model

    Example: treenn evaluate my-model test.csv --out evaluation.tex --out predictions.csv

    Example: treenn evaluate my-model --against other-model

    Example: treenn evaluate sentiment reviews.csv --binary --unknown-words 0.3
    """
    check_outputs(out)
    source = _source(data, treebank, file_of_trees(values))
    given = take_data(context, source or "", values)
    with skipping(skip_bad) as skip, progress_bar(f"evaluating {model}") as progress:
        from treenn.report.evaluation.build import evaluation_report

        report = evaluation_report(
            model,
            _of_training(model, given, **skip) if source is None else source,
            split,
            against=against,
            binary=binary,
            unknown_words=unknown_words,
            spec=given.spec,
            given=given.given,
            contextual=contextual,
            trust=trust_module,
            command=options.command_line(),
            **skip,
            progress=progress,
        )
    _present(report, out, json=json)


def _source(data: str | None, treebank: str | None, trees: str | None) -> str | None:
    """The data named by the arguments; None if there are none."""
    given = [value for value in (data, treebank, trees) if value is not None]
    if len(given) > 1:
        raise InputError("name the data once: DATA, --treebank NAME|DIR|FILE, or --trees FILE")
    return given[0] if given else None


def _of_training(model: str, given: Data, **skip: Any) -> AnyTreebank | None:
    """The data of the model's training, as its run.json records them; None for a known treebank or without a record."""
    from treenn.models.saving import model_folder

    if given.given:
        raise InputError(f"name the data: {option(min(given.given))} applies to DATA")
    recorded = data_of_run(model_folder(model))
    is_here = bool(recorded.source) and Path(recorded.source).exists()
    return recorded.load(**skip) if is_here and not recorded.is_known else None


def check_outputs(files: list[Path]) -> None:
    """Validate the values of --out, before anything is loaded."""
    from treenn.report.evaluation.files import check_evaluation_file

    for path in files:
        check_target("--out", path)
        check_evaluation_file(path)
    resolved = [path.resolve() for path in files]
    for path in files:
        if resolved.count(path.resolve()) > 1:
            raise InputError(f"--out {path}: must be given once")


def _present(report: EvaluationReport, out: list[Path], *, json: bool) -> None:
    from treenn.report.evaluation.console import print_evaluation
    from treenn.report.evaluation.evaluation_report import EVALUATION_SCHEMA
    from treenn.report.evaluation.files import write_evaluation

    for path in out:
        write_evaluation(report, path)
    if json:
        print_json(EVALUATION_SCHEMA.to_json(report))
    else:
        print_evaluation(report, console())
    for path in out:
        say(f"written: {path}")
