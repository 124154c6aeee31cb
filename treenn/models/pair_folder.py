"""Making a `PairClassifier` by its settings, and reading a saved one."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from treenn.models.building import assemble, check_sizes, load_weights, read_folder
from treenn.models.pair_classifier import PairClassifier
from treenn.models.pair_head import Comparison, PairHead, Similarity
from treenn.models.settings import Settings
from treenn.models.vectors import WordVectors
from treenn.models.vocabulary import Vocabulary
from treenn.trees.arguments import AnyPath, Classes, checked


@checked
def build_pairs(
    settings: Settings, classes: Classes | None, vocabulary: Vocabulary, vectors: Sequence[WordVectors] = ()
) -> PairClassifier:
    """A new network for pairs; `settings.seed` decides its weights, and no random state outside is touched.

    Args:
        settings: the recipe.
        classes: how many relations there are; `None` for the scale of relatedness.
        vocabulary: the words that have a vector.
        vectors: pretrained word vectors, side by side.
    """
    return assemble(PairClassifier, settings, partial(pair_head, classes=classes), vocabulary, vectors)


@checked
def pair_head(settings: Settings, classes: Classes | None) -> PairHead:
    """What compares two roots: `Comparison` where there are classes, else `Similarity`."""
    if classes is None:
        return Similarity(settings.size, settings.pair_hidden_size, dropout=settings.dropout)
    return Comparison(settings.size, settings.pair_hidden_size, classes, settings.dropout)


@checked
def load_pair_model(
    folder: AnyPath, contextual: str | Sequence[str] = ()
) -> tuple[PairClassifier, Settings, tuple[str, ...] | None]:
    """A saved model of pairs, its settings and the names of its classes, `None` if it predicts relatedness.

    Args:
        folder: the model's folder.
        contextual: see `treenn.models.building.load_model`.

    Raises:
        InputError: if the folder does not hold a model of pairs, or one of another format; as `load_model`.
    """
    saved = read_folder(Path(folder), reads=PairClassifier.reads, contextual=contextual)
    n_classes = None if saved.classes is None else len(saved.classes)
    check_sizes(saved, partial(pair_head, classes=n_classes))
    model = build_pairs(saved.with_word_size, n_classes, saved.vocabulary)
    load_weights(saved.folder, model)
    return model.eval(), saved.settings, saved.classes
