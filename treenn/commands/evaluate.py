"""`treenn evaluate`: a trained model on test, with an entry in the test ledger."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from treenn.commands import options
from treenn.commands.output import check_target, print_json, progress_bar, say, skipping
from treenn.commands.train import read_files
from treenn.runtime.terminal import console
from treenn.trees import InputError

if TYPE_CHECKING:
    from treebanks import Treebank
    from treenn.report.evaluation.evaluation_report import EvaluationReport


def evaluate(
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
        typer.Argument(metavar="[DATA]", help="A treebank, as --treebank (default: the model's).", show_default=False),
    ] = None,
    treebank: Annotated[
        str | None, typer.Option(metavar="NAME", help="A treebank of `treenn data list` (default: the model's).")
    ] = None,
    trees: Annotated[Path | None, options.TreesFile] = None,
    split: Annotated[
        str, typer.Option(metavar="NAME", help="The split of the treebank; with --trees, the name of FILE's split.")
    ] = "test",
    against: Annotated[
        list[str],
        typer.Option(metavar="MODEL", help="Another model with the same classes, for paired tests; repeatable."),
    ] = [],  # noqa: B006 (typer wants a list)
    out: Annotated[
        list[Path],
        typer.Option(
            metavar="FILE",
            help="Also write the evaluation to this file: .json, .md, .tex (booktabs tables for LaTeX) or .csv (one "
            "row per example); repeatable.",
        ),
    ] = [],  # noqa: B006 (typer wants a list)
    binarize: options.Binarize = None,
    untagged: options.Untagged = False,
    encoding: options.Encoding = "utf-8",
    skip_bad: options.SkipBad = False,
    contextual: options.Contextual = [],  # noqa: B006 (typer wants a list)
    trust_module: options.TrustModule = [],  # noqa: B006 (typer wants a list)
    json: options.Json = False,
) -> None:
    """Evaluate a trained model on test, or on another split.

    Prints the metrics with 95 % intervals; precision, recall and F1 of each class; the confusion matrix; and the
    calibration of the class probabilities. --against tests another model on the same examples.

    An evaluation on any split but train and dev is a reading of test: it is appended to the ledger, the file that
    TREENN_LEDGER names (default: test-ledger.jsonl in TREEBANKS_HOME). Metrics and predictions are also written to
    results.json in MODEL, if that is the folder of a training run.

    Example: treenn evaluate my-model

    Example: treenn evaluate my-model test.txt --out evaluation.tex --out predictions.csv

    Example: treenn evaluate my-model --against other-model
    """
    check_outputs(out)
    with skipping(skip_bad) as skip, progress_bar(f"evaluating {model}") as progress:
        from treenn.report.evaluation.build import evaluation_report

        how = {"untagged": untagged, "encoding": encoding, **skip}
        report = evaluation_report(
            model,
            _data(model, data, treebank, trees, split, binarize, how),
            split,
            against=against,
            contextual=contextual,
            trust=trust_module,
            command=options.command_line(),
            progress=progress,
        )
    _present(report, out, json=json)


def check_outputs(files: list[Path]) -> None:
    """Validate the files of --out, before anything is loaded."""
    from treenn.report.evaluation.files import check_evaluation_file

    for path in files:
        check_target("--out", path)
        check_evaluation_file(path)
    resolved = [path.resolve() for path in files]
    for path in files:
        if resolved.count(path.resolve()) > 1:
            raise InputError(f"--out {path}: must be named once")


def _data(
    model: str,
    data: str | None,
    treebank: str | None,
    trees: Path | None,
    split: str,
    binarize: str | None,
    how: dict[str, object],
) -> Treebank | str | None:
    """The treebank of the arguments: a name, or the user's file as one split."""
    from treenn.models.building import model_folder
    from treenn.trees.json_values import read_object

    given = [value for value in (data, treebank, trees) if value is not None]
    if len(given) > 1:
        raise InputError("name the data once: DATA, --treebank NAME, or --trees FILE")
    if data is not None and Path(data).is_file():
        trees = Path(data)
    if trees is None:
        return data or treebank
    classes = read_object(model_folder(model) / "config.json", {"classes": list[str]})["classes"]
    return read_files({split: trees}, classes, binarize, how)


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
