"""`treenn bench`: how fast it is here."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from treenn.commands.options import Json, command_line


def bench(
    treebank: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="A treebank of `treenn data list`; sst if it is here, or reviews."),
    ] = None,
    batch: Annotated[str, typer.Option(metavar="N,N", help="Trees in one training step.")] = "25,256",
    cells: Annotated[str | None, typer.Option(metavar="NAME,NAME", help="What to time; left out, all.")] = None,
    steps: Annotated[int, typer.Option(help="Timed steps at each batch size.")] = 20,
    share: Annotated[bool, typer.Option(help="In training, compute equal subtrees of a batch once.")] = True,
    threads: Annotated[int, typer.Option(help="Threads on the CPU.")] = 1,
    device: Annotated[str, typer.Option(metavar="cpu|cuda", help="Where to run.")] = "cpu",
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="Where the results go.")] = Path("bench.json"),
    contender: Annotated[
        bool, typer.Option("--contender", help="One line for the binary Tree-LSTM; BATCH, STEPS, SST in environment.")
    ] = False,
    json: Json = False,
) -> None:
    """Time training and prediction of each cell beside nn.LSTM and nn.GRU of the same size.

    Example: treenn bench --treebank reviews --cells tree-lstm --batch 25

    Example: BATCH=256 STEPS=12 treenn bench --contender
    """
    import torch

    from treenn.trees import InputError

    if threads < 1:
        raise InputError(f"--threads {threads}: must be 1 or more")
    torch.set_num_threads(threads)
    if contender:
        _contend(share, json)
    else:
        names = tuple(cells.split(",")) if cells else ()
        _compare(treebank, (names, _batch_sizes(batch), steps, share, device), out, json)


def _contend(share: bool, json: bool) -> None:
    from treenn.bench.cross_library import Workload, contend, line
    from treenn.commands.progress_bars import print_json

    results = contend(Workload.of_environment(), share)
    if json:
        print_json(results)
    else:
        print(line(results))


def _compare(treebank: str | None, settings: tuple[Any, ...], out: Path, json: bool) -> None:
    import treebanks
    from treenn.bench.bench_plan import Plan
    from treenn.bench.suite import bench
    from treenn.commands.progress_bars import print_json, progress_bar, say
    from treenn.trees.files import check_replaceable, write_text
    from treenn.trees.json_values import dump_json

    check_replaceable(out, "JSON of treenn.bench")
    plan = Plan(*settings)
    data = treebanks.load_trees(treebank or _default_treebank())
    with progress_bar(f"bench on {data.name}") as progress:
        results = bench(plan, data, progress, command_line())
    if json:
        print_json(results)
    else:
        _print_tables(results)
    write_text(out, dump_json(results) + "\n")
    say(f"results: {out}")


def _default_treebank() -> str:
    from treebanks.catalogue import entry
    from treebanks.paths import data_home

    return "sst" if (data_home() / entry("sst").folder).is_dir() else "reviews"


def _batch_sizes(text: str) -> tuple[int, ...]:
    from treenn.trees import InputError

    try:
        sizes = tuple(int(size) for size in text.split(","))
    except ValueError:
        raise InputError(f"--batch {text}: must be whole numbers with commas between, such as 25,256") from None
    if min(sizes) < 1:
        raise InputError(f"--batch {min(sizes)}: must be 1 or more")
    return sizes


def _print_tables(results: dict[str, Any]) -> None:
    from treenn.bench.bench_table import LEGEND, prediction_table, training_table
    from treenn.runtime.terminal import console

    out = console()
    out.print(training_table(results))
    out.print(LEGEND, style="dim")
    if results["prediction"]:
        out.print()
        out.print(prediction_table(results))
