"""Sentences of two topics, for tests of word vectors."""

import numpy as np
import numpy.typing as npt

TOPICS = ("cat dog mouse bird fish cow", "rain snow wind sun cloud storm")


def topic_sentences(count: int = 300, seed: int = 0) -> list[list[str]]:
    """Sentences of six words, each of one topic."""
    rng = np.random.default_rng(seed)
    topics = [topic.split() for topic in TOPICS]
    return [[str(word) for word in rng.choice(topics[rng.integers(2)], 6)] for _ in range(count)]


def of_one_topic(words: tuple[str, ...]) -> npt.NDArray[np.bool_]:
    """Whether two words are of one topic. Shape: `(V, V)`."""
    animals = [word in TOPICS[0].split() for word in words]
    return np.equal.outer(animals, animals)
