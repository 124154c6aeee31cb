"""Parts of a treebank, told by the words of each sentence."""

from __future__ import annotations

import re
from collections.abc import Sequence
from zlib import crc32

from treenn.trees.errors import InputError, argument


def parse_fold(fold: str) -> tuple[int, int]:
    """A part such as `1/4`, the first of four, as two numbers; `""`, which is none, as `(0, 1)`.

    Raises:
        InputError: where it is neither.
    """
    if not fold:
        return 0, 1
    found = re.fullmatch(r"([1-9]\d*)/([1-9]\d*)", fold)
    if not found or int(found[1]) > int(found[2]) or int(found[2]) == 1:
        raise InputError(f"{argument('fold')} {fold}: must be a part of two or more, such as 1/4, the first of four")
    return int(found[1]), int(found[2])


def in_fold(words: Sequence[str], fold: str) -> bool:
    """Whether a sentence is in a part of a treebank.

    Its words decide, so that a sentence that is repeated is in one part only.

    Raises:
        InputError: as `parse_fold`.

    >>> [in_fold(["a", "film"], f"{part}/3") for part in (1, 2, 3)]
    [False, True, False]
    """
    part, parts = parse_fold(fold)
    return crc32(" ".join(words).lower().encode("utf-8", "surrogatepass")) % parts == part - 1
