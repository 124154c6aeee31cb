"""Word vectors of estimators: the files of the parameter `vectors`."""

from __future__ import annotations

from collections.abc import Sequence, Set
from pathlib import Path
from typing import TypeAlias

from treenn.datasets.default_vectors import default_vectors
from treenn.models.vectors import WordVectors, read_vectors
from treenn.trees.arguments import AnyPath, check

Vectors: TypeAlias = str | Path | Sequence[str | Path] | None
"""The type of the parameter: `"auto"`, a file, several, or None."""


def check_vectors(vectors: Vectors) -> None:
    """Validate the type of the parameter.

    Raises:
        InputError: if it is something else.
    """
    if vectors is not None:
        check("vectors", [vectors] if isinstance(vectors, str | Path) else vectors, Sequence[AnyPath])


def load_vectors(
    vectors: Vectors, words: Set[str], language: str | None, frequent_words: int | None
) -> list[WordVectors]:
    """Read word vectors.

    Args:
        vectors: the parameter.
        words: the distinct words of the training texts.
        language: their language; None if it is unknown.
        frequent_words: the setting.

    Raises:
        InputError: as `read_vectors`.
    """
    files = _files(vectors, words, language)
    return [read_vectors(file, words, frequent_words=frequent_words or 0) for file in files]


def _files(vectors: Vectors, words: Set[str], language: str | None) -> list[Path]:
    if vectors is None:
        return []
    if isinstance(vectors, str) and vectors == "auto":
        return list(default_vectors(words, language))
    return list(map(Path, [vectors] if isinstance(vectors, str | Path) else vectors))
