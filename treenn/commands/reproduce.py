"""`treenn reproduce`: recipes over several seeds, with published and measured results in one table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from treenn.commands import options
from treenn.commands.experiments import Dask, Jobs, NoTest, OnDevice, workers
from treenn.commands.output import print_json, progress_bar, say
from treenn.runtime.terminal import Grid, console
from treenn.trees.arguments import Runs, check
from treenn.trees.atomic_writing import write_text
from treenn.trees.errors import InputError
from treenn.trees.file_kind import check_replaceable
from treenn.trees.json_values import dump_json

if TYPE_CHECKING:
    from treenn.experiment.recipes import Recipe
    from treenn.experiment.recipes.record import RecipeRecord


def reproduce(
    treebank: Annotated[str, typer.Argument(metavar="TREEBANK", help="sst, the treebank of the recipes.")],
    seeds: Annotated[int, typer.Option(help="Number of training runs of each recipe.")] = 10,
    jobs: Jobs = None,
    dask: Dask = None,
    device: OnDevice = "cpu",
    only: Annotated[str, typer.Option(metavar="NAME,NAME", help="Recipes of `treenn recipes` (default: all).")] = "",
    out: options.Out = Path("reproduction"),
    results: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="The folder of the records, one per recipe (default: --out)."),
    ] = None,
    overwrite: options.Overwrite = False,
    no_test: NoTest = False,
    json: options.Json = False,
) -> None:
    """Train recipes over several seeds, and print published and measured results in one table.

    Every run is saved when it ends. The same command resumes, also with more seeds or other recipes. Training
    evaluates dev only. Test is read in a final stage, after all training, and each recipe that reads it is entered in
    the ledger of test readings (see `treenn evaluate`).

    Example: treenn reproduce sst --seeds 3 --only own,own_lstm --jobs 2
    """
    from treebanks import load_trees
    from treenn.experiment.recipes.record import RECIPE_SCHEMA, record
    from treenn.experiment.recipes.reproduce import run_all, run_of
    from treenn.training.run_dir import check_run_dir, parts_of

    if treebank != "sst":
        raise InputError(f"TREEBANK {treebank}: must be sst, the treebank of the recipes")
    check("seeds", seeds, Runs)
    cluster, how = workers(dask, jobs, device, overwrite)
    recipes = _chosen(only)
    run = run_of(recipes, treebank, {} if overwrite else parts_of(out))
    check_run_dir(out, run, resume=True, overwrite=overwrite)
    files = {recipe.name: (results or out) / f"{recipe.name}.json" for recipe in recipes}
    for file in files.values() if results is not None else ():
        check_replaceable(file, "JSON of treenn.recipe")
    with progress_bar(f"recipes on {treebank}") as bar, cluster:
        how |= {"command": options.command_line(), "test": not no_test}
        run_all(recipes, treebank, out, seeds=seeds, progress=bar, **how)
    if no_test:
        say(f"trained: {out}; the same command without --no-test evaluates the models on test")
        return
    data = load_trees(treebank)
    records = [record(recipe, data, out, seeds=seeds, command=options.command_line()) for recipe in recipes]
    for each in records:
        write_text(files[each.name], dump_json(RECIPE_SCHEMA.to_json(each)) + "\n")
    if json:
        print_json([RECIPE_SCHEMA.to_json(each) for each in records])
    else:
        _print(records)


def _chosen(only: str) -> list[Recipe]:
    """Return the recipes by name, members before their ensemble, with the paths of word vectors."""
    from treenn.experiment.recipes import RECIPES, find

    names = only.split(",") if only else list(RECIPES)
    wanted = dict.fromkeys(each for name in names for each in (*find(name).members, name))
    recipes = [find(name) for name in wanted]
    return [replace(recipe, vectors=tuple(options.vector_files(list(recipe.vectors)))) for recipe in recipes]


def _print(records: Sequence[RecipeRecord]) -> None:
    from treenn.report.recipe_tables import groups, notes, overlap_line

    out = console()
    table = Grid("", "mean", "min / median / max", "difference", title="percent of test")
    for group in groups(records):
        seeds = f", {group.seeds} seed{'s' * (group.seeds != '1')}" if group.seeds else ""
        table.add_section(f"{group.name}{' (published)' * group.published}{seeds}")
        for row in group.rows:
            table.add_row(f"  {row.metric}", *row[1:])
    out.print(table)
    out.print("† quoted from memory, not verified in the paper")
    for record in records:
        out.print(f"{record.name}: {'; '.join(notes(record))}")
    out.print(overlap_line(records[0]))
