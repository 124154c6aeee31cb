"""`treenn parser`: training, ensembles and evaluation of parsers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from treebanks.own_data.spec import DatasetSpec
from treenn.commands import options
from treenn.commands.dataset_options import Data, take_data, takes_dataset
from treenn.commands.distillation_options import Unlabelled, unlabelled_sentences
from treenn.commands.output import deliver, percents, print_json, print_table, progress_bar, say, skipping
from treenn.commands.settings_options import read_settings
from treenn.runtime.portable_command import portable
from treenn.trees import InputError
from treenn.trees.atomic_writing import write_text
from treenn.trees.file_kind import check_replaceable
from treenn.trees.json_values import dump_json, read_object

if TYPE_CHECKING:
    from treebanks.parsing import ParsingTreebank
    from treenn.parsers import Parser

app = typer.Typer(help="Train, join and evaluate parsers.", no_args_is_help=True)

BATCH = 1024
"""The number of sentences between two updates of the progress bar."""

Name = Annotated[
    str,
    typer.Option(
        metavar="NAME|DIR|FILE",
        help="The treebank: sst, reviews, questionbank or craft, or a folder or file of bracketed trees or CoNLL-U.",
    ),
]


# The other fields of `DatasetSpec` do not apply to treebanks for parsers; --binarize is a setting of pcfg.
_OPTIONS = ("encoding", "untagged", "split", "split_seed")
_NO_OPTIONS = tuple(each.name for each in fields(DatasetSpec) if each.name not in _OPTIONS)


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
@takes_dataset(without=_NO_OPTIONS)
def train(
    context: typer.Context,
    out: options.Out,
    treebank: Name = "sst",
    parser: Annotated[str, typer.Option(metavar="chart|recursive|pcfg", help="The kind of parser.")] = "chart",
    vectors: options.Vectors = [],  # noqa: B006 (typer wants a list)
    auxiliary_treebank: Annotated[
        list[str], typer.Option(metavar="NAME", help="A treebank whose training trees are added; repeatable.")
    ] = [],  # noqa: B006
    helper_treebank: Annotated[list[str], typer.Option(hidden=True)] = [],  # noqa: B006 (its name in 0.1.0)
    teacher: Annotated[
        list[Path],
        typer.Option(
            metavar="DIR",
            help="A chart parser whose distributions over trees are soft targets: of the trees that it held out with "
            "--fold, and of --unlabelled; repeatable.",
        ),
    ] = [],  # noqa: B006
    unlabelled: Unlabelled = None,
    overwrite: options.Overwrite = False,
    skip_bad: options.SkipBad = False,
    json: options.Json = False,
    **values: Any,
) -> None:
    """Train a parser on a treebank; use it by `treenn parse --parser DIR`.

    Any other option is a setting of that kind of parser, such as --epochs or --seed. The error message for an unknown
    option lists all settings and their defaults.

    Example: treenn parser train --treebank sst --parser chart --out my-parser --epochs 10

    Example: treenn parser train --treebank trees.mrg --split 80/10/10 --parser pcfg --out my-parser
    """
    import torch

    from treebanks.parsing import load_parsing
    from treenn.models.vectors import read_vectors
    from treenn.parsers.chart import ChartParser
    from treenn.parsers.loading import find_kind
    from treenn.training.run_dir import check_run_dir
    from treenn.training.run_marker import PARSER, RunMarker

    kind = find_kind(parser)
    settings = read_settings(kind.of(kind.settings), context.args)
    check_run_dir(out, RunMarker(PARSER), overwrite=overwrite)
    if teacher and parser != "chart":
        raise InputError(f"--teacher: needs --parser chart, not {parser}")
    sentences = unlabelled_sentences(unlabelled, teacher)
    more = {"teachers": [ChartParser.load(each) for each in teacher], "unlabelled": sentences} if teacher else {}
    with skipping(skip_bad) as skip:
        data = _load(take_data(context, treebank, values), **skip)
        auxiliary = [load_parsing(name, **skip) for name in (*auxiliary_treebank, *helper_treebank)]
        words = _words(data, *auxiliary).union(*sentences)
        files = [read_vectors(path, words, **skip) for path in options.vector_files(vectors)]
    torch.set_num_threads(1)  # for reproducibility
    with progress_bar(f"{parser} on {treebank}") as progress:
        where: dict[str, Any] = {"out": out, "overwrite": overwrite, "progress": progress}
        _, results = kind.of("train")(data, settings, vectors=files, auxiliary_treebanks=auxiliary, **where, **more)
    results = {
        "command": options.command_line(),
        **results,
        "teachers": _results_of(teacher),
        "unlabelled": len(sentences),
    }
    _finish(out, results)
    if json:
        print_json(results)


@app.command()
def join(
    folders: Annotated[list[Path], typer.Argument(metavar="DIR...", help="Folders of chart parsers.")],
    out: options.Out,
    overwrite: options.Overwrite = False,
) -> None:
    """Join several chart parsers into an ensemble that averages the scores of their networks.

    Labels, if any, are predicted by the first parser.

    Example: treenn parser join my-parser my-parser-2 --out my-parsers
    """
    from treenn.parsers.chart import ChartParser
    from treenn.training.run_dir import check_run_dir, open_run_dir
    from treenn.training.run_marker import PARSER, RunMarker

    check_run_dir(out, RunMarker(PARSER), overwrite=overwrite)
    parser = ChartParser.joined([ChartParser.load(folder) for folder in folders])
    results = _results_of(folders)
    open_run_dir(out, RunMarker(PARSER), overwrite=overwrite)
    parser.save(out)
    _finish(out, {"command": options.command_line(), "joined": results})


@app.command()
@takes_dataset(without=(*_NO_OPTIONS, "dev", "test", "split", "split_seed"))
def evaluate(
    context: typer.Context,
    parser: options.ParserName = "chart",
    treebank: Name = "sst",
    split: Annotated[str, typer.Option(metavar="train|dev|test", help="The split.")] = "test",
    sentiment: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Also report the accuracy of this model on the parser's trees; `sentiment` is the shipped model.",
        ),
    ] = None,
    contextual: options.Contextual = [],  # noqa: B006 (typer wants a list)
    out: options.Record = None,
    skip_bad: options.SkipBad = False,
    json: options.Json = False,
    **values: Any,
) -> None:
    """Evaluate a parser on a treebank: precision, recall and F1 of brackets, by the rules of EVALB.

    Brackets over one word or the whole sentence are excluded; see `treenn.parsers.evalb`. A single file is the split
    test.

    Example: treenn parser evaluate --parser chart --treebank sst --split test
    """
    from treenn.parsers.loading import load_parser

    if out is not None:
        check_replaceable(out, "JSON of treenn.parsing")
    with skipping(skip_bad) as skip:
        data = _load(take_data(context, treebank, values), for_training=False, **skip)
        tried = load_parser(parser)
    if split not in data.splits:
        raise InputError(f"--split {split}: must be a split of {treebank}: {', '.join(data.splits)}")
    results = {"schema": "treenn.parsing", "version": 1, "command": options.command_line(), "parser": portable(parser)}
    results |= _measured(tried, data, split)
    if sentiment is not None:
        import treebanks
        from treenn.parsers.polarity_check import root_accuracy

        trees = treebanks.load_trees(treebank)
        accuracy = root_accuracy(sentiment, trees, split, tried, contextual)
        results["sentiment"] = {"model": portable(str(sentiment)), **accuracy}
    deliver(results, out, json=json, show=lambda: _print_tables(results))


def _load(data: Data, *, for_training: bool = True, **skip: Any) -> ParsingTreebank:
    """Load a treebank by its name, or from a folder or file."""
    from treebanks.parsing import load_parsing, parsing_names, read_parsing

    if data.source not in parsing_names() and Path(data.source or "-").exists():
        files: dict[str, Any] = {"dev": data.dev, "test": data.test}
        how: dict[str, Any] = {"given": data.given, "for_training": for_training, **files, **skip}
        return read_parsing(Path(data.source), data.spec, **how)
    if data.given or data.dev or data.test:
        raise InputError(f"--treebank {data.source}: must be a folder or file, to which options of data files apply")
    return load_parsing(data.source, **skip)


def _finish(out: Path, results: dict[str, Any]) -> None:
    """Write `results.json` next to the parser, and print an example of its use."""
    write_text(out / "results.json", dump_json(results) + "\n")
    say(f'The parser is in {out}; try: treenn parse --parser {out} "It\'s not a bad film."')


def _results_of(folders: Sequence[Path]) -> list[Any]:
    """Read the training results of the parsers in these folders."""
    return [read_object(path) for folder in folders if (path := folder / "results.json").exists()]


def _words(*treebanks: ParsingTreebank) -> set[str]:
    return {word for bank in treebanks for trees in bank.splits.values() for tree in trees for word in tree.words}


def _measured(parser: Parser, treebank: ParsingTreebank, split: str) -> dict[str, Any]:
    """Parse a split, and return the scores, the speed and the provenance."""
    from datetime import UTC, datetime
    from time import perf_counter, process_time

    from treenn.parsers.evalb import evaluate
    from treenn.runtime.environment import environment

    gold = treebank.splits[split]
    predicted = []
    wall, processor = perf_counter(), process_time()
    with progress_bar(f"{treebank.name} {split}") as progress:
        for start in range(0, len(gold), BATCH):
            predicted += parser.parse_batch([tree.words for tree in gold[start : start + BATCH]])
            progress(len(predicted), len(gold), "")
    wall, processor = perf_counter() - wall, process_time() - processor
    return {
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "treebank": treebank.name,
        "split": split,
        "seconds": wall,
        "processor_seconds": processor,
        "sentences_per_second": len(gold) / wall,
        **evaluate(gold, predicted).as_dict(),
        "environment": environment(),
    }


def _print_tables(results: dict[str, Any]) -> None:
    columns = ("precision", "recall", "f1", "sentence_f1", "exact")
    names = ("with_punctuation", "without_punctuation", "labelled", "labelled_without_punctuation")
    rows = ((name.replace("_", " "), *percents(results[name], *columns)) for name in names if results[name])
    print_table(rows, "", "precision", "recall", "F1", "sentence F1", "exact", title="percent")
    print(f"{results['sentences']} sentences, {results['sentences_per_second']:.0f} per second")
    if "sentiment" in results:
        scores = {name: results["sentiment"][name] for name in ("treebank", "parser", "right", "balanced")}
        rows = ((name, *percents(score, "root", "root_binary")) for name, score in scores.items())
        print_table(rows, "", "root", "root binary", title="sentiment accuracy on the trees, percent")
