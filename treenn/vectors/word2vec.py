"""Skip-gram and CBOW with negative sampling, by gensim: Mikolov, Sutskever, Chen, Corrado and Dean (NIPS 2013),
"Distributed representations of words and phrases and their compositionality"."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from treenn.runtime.progress import Progress, ignore
from treenn.trees.arguments import Count, NonNegative, Positive, Seed, Width, check_fields
from treenn.trees.errors import InputError, argument
from treenn.vectors.corpus import Array, Corpus

_MOST_SEEDS = 2**32
"""gensim's generator has seeds below this."""


@dataclass(frozen=True)
class Word2VecSettings:
    """Settings of skip-gram and CBOW.

    Args:
        size: the width of the vectors (default: 100).
        window: the maximum distance of two words; that of a position is drawn from 1 to the maximum (default: 5).
        epochs: the number of passes over the corpus (default: 20).
        learning_rate: the initial learning rate, which decays linearly (default: 0.025).
        negative: the number of negative samples (default: 5).
        subsample: the threshold t of the subsampling of frequent words, 0 for none (default: 0.001).
        seed: the seed (default: 0).
    """

    size: Width = 100
    window: Count = 5
    epochs: Count = 20
    learning_rate: Positive = 0.025
    negative: Count = 5
    subsample: NonNegative = 1e-3
    seed: Seed = 0

    def __post_init__(self) -> None:
        check_fields(self)
        if self.seed >= _MOST_SEEDS:
            raise InputError(f"{argument('seed')} {self.seed}: must be below {_MOST_SEEDS}, which gensim requires")


def train_skip_gram(corpus: Corpus, settings: Word2VecSettings, progress: Progress = ignore) -> Array:
    """Train skip-gram vectors on one thread. The arguments, result and errors are those of `train_cbow`."""
    return _train(corpus, settings, progress, skip_gram=True)


def train_cbow(corpus: Corpus, settings: Word2VecSettings, progress: Progress = ignore) -> Array:
    """Train CBOW vectors on one thread.

    Args:
        corpus: the corpus.
        settings: the settings.
        progress: called after every epoch (default: no report).

    Raises:
        InputError: if gensim is not installed.

    Shape: `(V, size)`.
    """
    return _train(corpus, settings, progress, skip_gram=False)


def _train(corpus: Corpus, settings: Word2VecSettings, progress: Progress, *, skip_gram: bool) -> Array:
    models = _gensim_models()

    class Epochs(models.callbacks.CallbackAny2Vec):  # type: ignore[name-defined,misc]
        done = 0

        def on_epoch_end(self, model: Any) -> None:
            self.done += 1
            progress(self.done, settings.epochs, f"epoch {self.done}")

    progress(0, settings.epochs, "epoch 1")
    model = models.word2vec.Word2Vec(
        corpus.lists(),
        sg=int(skip_gram),
        vector_size=settings.size,
        window=settings.window,
        epochs=settings.epochs,
        alpha=settings.learning_rate,
        negative=settings.negative,
        sample=settings.subsample,
        seed=settings.seed,
        min_count=1,
        workers=1,
        callbacks=[Epochs()],
    )
    return np.stack([model.wv[word] for word in corpus.words])


def _gensim_models() -> Any:
    try:
        from gensim import models
    except ImportError as error:
        raise InputError(
            "skip-gram and CBOW need gensim, which supports Python up to 3.13; install it by python -m pip install "
            "'treenn[vectors]', or select the method glove or ppmi-svd"
        ) from error
    return models
