"""Cross-validation folds of a treebank, assigned by a hash of each sentence."""

from __future__ import annotations

import re
from collections.abc import Sequence
from zlib import crc32

from treenn.trees.errors import InputError, argument


def parse_fold(fold: str) -> tuple[int, int]:
    """Parse a fold such as `1/4`, the first of four.

    Returns:
        The fold and the number of folds; `(0, 1)` for `""`, no fold.

    Raises:
        InputError: if the text has another form.
    """
    if not fold:
        return 0, 1
    match = re.fullmatch(r"([1-9]\d*)/([1-9]\d*)", fold)
    if not match or int(match[1]) > int(match[2]) or int(match[2]) == 1:
        raise InputError(f"{argument('fold')} {fold}: must be a fold of two or more, such as 1/4, the first of four")
    return int(match[1]), int(match[2])


def in_fold(words: Sequence[str], fold: str) -> bool:
    """True if a sentence is in a fold.

    The fold is a hash of the words, so a repeated sentence is in one fold only.

    Raises:
        InputError: as `parse_fold`.

    >>> [in_fold(["a", "film"], f"{part}/3") for part in (1, 2, 3)]
    [False, True, False]
    """
    fold_number, folds = parse_fold(fold)
    return crc32(" ".join(words).lower().encode("utf-8", "surrogatepass")) % folds == fold_number - 1
