"""`treenn vectors`: train word vectors, find neighbours and analogies, evaluate on word similarity, draw maps."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from treenn.commands import options
from treenn.commands.output import deliver, print_json, print_table, progress_bar, say
from treenn.commands.settings_options import read_settings
from treenn.commands.vector_map import draw_map, read_vector_table
from treenn.trees.arguments import check

if TYPE_CHECKING:
    from treenn.vectors.evaluation import Correlation
    from treenn.vectors.table import Neighbour

app = typer.Typer(help="Train, search, evaluate and draw word vectors.", no_args_is_help=True)

app.command("map")(draw_map)

_File = Annotated[str, typer.Argument(metavar="FILE", help="A file of word vectors, or the name of fetched ones.")]
_Count = Annotated[int, typer.Option("--count", metavar="N", help="The maximum number of words.")]


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def train(
    context: typer.Context,
    corpus: Annotated[
        Path, typer.Option(metavar="FILE", help="A text, one sentence per line, words separated by spaces.")
    ],
    out: Annotated[Path, typer.Option(metavar="FILE", help="The file of the vectors, in the text format of word2vec.")],
    method: Annotated[str, typer.Option(metavar="skip-gram|cbow|glove|ppmi-svd", help="The method.")] = "glove",
    min_count: Annotated[int, typer.Option(metavar="N", help="The minimum count of a word.")] = 5,
    keep_case: Annotated[bool, typer.Option("--keep-case", help="Do not convert words to lower case.")] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace vectors of an earlier training.")] = False,
) -> None:
    """Train word vectors on a text, and write them in the text format that all commands read.

    skip-gram and cbow: negative sampling by gensim (Mikolov et al. 2013). glove: Pennington et al. 2014. ppmi-svd:
    positive pointwise mutual information with a truncated SVD (Levy et al. 2015), the baseline of the others.

    Any other option is a setting of the method: --size, --window and --seed of all; --epochs and --learning-rate of all
    but ppmi-svd; --negative and --subsample of skip-gram and cbow; --x-max, --alpha and --block of glove; --smoothing,
    --shift and --singular-power of ppmi-svd. The error message for an unknown option lists all settings of the method
    and their defaults.

    Windows end at the ends of sentences and skip words below the minimum count. FILE.json next to the vectors has the
    command, the settings, the versions and the training time. The same seed gives the same vectors, bit for bit, on one
    thread.

    Example: treenn vectors train --corpus corpus.txt --method glove --out vectors.txt

    Example: treenn vectors train --corpus corpus.txt --method cbow --size 50 --epochs 5 --out cbow.txt
    """
    from treenn.vectors.training import find_method, train_vectors

    settings = read_settings(find_method(method).settings, context.args)
    how: dict[str, Any] = {"min_count": min_count, "lower_case": not keep_case, "overwrite": overwrite}
    with progress_bar(f"{method} on {corpus.name}") as bar:
        record = train_vectors(corpus, out, method, settings, **how, command=options.command_line(), progress=bar)
    say(f"written: {out} ({record.words:,} words, {record.size} wide, {record.seconds:.0f} s) and {out}.json")


@app.command()
def similar(
    file: _File, word: Annotated[str, typer.Argument(metavar="WORD")], count: _Count = 10, json: options.Json = False
) -> None:
    """List the words whose vectors have the largest cosine to that of a word.

    Example: treenn vectors similar glove.6B.50d.txt film
    """
    _show(read_vector_table(file).similar(word, count), "cosine", json=json)


@app.command()
def analogy(
    file: _File,
    a: Annotated[str, typer.Argument(metavar="A")],
    b: Annotated[str, typer.Argument(metavar="B")],
    c: Annotated[str, typer.Argument(metavar="C")],
    method: Annotated[
        str, typer.Option(metavar="3CosAdd|3CosMul", help="The score (Levy and Goldberg 2014).")
    ] = "3CosAdd",
    count: _Count = 10,
    json: options.Json = False,
) -> None:
    """List the words D for which "A is to B as C is to D", without A, B and C.

    Example: treenn vectors analogy glove.6B.50d.txt man woman king

    Example: treenn vectors analogy glove.6B.50d.txt france paris italy --method 3CosMul
    """
    _show(read_vector_table(file).analogy(a, b, c, count, cast(Any, method)), method, json=json)


@app.command()
def evaluate(
    files: Annotated[
        list[str], typer.Argument(metavar="FILE...", help="Files of word vectors, or names of fetched ones.")
    ],
    resamples: Annotated[int, typer.Option(metavar="N", help="The number of bootstrap samples.")] = 2_000,
    seed: Annotated[int, typer.Option(metavar="N", help="The seed of the bootstrap samples.")] = 0,
    half: Annotated[
        str | None,
        typer.Option(
            metavar="even|odd",
            help="Read only these lines of the files of pairs, so that settings chosen on one half are evaluated on "
            "the other (default: all).",
        ),
    ] = None,
    json: options.Json = False,
    out: options.Record = None,
) -> None:
    """Print Spearman's correlation of cosines with the human scores of SimLex-999 and WordSim-353.

    The pairs are simlex.tsv, wordsim-similarity.tsv and wordsim-relatedness.tsv (score, tab, word, tab, word) in the
    folder sts under TREEBANKS_HOME. Pairs that both files of WordSim have count once in the row WordSim. Words are
    looked up verbatim, then in lower case. Several files are compared on the pairs that all have, with the differences
    to the first file. Intervals are 95 % bootstrap intervals over pairs.

    Example: treenn vectors evaluate vectors.txt glove-6b-100d
    """
    from treenn.runtime.environment import environment
    from treenn.trees.json_records import to_json
    from treenn.vectors.evaluation import evaluate_vectors
    from treenn.vectors.vector_file import find_record
    from treenn.vectors.word_pairs import Half, load_word_sets

    sets = load_word_sets(half=check("half", half, Half | None))
    tables = {file: read_vector_table(file) for file in files}
    paths = zip(files, map(Path, options.vector_files(files)), strict=True)
    records = {name: (record := find_record(path)) and to_json(record) for name, path in paths}
    found = evaluate_vectors(tables, sets, resamples=resamples, seed=seed)
    measured = {title: {name: asdict(each) for name, each in of_set.items()} for title, of_set in found.items()}
    head = {"schema": "treenn.word_similarity", "version": 1, "command": options.command_line()}
    results = {
        **head,
        "trainings": records,
        "resamples": resamples,
        "seed": seed,
        "half": half,
        "sets": measured,
        "environment": environment(),
    }
    deliver(results, out, json=json, show=lambda: _print_sets(found, files))


def _show(neighbours: list[Neighbour], score: str, *, json: bool) -> None:
    if json:
        print_json([each._asdict() for each in neighbours])
    else:
        print_table(((each.word, f"{each.score:.3f}") for each in neighbours), "word", score)


def _print_sets(found: dict[str, dict[str, Correlation]], files: list[str]) -> None:
    for title, of_set in found.items():
        used = next(iter(of_set.values()))
        rows = ((Path(file).name, *_cells(of_set[file])) for file in files)
        heads = ("Spearman", "95 % interval", "coverage", *(["to the first"] if len(files) > 1 else []))
        print_table(rows, "", *heads, title=f"{title}: {used.used} of {used.pairs} pairs")
        print()


def _cells(each: Correlation) -> tuple[str, ...]:
    """The cells of a row: the correlation, its interval, the coverage, the difference and its interval."""
    coverage = f"{100 * each.covered / each.pairs:.0f} %"
    if each.spearman is None:
        return "–", "–", coverage
    cells = (f"{each.spearman:.3f}", _interval(each.low, each.high), coverage)
    if each.difference is None:
        return cells
    return *cells, f"{each.difference:+.3f} ({_interval(each.difference_low, each.difference_high)})"


def _interval(low: float | None, high: float | None) -> str:
    return f"{low:.2f} to {high:.2f}"
