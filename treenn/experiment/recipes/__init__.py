"""Recipes: complete configurations of experiments on the Stanford Sentiment Treebank, published and our own."""

from collections.abc import Callable

from treenn.experiment.recipes.own import (
    own,
    own_bilstm,
    own_bilstm_contextual,
    own_contextual,
    own_ensemble,
    own_lstm,
    own_lstm_contextual,
)
from treenn.experiment.recipes.published import (
    looks2017_tree_lstm,
    socher2013_mvrnn,
    socher2013_rnn,
    socher2013_rntn,
    tai2015_bilstm,
    tai2015_constituency,
    tai2015_constituency_random,
    tai2015_lstm,
)
from treenn.experiment.recipes.recipe import Figure, Published, Recipe
from treenn.trees import InputError

__all__ = [
    "RECIPES",
    "Figure",
    "Published",
    "Recipe",
    "find",
    "looks2017_tree_lstm",
    "own",
    "own_bilstm",
    "own_bilstm_contextual",
    "own_contextual",
    "own_ensemble",
    "own_lstm",
    "own_lstm_contextual",
    "socher2013_mvrnn",
    "socher2013_rnn",
    "socher2013_rntn",
    "tai2015_bilstm",
    "tai2015_constituency",
    "tai2015_constituency_random",
    "tai2015_lstm",
]

RECIPES: dict[str, Callable[[], Recipe]] = {
    make.__name__: make
    for make in (
        socher2013_rnn,
        socher2013_mvrnn,
        socher2013_rntn,
        tai2015_constituency_random,
        tai2015_constituency,
        tai2015_lstm,
        tai2015_bilstm,
        looks2017_tree_lstm,
        own,
        own_ensemble,
        own_lstm,
        own_bilstm,
        own_contextual,
        own_lstm_contextual,
        own_bilstm_contextual,
    )
}
"""The recipes by name, an ensemble after its members."""


def find(name: str) -> Recipe:
    """Return the recipe of a name.

    Raises:
        InputError: if there is no such recipe; the message lists all.

    >>> find("tai2015_lstm").settings.supervision
    'spans'
    """
    if name not in RECIPES:
        raise InputError(f"no recipe is called {name!r}; `treenn recipes` lists them: {', '.join(RECIPES)}")
    return RECIPES[name]()
