"""`treenn data`: the known treebanks, word vectors and encoders, their folders, and downloads."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from treenn.commands import options
from treenn.commands.dataset_options import report_hidden, take_data, takes_dataset
from treenn.commands.output import print_json, print_table, say, skipping, tell
from treenn.runtime.terminal import console

if TYPE_CHECKING:
    from treebanks.catalogue_entry import Entry
    from treebanks.verify import State

app = typer.Typer(help="List, show, fetch and verify treebanks, and find overlaps.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="NAME", help="A name of `treenn data list`, e.g. sst.")]
AnySource = Annotated[
    str, typer.Argument(metavar="NAME|DIR|FILE", help="A treebank of `treenn data list`, or a folder or file of data.")
]


@app.command("list")
def list_(json: options.Json = False) -> None:
    """List the known treebanks, word vectors and encoders, and whether each is on this machine.

    Example: treenn data list
    """
    from treebanks.catalogue import ENTRIES
    from treebanks.paths import data_home, treenn_cache
    from treebanks.verify import state

    if json:
        print_json([_summary(entry) for entry in ENTRIES])
        return
    rows = ((entry.name, entry.title, entry.licence, _here(entry, state(entry))) for entry in ENTRIES)
    print_table(rows, "name", "description", "licence", "here", prose=("description", "licence", "here"))
    tell(f"Folder: {data_home()}; set TREEBANKS_HOME to change it.")
    tell(f"Folder: {treenn_cache()} for encoders and converted vectors; set TREENN_CACHE to change it.")


@app.command()
@takes_dataset(seed=True)
def show(
    context: typer.Context,
    source: AnySource,
    skip_bad: options.SkipBad = False,
    json: options.Json = False,
    **values: Any,
) -> None:
    """Show a treebank's card: description, licence, source, statistics, published results and ours.

    For a folder or file, show the sizes of the splits, the classes and the number of repeated sentences.

    Example: treenn data show sst

    Example: treenn data show reviews.csv --label-column stars --split 80/10/10
    """
    from treebanks.catalogue import ENTRIES
    from treebanks.catalogue import entry as find
    from treenn.commands.dataset_table import show_dataset

    data = take_data(context, source, values)
    if source not in [each.name for each in ENTRIES] and Path(source).exists():
        with skipping(skip_bad) as skip:
            show_dataset(data.load(**skip), json=json)
        return
    if not data.is_known:
        report_hidden(source, [source])
    entry = find(source)
    summary = _summary(entry)
    if json:
        print_json(asdict(entry) | summary | {"card": entry.card})
        return
    from treenn.commands.card import Card

    out = console()
    if out.is_terminal:
        out.print(Card(entry.card))
    else:
        print(entry.card)
    if entry.files:
        tell(f"On this machine ({summary['state']}): {summary['folder']}")


@app.command()
def fetch(name: Name, json: options.Json = False) -> None:
    """Download and verify files: to TREEBANKS_HOME, and those of encoders and converted vectors to TREENN_CACHE.

    Example: treenn data fetch sst

    Example: treenn data fetch all-mpnet-base-v2

    Example: treenn data fetch glove-6b-50d
    """
    from treebanks.catalogue import entry as find
    from treebanks.fetch import fetch as fetch_entry

    entry = find(name)
    with _bar(f"fetching {entry.name}") as progress:
        fetched = fetch_entry(entry, progress=progress)
    folder = _summary(entry)["folder"]
    if json:
        print_json({"name": entry.name, "folder": folder, "fetched": fetched})
    elif fetched:
        tell(f"{entry.name}: fetched and verified, in {folder}")
    elif entry.files:
        tell(f"{entry.name}: already here, all checksums match, in {folder}")
    else:
        print(f"{entry.name} ships with treenn, there is nothing to fetch")


@app.command()
def verify(name: Name, json: options.Json = False) -> None:
    """Compare every file of an entry with its published checksum; exit code 1 if one is missing or differs.

    Example: treenn data verify sst
    """
    from treebanks.catalogue import entry as find
    from treebanks.verify import verify as verify_entry

    entry = find(name)
    checks = verify_entry(entry)
    wrong = [check for check in checks if check.state != "ok"]
    folder = _summary(entry)["folder"]
    if json:
        files = [asdict(check) for check in checks]
        print_json({"name": entry.name, "ok": not wrong, "folder": folder, "files": files})
    elif not checks:
        print(f"{entry.name} ships with treenn, there is nothing to verify")
    else:
        for check in wrong:
            tell(str(check))
        tell(f"{entry.name}: {len(checks) - len(wrong)} of {len(checks)} files match, in {folder}")
    if wrong:
        raise typer.Exit(1)


@app.command()
@takes_dataset(seed=True)
def overlap(
    context: typer.Context,
    source: AnySource,
    skip_bad: options.SkipBad = False,
    json: options.Json = False,
    **values: Any,
) -> None:
    """List the sentences or pairs of dev and test that also occur, word for word, in train.

    Example: treenn data overlap sst

    Example: treenn data overlap my-data
    """
    from treebanks import PairTreebank
    from treebanks.overlap import overlap as find

    with skipping(skip_bad) as skip:
        treebank = take_data(context, source, values).load(**skip)
    repeats = find(treebank)
    if json:
        print_json([sentence._asdict() for sentence in repeats])
        return
    for sentence in repeats:
        print(f"{sentence.split} {sentence.number}: train {', '.join(map(str, sentence.in_train))}")
    noun = "pairs" if isinstance(treebank, PairTreebank) else "sentences"
    for split, examples in treebank.splits.items():
        if split != "train":
            print(f"{split}: {sum(each.split == split for each in repeats)} of {len(examples):,} {noun} occur in train")


@app.command()
@takes_dataset(without=("dev", "test"), seed=True)
def describe(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder with train, dev and test.")],
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an existing dataset.toml.")] = False,
    skip_bad: options.SkipBad = False,
    **values: Any,
) -> None:
    """Write dataset.toml, which records the form, classes, scale, trees, language and licence of a folder's data.

    All commands read it, so its options need not be repeated.

    Example: treenn data describe my-data --language en --licence "CC BY 4.0"
    """
    from treebanks.own_data import describe_dataset, write_spec

    data = take_data(context, str(folder), values)
    with skipping(skip_bad) as skip:
        text = describe_dataset(folder, data.spec, given=data.given, **skip)
    written = write_spec(folder, text, overwrite=overwrite)
    print(text, end="")
    say(f"written: {written}")


def _summary(entry: Entry) -> dict[str, Any]:
    """Summarize a treebank of the list for JSON."""
    from treebanks.paths import home_of
    from treebanks.verify import state

    folder = str(home_of(entry) / entry.folder) if entry.files else None
    summary = {key: getattr(entry, key) for key in ("name", "title", "kind", "licence")}
    return summary | {"folder": folder, "state": state(entry), "fetch": entry.download is not None}


def _here(entry: Entry, state: State) -> str:
    match state:
        case "here":
            return "yes"
        case "generated":
            return "ships with treenn"
        case "missing":
            return f"no: treenn data {'fetch' if entry.download else 'show'} {entry.name}"
        case "incomplete" | "different":
            return f"{state}: treenn data verify {entry.name}"


@contextmanager
def _bar(what: str) -> Iterator[Callable[[int, int], None]]:
    """A progress bar on standard error that appears with the first byte."""
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

    columns = TextColumn("{task.description}", markup=False), BarColumn(), DownloadColumn(), TransferSpeedColumn()
    bar = Progress(*columns, console=console(stderr=True))
    task = bar.add_task(what)

    def advance(done: int, total: int) -> None:
        bar.start()
        bar.update(task, completed=done, total=total)

    try:
        yield advance
    finally:
        if bar.live.is_started:
            bar.stop()
