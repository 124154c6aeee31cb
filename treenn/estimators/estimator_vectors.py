"""Word vectors of estimators: the files of the parameter `vectors`, and their frequent words."""

from __future__ import annotations

from collections.abc import Sequence, Set
from pathlib import Path
from typing import TypeAlias

from treenn.datasets.default_vectors import default_vectors
from treenn.models.vectors import WordVectors, first_words, read_vectors
from treenn.trees.arguments import AnyPath, check

Vectors: TypeAlias = str | Path | Sequence[str | Path] | None
"""The type of the parameter: `"auto"`, a file, several, or None."""

FREQUENT_WORDS = 20_000
"""The number of words, from the beginning of each file, that extend the vocabulary of the training texts."""


def check_vectors(vectors: Vectors) -> None:
    """Validate the type of the parameter.

    Raises:
        InputError: if it is something else.
    """
    if vectors is not None:
        check("vectors", [vectors] if isinstance(vectors, str | Path) else vectors, Sequence[AnyPath])


def load_vectors(vectors: Vectors, words: Set[str], language: str | None) -> tuple[list[WordVectors], list[str]]:
    """Read word vectors.

    Args:
        vectors: the parameter.
        words: the distinct words of the training texts.
        language: their language; None if it is unknown.

    Returns:
        The vectors of each file, and the frequent words of the files.

    Raises:
        InputError: as `read_vectors`.
    """
    files = _files(vectors, words, language)
    frequent = [word for file in files for word in first_words(file, FREQUENT_WORDS)]
    return [read_vectors(file, {*words, *frequent}) for file in files], frequent


def _files(vectors: Vectors, words: Set[str], language: str | None) -> list[Path]:
    if vectors is None:
        return []
    if isinstance(vectors, str) and vectors == "auto":
        return list(default_vectors(words, language))
    return list(map(Path, [vectors] if isinstance(vectors, str | Path) else vectors))
