"""A toy corpus for tests of language models, and a Kneser-Ney model with dictionaries as oracle."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from treebanks import Sentence, TextCorpus
from treenn.lm.kneser_ney import Discounts

START = "<s>"


def toy_corpus(n: int = 40, seed: int = 0) -> TextCorpus:
    """Random sentences of five words with unequal frequencies."""
    draw = np.random.default_rng(seed)
    words = np.array(list("abcde"))
    lines = [" ".join(draw.choice(words, size=draw.integers(1, 7), p=[0.4, 0.3, 0.15, 0.1, 0.05])) for _ in range(n)]
    sentences = [Sentence(line) for line in lines]
    return TextCorpus("toy", "word", {"train": sentences, "dev": sentences[::3]})


class DictionaryModel:
    """The equations of Chen and Goodman (1999), n-gram by n-gram."""

    def __init__(self, sentences: Sequence[Sequence[int]], words: int, discounts: Sequence[Discounts]) -> None:
        self.words, self.discounts, self.order = words, discounts, len(discounts)
        seen = Counter[tuple[int, ...]]()
        for sentence in sentences:
            tokens = (words, *sentence)  # the start symbol is the last index
            for end in range(1, len(tokens)):
                seen.update(tokens[end - n + 1 : end + 1] for n in range(1, self.order + 1) if end - n + 1 >= 0)
        self.counts = [Counter[tuple[int, ...]]() for _ in range(self.order)]
        for gram, count in seen.items():
            if len(gram) == self.order or gram[0] == words:
                self.counts[len(gram) - 1][gram] = count
            if len(gram) > 1:
                self.counts[len(gram) - 2][gram[1:]] += gram[1] != words

    def probability(self, word: int, context: tuple[int, ...]) -> float:
        p = 1 / self.words
        for n in range(min(self.order, len(context) + 1)):
            suffix = context[len(context) - n :]
            counts = {v: self.counts[n][(*suffix, v)] for v in range(self.words)}
            total = sum(counts.values())
            if not total:
                continue
            discount = {v: (0.0, *self.discounts[n])[min(3, count)] for v, count in counts.items()}
            p = (counts[word] - discount[word]) / total + sum(discount.values()) / total * p
        return p
