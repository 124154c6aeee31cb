"""GloVe: Pennington, Socher and Manning (EMNLP 2014), "GloVe: Global vectors for word representation"."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array, csc_array

from treenn.runtime.progress import Progress, ignore
from treenn.trees.arguments import Count, Positive, Probability, Seed, Width, check_fields
from treenn.vectors.cooccurrence import cooccurrences
from treenn.vectors.corpus import Array, Corpus


@dataclass(frozen=True)
class GloveSettings:
    """Settings of GloVe.

    The defaults suit corpora of a few million words. The authors' settings for billions of words are a window of 10, 50
    epochs, a learning rate of 0.05 and x_max 100.

    Args:
        size: the width of the vectors (default: 100).
        window: the maximum distance of two words (default: 20).
        epochs: the number of passes over the pairs (default: 30).
        learning_rate: the learning rate of AdaGrad (default: 0.1).
        x_max: the count from which a pair has the weight 1 (default: 20).
        alpha: the exponent of the weight below it (default: 0.75).
        block: the number of words, and of context words, of a batch (default: 512).
        seed: the seed of the initial vectors and of the order of the pairs (default: 0).
    """

    size: Width = 100
    window: Count = 20
    epochs: Count = 30
    learning_rate: Positive = 0.1
    x_max: Positive = 20.0
    alpha: Probability = 0.75
    block: Count = 512
    seed: Seed = 0

    def __post_init__(self) -> None:
        check_fields(self)


class Batch(NamedTuple):
    """The pairs of one block of words and one block of context words.

    Args:
        word_block: the number of the block of words.
        context_block: the number of the block of context words.
        words: `(P,)` the position of each pair's word in its block.
        contexts: `(P,)` the position of its context word.
        targets: `(P,)` log X, the logarithm of the count.
        weights: `(P,)` f(X) = min(1, (X / x_max)^alpha).
    """

    word_block: int
    context_block: int
    words: npt.NDArray[np.int32]
    contexts: npt.NDArray[np.int32]
    targets: Array
    weights: Array


class Table:
    """Vectors, biases and AdaGrad's sums of squared gradients of words, or of context words.

    The bias is the last column but one for words, the last for context words; the other of the two columns is 1. So the
    product of a word's row and a context word's row is w · w̃ + b + b̃.

    Args:
        values: `(V, d + 2)` the initial values.
        constant: the column that is 1.
        block: the number of words of a block.
    """

    def __init__(self, values: Array, constant: int, block: int) -> None:
        self.values, self.squares = values, np.ones_like(values)
        self.constant, self.block = constant, block
        values[:, constant] = 1

    def rows(self, number: int) -> slice:
        """The rows of a block."""
        return slice(number * self.block, (number + 1) * self.block)

    def update(self, number: int, gradients: Array, learning_rate: float) -> None:
        """One step of AdaGrad (Duchi et al. 2011) for a block, given `(B, d + 2)` gradients, which are overwritten.

        The sums of squares start at 1, as in the authors' program.
        """
        values, squares = self.values[self.rows(number)], self.squares[self.rows(number)]
        gradients[:, self.constant] = 0
        squares += gradients * gradients
        gradients *= learning_rate
        gradients /= np.sqrt(squares)
        values -= gradients


def train_glove(corpus: Corpus, settings: GloveSettings, progress: Progress = ignore) -> Array:
    """Train GloVe vectors: the sums of each word's vector and its context vector (section 4.2).

    Pairs are divided into batches by random blocks of words, so that a batch reads few rows. With blocks of one word,
    an update is of one pair, as in the authors' program.

    Args:
        corpus: the corpus.
        settings: the settings.
        progress: called during counting and training (default: no report).

    Shape: `(V, size)`.
    """
    counts = cooccurrences(corpus, settings.window, progress=progress)
    rng = np.random.default_rng(settings.seed)
    order = rng.permutation(len(corpus.words))
    words, contexts = initial_tables(len(order), settings, rng)
    batches = list(make_batches(counts[order][:, order].tocoo(), settings))
    for epoch in range(settings.epochs):
        shuffled = rng.permutation(len(batches))
        loss = sum(train_step(words, contexts, batches[number], settings.learning_rate) for number in shuffled)
        progress(epoch + 1, settings.epochs, f"epoch {epoch + 1}, loss {loss / counts.nnz:.4f}")
    vectors = np.empty((len(order), settings.size), np.float32)
    vectors[order] = words.values[:, : settings.size] + contexts.values[:, : settings.size]
    return vectors


def initial_tables(n_words: int, settings: GloveSettings, rng: np.random.Generator) -> tuple[Table, Table]:
    """Initial vectors and biases from U(-0.5 / size, 0.5 / size), as in the authors' program."""
    size, block = settings.size, settings.block

    def initial() -> Array:
        return rng.uniform(-0.5 / size, 0.5 / size, (n_words, size + 2)).astype(np.float32)

    return Table(initial(), size + 1, block), Table(initial(), size, block)


def make_batches(counts: coo_array, settings: GloveSettings) -> Iterator[Batch]:
    """The pairs by blocks of words, each with its target and its weight; blocks without a pair are omitted."""
    words, contexts = counts.coords
    blocks = -(-counts.shape[0] // settings.block)
    numbers = words // settings.block * np.int64(blocks) + contexts // settings.block
    order = np.argsort(numbers, kind="stable")
    words, contexts, x = words[order] % settings.block, contexts[order] % settings.block, counts.data[order]
    targets, weights = np.log(x).astype(np.float32), weigh(x, settings).astype(np.float32)
    found, starts = np.unique(numbers[order], return_index=True)
    for number, start, end in zip(found.tolist(), starts, [*starts[1:], len(order)], strict=True):
        part = slice(start, end)
        yield Batch(number // blocks, number % blocks, words[part], contexts[part], targets[part], weights[part])


def weigh(x: npt.NDArray[np.float64], settings: GloveSettings) -> npt.NDArray[np.float64]:
    """f(X) = min(1, (X / x_max)^alpha) (equation 9)."""
    return np.minimum(1, (x / settings.x_max) ** settings.alpha)


def train_step(words: Table, contexts: Table, batch: Batch, learning_rate: float) -> float:
    """Update the vectors of one batch. Returns the sum of f(X) (w · w̃ + b + b̃ - log X)² / 2, half of equation 8."""
    left = words.values[words.rows(batch.word_block)]
    right = contexts.values[contexts.rows(batch.context_block)]
    of_words = left.take(batch.words, axis=0, mode="clip")  # (P, d + 2)
    of_contexts = right.take(batch.contexts, axis=0, mode="clip")  # (P, d + 2)
    differences = np.einsum("pd,pd->p", of_words, of_contexts) - batch.targets
    errors = batch.weights * differences
    words.update(batch.word_block, _sums(batch.words, errors, len(left)) @ of_contexts, learning_rate)
    contexts.update(batch.context_block, _sums(batch.contexts, errors, len(right)) @ of_words, learning_rate)
    return float(errors @ differences) / 2


def _sums(positions: npt.NDArray[np.int32], errors: Array, n_words: int) -> csc_array:
    """The matrix whose product with rows by pair is their sum by word, multiplied by the errors. Shape: `(B, P)`."""
    offsets = np.arange(len(positions) + 1, dtype=np.int32)
    return csc_array((errors, positions, offsets), shape=(n_words, len(positions)))
