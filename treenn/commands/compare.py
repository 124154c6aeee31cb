"""`treenn compare`: recursive against recurrent on the same task."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from treenn.commands.options import Json, Vectors, command_line, vector_files
from treenn.commands.settings import takes_settings
from treenn.settings import Settings


@takes_settings(without=("model", "seed"))
def compare(
    treebank: Annotated[str, typer.Option(metavar="NAME", help="A treebank of `treenn data list`.")] = "reviews",
    models: Annotated[
        str,
        typer.Option(
            metavar="NAME,NAME",
            help="What to compare, of `treenn cells`; the others get as many parameters as the first.",
        ),
    ] = "tree-lstm,lstm",
    seeds: Annotated[int, typer.Option(help="How many times each model is trained.")] = 3,
    vectors: Vectors = [],  # noqa: B006 (typer wants a list)
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where the results go.")] = Path("comparison"),
    jobs: Annotated[int | None, typer.Option(help="Runs side by side, one thread each; left out, one a core.")] = None,
    json: Json = False,
    **recipe: Any,
) -> None:
    """Train recursive and recurrent networks on the same trees, labels and vectors, and write a report.

    Writes report.html, results.json and the trained models to --out. A comparison that was stopped goes on where it
    was when the same command is given again.

    Example: treenn compare

    Example: treenn compare --treebank sst --vectors glove.6B.50d.txt --vectors glove.6B.100d.txt --seeds 3
    """
    import os
    from json import dumps

    from treenn.commands.show import print_json, progress_bar, say
    from treenn.comparison.plan import Plan
    from treenn.comparison.report import write_report
    from treenn.comparison.runs import compare as run_plan
    from treenn.trees.files import write_text

    plan = Plan(treebank, tuple(models.split(",")), seeds, tuple(vector_files(vectors)), Settings(**recipe))
    if jobs is None:
        jobs = min(os.cpu_count() or 1, seeds * len(plan.models))
    with progress_bar(f"{models} on {treebank}") as bar:
        progress = _Overall(bar, seeds * len(plan.models))
        results = run_plan(plan, out, jobs=jobs, progress=progress, command=command_line())
    write_text(out / "results.json", dumps(results) + "\n")
    write_report(results, out / "report.html")
    if json:
        print_json(results)
    else:
        _print_table(results)
    say(f"report: {out / 'report.html'}  results: {out / 'results.json'}  models: {out / 'runs'}")


class _Overall:
    """One bar for runs side by side: each counts the same, whatever its number of batches."""

    def __init__(self, bar: Callable[[int, int, str], None], runs: int) -> None:
        self.bar, self.runs = bar, runs
        self.shares: dict[str, float] = {}

    def __call__(self, run: str, done: int, total: int, text: str) -> None:
        self.shares[run] = done / total
        finished = sum(share == 1 for share in self.shares.values())
        model, seed, _ = run.rsplit("-", 2)
        text = f"{finished} of {self.runs} runs done; {model}, seed {seed}: {text}"
        self.bar(round(1000 * sum(self.shares.values())), 1000 * self.runs, text)


def _print_table(results: dict[str, Any]) -> None:
    from rich.console import Console

    from treenn.comparison.headline import headline
    from treenn.comparison.table import comparison_table

    console = Console()
    console.print(comparison_table(results))
    console.print(headline(results), highlight=False)
