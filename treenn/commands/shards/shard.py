"""`Shard`: one of n parts of a corpus, in whole chunks."""

from __future__ import annotations

import re
from dataclasses import dataclass

from treenn.trees.errors import InputError, argument

CHUNK = 2048
"""The number of records per chunk.

A chunk is parsed and predicted as a whole by one worker process. Chunks start at multiples of this number in the whole
corpus, so their batches, and the last digits of their probabilities, depend neither on the shards nor on the number of
worker processes.
"""

_FORM = re.compile(r"(\d{1,9})/(\d{1,9})", re.ASCII)


@dataclass(frozen=True)
class Shard:
    """A part of a corpus.

    Args:
        index: its number, from 1.
        count: the number of parts.

    >>> [Shard(index, 3).records(7000) for index in (1, 2, 3)]
    [(0, 2048), (2048, 4096), (4096, 7000)]
    """

    index: int
    count: int

    @classmethod
    def of(cls, text: str) -> Shard:
        """Read a shard written as `index/count`.

        Raises:
            InputError: if it is malformed, or the index is not in 1 to count.

        >>> Shard.of("3/100")
        Shard(index=3, count=100)
        """
        match = _FORM.fullmatch(text)
        index, count = (int(match[1]), int(match[2])) if match else (0, 0)
        if not 1 <= index <= count:
            raise InputError(f"{argument('shard')} {text}: must be i/n with i from 1 to n, such as 1/100")
        return cls(index, count)

    def records(self, total: int) -> tuple[int, int]:
        """The numbers of the first record, from 0, and of the one after the last.

        Args:
            total: the number of records of the corpus.
        """
        chunks = -(-total // CHUNK)
        first, last = (chunks * index // self.count for index in (self.index - 1, self.index))
        return min(CHUNK * first, total), min(CHUNK * last, total)
