"""`treenn evaluate`: a trained model on test, with an entry in the test ledger."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from treenn.commands import options
from treenn.commands.output import print_json, skipping
from treenn.commands.train import print_metrics, read_files
from treenn.trees import InputError

if TYPE_CHECKING:
    from treebanks import Treebank


def evaluate(
    model: Annotated[Path, typer.Argument(metavar="DIR", help="A model of `treenn train`, `compare` or `reproduce`.")],
    treebank: Annotated[
        str | None, typer.Option(metavar="NAME", help="A treebank of `treenn data list` (default: the model's).")
    ] = None,
    trees: Annotated[Path | None, options.TreesFile] = None,
    split: Annotated[
        str, typer.Option(metavar="NAME", help="The split of the treebank; with --trees, the name of FILE's split.")
    ] = "test",
    binarize: options.Binarize = None,
    untagged: options.Untagged = False,
    encoding: options.Encoding = "utf-8",
    skip_bad: options.SkipBad = False,
    contextual: options.Contextual = [],  # noqa: B006 (typer wants a list)
    trust_module: options.TrustModule = [],  # noqa: B006 (typer wants a list)
    json: options.Json = False,
) -> None:
    """Evaluate a trained model on test, or on another split, and print its scores.

    An evaluation on any split but train and dev is a reading of test: its scores and predictions are also written to
    results.json in DIR, and it is appended to the ledger. The ledger is the file that TREENN_LEDGER names (default:
    test-ledger.jsonl in TREEBANKS_HOME). `treenn report` prints how many configurations have been evaluated on the same
    split.

    Example: treenn evaluate my-model

    Example: treenn evaluate my-model --trees test.txt
    """
    if treebank is not None and trees is not None:
        raise InputError("name the trees once: --treebank NAME, or --trees FILE")
    with skipping(skip_bad) as skip:
        from treenn.experiment.evaluate import evaluate as run
        from treenn.trees.json_records import to_json
        from treenn.trees.json_values import read_object

        data: str | Treebank | None = treebank
        if trees is not None:
            classes = read_object(model / "config.json", {"classes": list[str]})["classes"]
            data = read_files({split: trees}, classes, binarize, {"untagged": untagged, "encoding": encoding, **skip})
        results = run(model, data, split, contextual=contextual, trust=trust_module, command=options.command_line())
    if json:
        print_json(to_json(results))
    else:
        print_metrics(results, [split])
