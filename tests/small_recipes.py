"""Tiny recipes, and a toy treebank named sst."""

from __future__ import annotations

from pathlib import Path

import pytest
from toy import toy_treebank

from treenn.experiment.recipes import Figure, Published, Recipe
from treenn.experiment.run import load
from treenn.models.settings import Settings
from treenn.trees import write_trees

TINY = Settings(size=4, word_size=3, epochs=2, batch_size=10)
FIGURES = {"root": Figure(0.5, 0.01, checked=True), "root_binary": Figure(0.9), "all_nodes_binary": Figure(0.8)}
PUBLISHED = Published("Someone 2013", "a network", FIGURES, runs=5)
ONE = Recipe("one", "a tree", TINY, ("two.txt",), PUBLISHED, ("other vectors",))
OTHER = Recipe("other", "a sequence", Settings(model="lstm", size=4, word_size=3, epochs=1, supervision="spans"))
TOGETHER = Recipe("together", "all of one", TINY, ("two.txt",), members=("one",))
SMALL_RECIPES = {recipe.name: lambda recipe=recipe: recipe for recipe in (ONE, TOGETHER, OTHER)}


def small_home(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with treebanks and vectors, and `SMALL_RECIPES` instead of the real recipes."""
    (folder / "vectors").mkdir(parents=True)
    (folder / "vectors/two.txt").write_text("good 1 2\nbad -1 -2\n")
    (folder / "sst").mkdir()
    for split, trees in toy_treebank(train=40, dev=12, test=15).splits.items():
        write_trees(folder / "sst" / f"{split}.txt", trees)
    monkeypatch.setenv("TREEBANKS_HOME", str(folder))
    monkeypatch.setattr("treenn.experiment.recipes.RECIPES", SMALL_RECIPES)
    load.cache_clear()  # its key is the treebank's name
    return folder
