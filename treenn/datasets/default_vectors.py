"""Default word vectors of English text: GloVe 6B, 50d and 100d, if they are on this machine."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from treebanks.catalogue import entry
from treebanks.paths import data_home


def default_vectors(words: Collection[str], language: str | None = None) -> tuple[Path, ...]:
    """The files of the default word vectors; none if the text is not English or a file is missing.

    Args:
        words: the distinct words of the text.
        language: the declared language, an ISO 639-1 code (default: None, not declared).

    Returns:
        The files `glove.6B.50d.txt` and `glove.6B.100d.txt` in `TREEBANKS_HOME`, which are concatenated.

    >>> default_vectors(["春", "眠"], language="zh")
    ()
    """
    if not is_english(words, language):
        return ()
    glove = entry("glove")
    files = [data_home() / glove.folder / file.path for file in glove.files]
    return tuple(sorted(files, key=lambda file: (len(file.name), file.name))) if all(map(Path.exists, files)) else ()


def is_english(words: Collection[str], language: str | None = None) -> bool:
    """Return True if a text may be English: it declares no other language, and most words are ASCII.

    Args:
        words: the distinct words of the text.
        language: the declared language (default: None, not declared).
    """
    code = (language or "en").lower().partition("-")[0]
    return code in ("en", "eng") and 2 * sum(map(str.isascii, words)) >= len(words)
