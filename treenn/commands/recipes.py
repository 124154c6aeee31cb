"""`treenn recipes`: the complete configurations for `treenn train --recipe`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from treenn.commands import options
from treenn.commands.output import print_json, print_table
from treenn.models.settings import Settings
from treenn.runtime.terminal import console

if TYPE_CHECKING:
    from treenn.experiment.recipes import Recipe


def recipes(json: options.Json = False) -> None:
    """List the recipes for the Stanford Sentiment Treebank: published experiments, and the best of this package.

    Example: treenn recipes
    """
    from treenn.experiment.recipes import RECIPES

    found = [make() for make in RECIPES.values()]
    if json:
        print_json([_as_json(recipe) for recipe in found])
        return
    print_table(_rows(found), "name", "what", "root / binary", prose=("what",))
    out = console()
    out.print(
        "Published test accuracy in percent; † quoted from memory. Recipes are listed below the model they reproduce."
    )
    out.print("`treenn data show sst` has measured results; --json has settings and deviations from the papers.")
    out.print("Train one by `treenn train --recipe NAME --out DIR`, all by `treenn reproduce sst`.")


def _as_json(recipe: Recipe) -> dict[str, Any]:
    """Convert a recipe to JSON, with the settings that differ from the defaults."""
    usual = asdict(Settings())
    found = asdict(recipe)
    found["settings"] = {name: value for name, value in found["settings"].items() if value != usual[name]}
    if recipe.published:
        figures = recipe.published.figures.items()
        found["published"]["figures"] = {metric: figure._asdict() for metric, figure in figures}
    return found


def _rows(recipes: Sequence[Recipe]) -> Iterator[tuple[str, str, str]]:
    """Yield each published model with its figures and the recipes compared with it, then the other recipes."""
    papers = dict.fromkeys(_paper(recipe) for recipe in recipes if recipe.published)
    for paper in (*papers, None):
        if paper is not None:
            yield paper
        yield from ((recipe.name, recipe.title, "") for recipe in recipes if _paper(recipe) == paper)


def _paper(recipe: Recipe) -> tuple[str, str, str] | None:
    """Return the paper, its model, and the figures; None if nothing was published."""
    published = recipe.published
    if published is None:
        return None
    figures = [published.figures.get(metric) for metric in ("root", "root_binary")]
    shown = " / ".join(f"{100 * each.mean:.1f}{'' if each.checked else ' †'}" if each else "–" for each in figures)
    return published.paper, published.model, shown
