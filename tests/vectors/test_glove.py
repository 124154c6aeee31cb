"""GloVe against plain loops."""

import numpy as np
import pytest
from topic_corpus import of_one_topic, topic_sentences

from treenn.vectors.cooccurrence import cooccurrences
from treenn.vectors.corpus import make_corpus
from treenn.vectors.glove import Batch, GloveSettings, Table, initial_tables, make_batches, train_glove, train_step

CORPUS = make_corpus(topic_sentences())


def loop_over_pairs(words: np.ndarray, contexts: np.ndarray, batches: list[Batch], settings: GloveSettings) -> float:
    """AdaGrad on the published objective, pair by pair, in double precision; gradients are summed by batch."""
    size, loss = settings.size, 0.0
    squares = {"words": np.ones_like(words), "contexts": np.ones_like(contexts)}
    for batch in batches:
        sums = {"words": np.zeros_like(words), "contexts": np.zeros_like(contexts)}
        for w, c, target, weight in zip(batch.words, batch.contexts, batch.targets, batch.weights, strict=True):
            i, j = batch.word_block * settings.block + w, batch.context_block * settings.block + c
            difference = words[i, :size] @ contexts[j, :size] + words[i, size] + contexts[j, size + 1] - target
            loss += weight * difference**2 / 2
            sums["words"][i, :size] += weight * difference * contexts[j, :size]
            sums["contexts"][j, :size] += weight * difference * words[i, :size]
            sums["words"][i, size] += weight * difference
            sums["contexts"][j, size + 1] += weight * difference
        for name, values in (("words", words), ("contexts", contexts)):
            squares[name] += sums[name] ** 2
            values -= settings.learning_rate * sums[name] / np.sqrt(squares[name])
    return loss


@pytest.mark.parametrize("block", [1, 5, 64])
def test_an_epoch_equals_a_loop(block: int) -> None:
    settings = GloveSettings(size=4, window=3, block=block, x_max=50, learning_rate=0.1)
    counts = cooccurrences(CORPUS, settings.window)
    words, contexts = initial_tables(len(CORPUS.words), settings, np.random.default_rng(1))
    expected = words.values.astype(float), contexts.values.astype(float)
    batches = list(make_batches(counts.tocoo(), settings))
    loss = sum(train_step(words, contexts, batch, settings.learning_rate) for batch in batches)
    assert loss == pytest.approx(loop_over_pairs(*expected, batches, settings), rel=1e-5)
    np.testing.assert_allclose(words.values, expected[0], rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(contexts.values, expected[1], rtol=1e-4, atol=1e-6)


def test_batches_have_every_pair_once() -> None:
    settings = GloveSettings(block=5, x_max=7.0, alpha=0.5)
    counts = cooccurrences(CORPUS, 2)
    pairs = [
        (batch.word_block * 5 + int(w), batch.context_block * 5 + int(c), float(target), float(weight))
        for batch in make_batches(counts.tocoo(), settings)
        for w, c, target, weight in zip(batch.words, batch.contexts, batch.targets, batch.weights, strict=True)
    ]
    dense = counts.toarray()
    assert sorted(pair[:2] for pair in pairs) == sorted(zip(*map(list, np.nonzero(dense)), strict=True))
    for word, context, target, weight in pairs:
        x = dense[word, context]
        assert target == pytest.approx(np.log(x), abs=1e-6)
        assert weight == pytest.approx(min(1, (x / 7.0) ** 0.5))


def test_the_constant_column_stays() -> None:
    table = Table(np.zeros((2, 4), np.float32), constant=3, block=1)
    table.update(1, np.ones((1, 4), np.float32), learning_rate=0.5)
    np.testing.assert_allclose(table.values, [[0, 0, 0, 1], [*[-0.5 / np.sqrt(2)] * 3, 1]], rtol=1e-6)


def test_topics_are_apart_and_seeds_repeat() -> None:
    settings = GloveSettings(size=5, window=5, epochs=15, block=4)
    vectors = train_glove(CORPUS, settings)
    assert (train_glove(CORPUS, settings) == vectors).all()
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    together, cosines = of_one_topic(CORPUS.words), unit @ unit.T
    assert cosines[together].min() > cosines[~together].max()
