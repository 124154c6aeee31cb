"""Making a `PairClassifier` by its settings, and reading a saved one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from treenn.models import assemble, load_weights, read_config
from treenn.pairs.heads import Comparison, PairHead, Similarity
from treenn.pairs.network import PairClassifier
from treenn.settings import Settings
from treenn.trees.arguments import Classes, checked
from treenn.trees.files import read_json
from treenn.vectors import WordVectors
from treenn.vocabulary import Vocabulary


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
        return Similarity(settings.size, settings.comparison_size, dropout=settings.dropout)
    return Comparison(settings.size, settings.comparison_size, classes, settings.dropout)


def load_pair_model(folder: str | Path) -> tuple[PairClassifier, Settings, tuple[str, ...] | None]:
    """A saved model of pairs, its settings and the names of its classes, `None` where it predicts relatedness.

    Raises:
        InputError: where the folder does not hold a model of pairs, or one of another format.
    """
    config, settings = read_config(Path(folder), reads=PairClassifier.reads)
    vocabulary = Vocabulary(read_json(Path(folder) / "vocabulary.json"))
    classes = None if config["classes"] is None else tuple(config["classes"])
    settings_then = replace(settings, word_size=config["word_size"])
    model = build_pairs(settings_then, None if classes is None else len(classes), vocabulary)
    load_weights(Path(folder), model)
    return model.eval(), settings, classes
