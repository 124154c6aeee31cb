"""Vectors of unknown words from their spelling: hashed character n-grams, fitted to the vectors of known words."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import chain

import numpy as np
import torch
from scipy.sparse import csr_array
from torch import Tensor, nn

from treenn.models.vectors import FloatArray
from treenn.text.feature_hash import bucket

LENGTHS = (3, 4, 5)
"""The lengths of n-grams, the marks of the word's beginning and end included."""

PENALTY = 10.0
"""The ridge penalty of the fit. It shrinks the vectors of words whose n-grams are rare, such as random letters."""

ITERATIONS = 8
"""The conjugate-gradient steps of the fit; more change the vectors of held-out words by little."""


def ngrams(word: str) -> list[str]:
    """The character n-grams of a word in lower case, with marks of its beginning and end.

    >>> ngrams("Dull")
    ['<du', 'dul', 'ull', 'll>', '<dul', 'dull', 'ull>', '<dull', 'dull>']
    """
    marked = f"<{word.lower()}>"
    return [marked[start : start + n] for n in LENGTHS for start in range(len(marked) - n + 1)]


@lru_cache(maxsize=1 << 15)
def _buckets(word: str, count: int) -> tuple[int, ...]:
    return tuple(bucket(part, count) for part in ngrams(word))


class Spelling(nn.Module):
    """Vectors of words by their character n-grams.

    The vector of a word is the sum of its n-grams' vectors, divided by the square root of their number. The n-grams are
    those of Bojanowski et al. 2017, *Enriching Word Vectors with Subword Information*, TACL; the fit to given vectors
    is that of Pinter et al. 2017, *Mimicking Word Embeddings using Subword RNNs*, EMNLP, by ridge regression.

    Args:
        buckets: the number of hash buckets.
        size: the width of the vectors.

    Shape: `V` words to `(V, size)`.

    >>> Spelling(100, 3)(["overrated", "dull"]).shape
    torch.Size([2, 3])
    """

    def __init__(self, buckets: int, size: int) -> None:
        super().__init__()
        # Sparse gradients, as those of word vectors.
        self.table = nn.EmbeddingBag(buckets, size, mode="sum", sparse=True, _weight=torch.zeros(buckets, size))

    def forward(self, words: Sequence[str]) -> Tensor:
        """The vector of each word; 0 for a word without n-grams."""
        rows = [_buckets(word, self.table.num_embeddings) for word in words]
        lengths = torch.tensor([len(row) for row in rows], dtype=torch.int64)
        numbers = torch.tensor(list(chain.from_iterable(rows)), dtype=torch.int64)
        offsets = lengths.cumsum(0) - lengths
        device = self.table.weight.device
        sums: Tensor = self.table(numbers.to(device), offsets.to(device))
        return sums / lengths.clamp(min=1).sqrt().unsqueeze(1).to(device)

    @torch.no_grad()
    def fit(self, words: Sequence[str], vectors: FloatArray) -> None:
        """Fit the vectors of words, by ridge regression with conjugate gradients. The result is deterministic.

        Args:
            words: the words.
            vectors: their vectors, centred. Shape: `(len(words), size)`.
        """
        features = _features(words, self.table.num_embeddings)
        self.table.weight.copy_(torch.from_numpy(_ridge(features, vectors)))


def _features(words: Sequence[str], buckets: int) -> csr_array:
    """The weight of each bucket in each word. Shape: `(len(words), buckets)`."""
    rows = [_buckets(word, buckets) for word in words]
    lengths = np.array([len(row) for row in rows])
    values = np.repeat(1 / np.sqrt(np.maximum(lengths, 1)), lengths).astype(np.float32)
    starts = np.concatenate([[0], np.cumsum(lengths)])
    return csr_array((values, np.fromiter(chain.from_iterable(rows), np.int64), starts), shape=(len(rows), buckets))


def _ridge(x: csr_array, y: FloatArray) -> FloatArray:
    """The minimum w of |x w - y|² + PENALTY |w|², each column by conjugate gradients. Shape: `(features, columns)`."""
    transposed = x.T.tocsr()
    residual = transposed @ y
    weights, direction = np.zeros_like(residual), residual.copy()
    norms = np.square(residual).sum(axis=0)
    for _ in range(ITERATIONS):
        product = transposed @ (x @ direction) + np.float32(PENALTY) * direction
        step = norms / np.maximum((direction * product).sum(axis=0), np.float32(1e-30))
        weights += step * direction
        residual -= step * product
        before, norms = norms, np.square(residual).sum(axis=0)
        direction = residual + norms / np.maximum(before, np.float32(1e-30)) * direction
    result: FloatArray = weights
    return result
