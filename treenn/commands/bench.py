"""`treenn bench`: the speed of training and prediction on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from treenn.commands import options
from treenn.commands.output import deliver, print_json, progress_bar
from treenn.runtime.terminal import console
from treenn.trees import InputError
from treenn.trees.arguments import Count, Device, check
from treenn.trees.file_kind import check_replaceable

if TYPE_CHECKING:
    from treenn.bench.bench_plan import BenchPlan


def bench(
    treebank: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="A treebank of `treenn data list` (default: sst if fetched, else reviews)."),
    ] = None,
    batch: Annotated[str, typer.Option(metavar="N,N", help="Batch sizes in training.")] = "25,256",
    cells: Annotated[str | None, typer.Option(metavar="NAME,NAME", help="The networks to time (default: all).")] = None,
    steps: Annotated[int, typer.Option(help="Timed steps per batch size.")] = 20,
    dedup: Annotated[bool, typer.Option(help="In training, compute equal subtrees of a batch once.")] = True,
    threads: Annotated[int, typer.Option(help="The number of CPU threads.")] = 1,
    device: options.Device = "cpu",
    precision: Annotated[
        str, typer.Option(metavar="float32|bf16", help="The dtype of matrix products in training.")
    ] = "float32",
    out: Annotated[Path, typer.Option(metavar="FILE", help="The JSON file of the results.")] = Path("bench.json"),
    cross_library: Annotated[
        bool,
        typer.Option(
            "--cross-library",
            help="Time only the binary Tree-LSTM, as set by the environment variables BATCH, STEPS and SST.",
        ),
    ] = False,
    contender: Annotated[bool, typer.Option("--contender", hidden=True)] = False,  # the option's name in 0.1.0
    json: options.Json = False,
) -> None:
    """Time training and prediction of each cell, compared with nn.LSTM and nn.GRU of the same size.

    Example: treenn bench --treebank reviews --cells tree-lstm --batch 25

    Example: treenn bench --cells tree-lstm,lstm --precision bf16

    Example: BATCH=256 STEPS=12 treenn bench --cross-library
    """
    import torch

    check("threads", threads, Count)
    torch.set_num_threads(threads)
    products: Any = check("precision", precision, Literal["float32", "bf16"])
    if cross_library or contender:
        _run_workload(dedup, products, json)
    else:
        from treenn.bench.bench_plan import BenchPlan

        check_replaceable(out, "JSON of treenn.bench")
        names, kind = tuple(cells.split(",")) if cells else (), check("device", device, Device)
        _compare(treebank, BenchPlan(names, _batch_sizes(batch), steps, dedup, kind, products), out, json)


def _run_workload(dedup: bool, precision: Any, json: bool) -> None:
    from treenn.bench.cross_library import Workload, format_line, run_workload

    results = run_workload(Workload.of_environment(), dedup, precision)
    if json:
        print_json(results)
    else:
        print(format_line(results))


def _compare(treebank: str | None, plan: BenchPlan, out: Path, json: bool) -> None:
    import treebanks
    from treenn.bench.suite import bench

    data = treebanks.load_trees(treebank or _default_treebank())
    with progress_bar(f"bench on {data.name}") as progress:
        results = bench(plan, data, progress, options.command_line())
    deliver(results, out, json=json, show=lambda: _print_tables(results))


def _default_treebank() -> str:
    from treebanks.catalogue import entry
    from treebanks.paths import data_home

    return "sst" if (data_home() / entry("sst").folder).is_dir() else "reviews"


def _batch_sizes(text: str) -> tuple[int, ...]:
    try:
        sizes = tuple(int(size) for size in text.split(","))
    except ValueError:
        raise InputError(f"--batch {text}: must be whole numbers separated by commas, such as 25,256") from None
    check("batch", min(sizes), Count)
    return sizes


def _print_tables(results: dict[str, Any]) -> None:
    from treenn.bench.bench_table import LEGEND, packing_table, prediction_table, training_table

    out = console()
    out.print(training_table(results))
    out.print(LEGEND, style="dim")
    out.print()
    out.print(packing_table(results))
    if results["prediction"]:
        out.print()
        out.print(prediction_table(results))
