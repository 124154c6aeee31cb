"""`treenn parser`: train parsers, join them, and measure them against a treebank."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from treenn.commands.options import (
    Contextual,
    Json,
    Out,
    Overwrite,
    ParserName,
    SkipBad,
    Vectors,
    command_line,
    vector_files,
)

if TYPE_CHECKING:
    from treebanks.parsing import ParsingTreebank
    from treenn.parsers import Parser

app = typer.Typer(help="Parsers: train, join, evaluate.", no_args_is_help=True)

BATCH = 1024
"""How many sentences are parsed between two looks at the progress bar."""

Name = Annotated[str, typer.Option(metavar="NAME", help="sst, reviews, questionbank or craft.")]


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def train(
    context: typer.Context,
    out: Out,
    treebank: Name = "sst",
    parser: Annotated[str, typer.Option(metavar="chart|recursive|pcfg", help="The kind of parser.")] = "chart",
    vectors: Vectors = [],  # noqa: B006 (typer wants a list)
    auxiliary_treebank: Annotated[
        list[str], typer.Option(metavar="NAME", help="A treebank whose training trees are added; repeatable.")
    ] = [],  # noqa: B006
    helper_treebank: Annotated[list[str], typer.Option(hidden=True)] = [],  # noqa: B006 (its name in 0.1.0)
    teacher: Annotated[
        list[Path],
        typer.Option(
            metavar="DIR",
            help="A chart parser trained with --fold, to learn from what it thinks of the sentences in its fold; "
            "give it again for the other folds.",
        ),
    ] = [],  # noqa: B006
    overwrite: Overwrite = False,
    skip_bad: SkipBad = False,
    json: Json = False,
) -> None:
    """Train a parser on a treebank; `treenn parse --parser DIR` then uses it.

    Any other option is one of that kind of parser's own settings, such as --epochs or --seed; a wrong one is answered
    with all that there are and their defaults.

    Example: treenn parser train --treebank sst --parser chart --out my-parser --epochs 10
    """
    import torch

    from treebanks.parsing import load_parsing
    from treenn.commands.progress_bars import print_json, progress_bar, say, skipping
    from treenn.commands.recipe import read_recipe
    from treenn.models.vectors import read_vectors
    from treenn.parsers.chart import ChartParser
    from treenn.parsers.loading import find_kind
    from treenn.training.run_dir import PARSER, Run, check_run_dir
    from treenn.trees import InputError
    from treenn.trees.files import write_text
    from treenn.trees.json_values import dump_json

    kind = find_kind(parser)
    settings = read_recipe(kind.of(kind.settings), context.args)
    check_run_dir(out, Run(PARSER), overwrite=overwrite)
    if teacher and parser != "chart":
        raise InputError(f"--teacher: only a chart parser learns from others, and this is --parser {parser}")
    more = {"teachers": [ChartParser.load(folder) for folder in teacher]} if teacher else {}
    with skipping(skip_bad) as skip:
        data, *auxiliary = (load_parsing(name, **skip) for name in (treebank, *auxiliary_treebank, *helper_treebank))
        words = _words(data, *auxiliary)
        files = [read_vectors(path, words, **skip) for path in vector_files(vectors)]
    torch.set_num_threads(1)  # bit for bit the same every time
    with progress_bar(f"{parser} on {treebank}") as progress:
        where: dict[str, Any] = {"out": out, "overwrite": overwrite, "progress": progress}
        _, results = kind.of("train")(data, settings, vectors=files, auxiliary_treebanks=auxiliary, **where, **more)
    results = {"command": command_line(), **results, "teachers": _results_of(teacher)}
    write_text(out / "results.json", dump_json(results) + "\n")
    if json:
        print_json(results)
    say(f'The parser is in {out}; try: treenn parse --parser {out} "It\'s not a bad film."')


@app.command()
def join(
    folders: Annotated[list[Path], typer.Argument(metavar="DIR...", help="Folders of chart parsers.")],
    out: Out,
    overwrite: Overwrite = False,
) -> None:
    """Make one parser of several chart parsers: it scores trees by the mean of their networks' scores.

    Networks that err in different places err less together. Labels, if any, are the first parser's.

    Example: treenn parser join my-parser my-parser-2 --out my-parsers
    """
    from treenn.commands.progress_bars import say
    from treenn.parsers.chart import ChartParser
    from treenn.training.run_dir import PARSER, Run, check_run_dir, open_run_dir
    from treenn.trees.files import write_text
    from treenn.trees.json_values import dump_json

    check_run_dir(out, Run(PARSER), overwrite=overwrite)
    parser = ChartParser.joined([ChartParser.load(folder) for folder in folders])
    results = _results_of(folders)
    open_run_dir(out, Run(PARSER), overwrite=overwrite)
    parser.save(out)
    joined = {"command": command_line(), "joined": results}
    write_text(out / "results.json", dump_json(joined) + "\n")
    say(f'The parser is in {out}; try: treenn parse --parser {out} "It\'s not a bad film."')


@app.command()
def evaluate(
    parser: ParserName = "chart",
    treebank: Name = "sst",
    split: Annotated[str, typer.Option(metavar="train|dev|test", help="Which of its trees.")] = "test",
    sentiment: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Also how often this model is right over these trees; `sentiment` is the one that ships.",
        ),
    ] = None,
    contextual: Contextual = [],  # noqa: B006 (typer wants a list)
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the results as JSON too.")] = None,
    skip_bad: SkipBad = False,
    json: Json = False,
) -> None:
    """Measure a parser against a treebank: precision, recall and F1 of brackets, by the rules of EVALB.

    Brackets over one word or the whole sentence do not count; `treenn.parsers.evalb` says the rest.

    Example: treenn parser evaluate --parser chart --treebank sst --split test
    """
    from treebanks.parsing import load_parsing
    from treenn.commands.progress_bars import print_json, say, skipping
    from treenn.parsers.loading import load_parser
    from treenn.runtime.portable_command import portable
    from treenn.trees import InputError
    from treenn.trees.files import check_replaceable, write_text
    from treenn.trees.json_values import dump_json

    if out is not None:
        check_replaceable(out, "JSON of treenn.parsing")
    with skipping(skip_bad) as skip:
        data, tried = load_parsing(treebank, **skip), load_parser(parser)
    if split not in data.splits:
        raise InputError(f"--split {split}: {treebank} has {', '.join(data.splits)}")
    results = {"schema": "treenn.parsing", "version": 1, "command": command_line(), "parser": portable(parser)}
    results |= _measured(tried, data, split)
    if sentiment is not None:
        results["sentiment"] = _sentiment(sentiment, treebank, split, tried, contextual)
    if out is not None:
        write_text(out, dump_json(results, indent=2) + "\n")
        say(f"results: {out}")
    if json:
        print_json(results)
    else:
        _print_tables(results)


def _results_of(folders: Sequence[Path]) -> list[Any]:
    """How the parsers in these folders were trained."""
    from treenn.trees.json_values import read_object

    return [read_object(path) for folder in folders if (path := folder / "results.json").exists()]


def _words(*treebanks: ParsingTreebank) -> set[str]:
    return {word for bank in treebanks for trees in bank.splits.values() for tree in trees for word in tree.words}


def _measured(parser: Parser, treebank: ParsingTreebank, split: str) -> dict[str, Any]:
    """Scores and speed, with all that is needed to make them again."""
    from datetime import UTC, datetime
    from time import perf_counter, process_time

    from treenn.commands.progress_bars import progress_bar
    from treenn.parsers.evalb import evaluate
    from treenn.runtime.environment import environment

    gold = treebank.splits[split]
    found = []
    wall, processor = perf_counter(), process_time()
    with progress_bar(f"{treebank.name} {split}") as progress:
        for start in range(0, len(gold), BATCH):
            found += parser.parse_batch([tree.words for tree in gold[start : start + BATCH]])
            progress(len(found), len(gold), "")
    wall, processor = perf_counter() - wall, process_time() - processor
    return {
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "treebank": treebank.name,
        "split": split,
        "seconds": wall,
        "processor_seconds": processor,
        "sentences_per_second": len(gold) / wall,
        **evaluate(gold, found).as_dict(),
        "environment": environment(),
    }


def _sentiment(folder: Path, treebank: str, split: str, parser: Parser, contextual: list[str]) -> dict[str, Any]:
    import treebanks
    from treenn.parsers.polarity_check import root_accuracy
    from treenn.runtime.portable_command import portable

    trees = treebanks.load_trees(treebank)
    return {"model": portable(str(folder)), **root_accuracy(folder, trees, split, parser, contextual)}


def _print_tables(results: dict[str, Any]) -> None:
    from treenn.runtime.terminal import Grid, console

    columns = ("precision", "recall", "f1", "sentence_f1", "exact")
    table = Grid("", "precision", "recall", "F1", "sentence F1", "exact", title="percent")
    for name in ("with_punctuation", "without_punctuation", "labelled", "labelled_without_punctuation"):
        if results[name]:
            table.add_row(name.replace("_", " "), *(f"{100 * results[name][column]:.2f}" for column in columns))
    console().print(table)
    print(f"{results['sentences']} sentences, {results['sentences_per_second']:.0f} a second")
    if "sentiment" in results:
        trees = Grid("", "root", "root binary", title="sentiment over the trees of, percent")
        for name in ("treebank", "parser", "right", "balanced"):
            shares = results["sentiment"][name].values()
            trees.add_row(name, *("–" if share is None else f"{100 * share:.2f}" for share in shares))
        console().print(trees)
