"""`treenn report`: the report of a comparison from its results."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from treenn.commands import options
from treenn.commands.output import check_target, print_json, progress_bar, say
from treenn.runtime.terminal import console
from treenn.trees import InputError
from treenn.trees.atomic_writing import write_text
from treenn.trees.file_kind import check_replaceable

if TYPE_CHECKING:
    from treenn.experiment.results import ComparisonResults


def report(
    folders: Annotated[
        list[Path],
        typer.Argument(
            metavar="DIR",
            help="A folder of `treenn compare` or `treenn train`, or a results.json; with --chart several.",
        ),
    ],
    chart: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Only draw the differences of all comparisons in this SVG file, one chart."),
    ] = None,
    model: Annotated[
        list[str],
        typer.Option(metavar="NAME", help="With --chart: only the differences from this model; repeatable."),
    ] = [],  # noqa: B006 (typer wants a list)
    split: Annotated[
        list[str],
        typer.Option(
            metavar="NAME", help="With --chart: a test set to draw of tasks with many; repeatable (default: the first)."
        ),
    ] = [],  # noqa: B006 (typer wants a list)
    record: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the results also to this file, as a record.")
    ] = None,
    verify: Annotated[
        bool, typer.Option("--verify", help="Only recompute and verify the summaries, intervals and p values.")
    ] = False,
    contextual: options.Contextual = [],  # noqa: B006 (typer wants a list)
    trust_module: options.TrustModule = [],  # noqa: B006 (typer wants a list)
    json: options.Json = False,
) -> None:
    """Write the report of a comparison, or the learning curve of a training run, from its JSON, without training.

    For an interrupted comparison, the report covers the finished runs and lists the missing ones.

    Example: treenn report comparison

    Example: treenn report my-model

    Example: treenn report comparison --record record.json

    Example: treenn report record.json --verify

    Example: treenn report sst.json listops.json --chart trees.svg --model lstm --model "tree-lstm, balanced"
    """
    from treenn.experiment.comparison_record import write_record
    from treenn.experiment.gather import read_results
    from treenn.experiment.results import PLAN
    from treenn.report import write_results

    if chart is not None:
        _draw(folders, chart, (model, split), contextual, trust_module)
        return
    folder = _single(folders, [*model, *split])
    if _is_training(folder):
        if verify or record is not None or json:
            raise InputError(f"--verify, --record, --json: {folder} is a training run; must be a comparison")
        _learning_curve(folder)
        return
    if verify:
        if record is not None or json:
            raise InputError("--verify: cannot be combined with --record or --json")
        _verify(folder)
        return
    results = read_results(folder, contextual, trust_module)
    if (folder / PLAN).exists():
        write_results(results, folder)
    if record is not None:
        write_record(results, record)
    present(results, folder if folder.is_dir() else folder.parent, json=json)


def _draw(
    folders: Sequence[Path],
    chart: Path,
    drawn: tuple[Sequence[str], Sequence[str]],
    contextual: Sequence[str],
    trust: Sequence[str],
) -> None:
    """Draw the differences of several comparisons in one chart."""
    from treenn.experiment.gather import read_results
    from treenn.report.overview import as_svg, overview

    check_target("--chart", chart)
    check_replaceable(chart, "SVG")
    comparisons = [read_results(folder, contextual, trust) for folder in folders]
    write_text(chart, as_svg(overview(comparisons, *drawn)))
    say(f"drawn: {chart}")


def _single(folders: Sequence[Path], drawn: Sequence[str]) -> Path:
    """The only folder of a report."""
    if drawn:
        raise InputError(f"--model, --split {drawn[0]}: needs --chart FILE")
    if len(folders) > 1:
        raise InputError(f"{folders[1]}: a report is on one comparison; --chart draws several")
    return folders[0]


def _is_training(folder: Path) -> bool:
    from treenn.training.run_dir import kind_in
    from treenn.training.run_marker import TRAINING

    return folder.is_dir() and kind_in(folder) is TRAINING


def _learning_curve(folder: Path) -> None:
    """Write the page of a training run to its folder."""
    from treenn.report.training_page import write_training_page
    from treenn.training.run_marker import PAGE
    from treenn.training.run_results import read_training

    with progress_bar("report"):
        write_training_page(read_training(folder), folder / PAGE)
    say(f"report: {folder / PAGE}")


def _verify(path: Path) -> None:
    """Verify results against their predictions, and print the numbers of runs and differences."""
    from treenn.experiment.comparison_record import verify
    from treenn.experiment.results import RESULTS

    file = path / RESULTS if path.is_dir() else path
    results = verify(file)
    runs, differences = (sum(len(getattr(task, name)) for task in results.tasks) for name in ("runs", "differences"))
    say(f"verified: {runs} runs and {differences} differences of {file} follow from the predictions")
    if not results.digest:
        say("no digest: values that do not follow from the predictions were not verified")


def present(results: ComparisonResults, out: Path, *, json: bool) -> None:
    """Write the report of results to a folder, and print its tables, lead and caveats."""
    from treenn.experiment.results import COMPARISON_SCHEMA
    from treenn.report import write_report
    from treenn.report.caveats import caveats
    from treenn.report.console import comparison_table
    from treenn.report.lead import lead

    with progress_bar("report") as progress:
        write_report(results, out / "report.html", progress)
    if json:
        print_json(COMPARISON_SCHEMA.to_json(results))
    else:
        for task in results.sections:
            console().print(comparison_table(task))
        console().print(lead(results.sections))
        console().print(f"\n{' '.join(caveats(results.sections))}")
    missing = sum(len(task.missing) for task in results.tasks)
    if missing:
        say(f"missing of the plan: {missing} run{'s' * (missing > 1)}; repeat the `treenn compare` command to resume")
    made = {"report": out / "report.html", "results": out / "results.json", "models": out / "runs"}
    say("  ".join(f"{name}: {path}" for name, path in made.items() if path.exists()))
