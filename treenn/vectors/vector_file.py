"""Files of word vectors and the records of their training."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from treenn.trees.atomic_writing import open_atomic, write_text
from treenn.trees.errors import InputError, argument
from treenn.trees.file_hash import hash_file
from treenn.trees.json_records import Schema
from treenn.trees.json_values import dump_json
from treenn.vectors.corpus import Array


@dataclass(frozen=True)
class TrainingRecord:
    """The record of a training, in `FILE.json` next to the vectors.

    Args:
        command: the command.
        method: the method, such as `glove`.
        settings: the settings of the method, and those of reading the corpus.
        corpus: the name, SHA-256, number of tokens and number of tokens of the vocabulary.
        words: the number of words with a vector.
        size: the width of the vectors.
        sha256: the SHA-256 of the file of vectors.
        seconds: the training time.
        cpu_seconds: the training time on the processor.
        environment: versions, commit and processor.
    """

    command: str
    method: str
    settings: Mapping[str, Any]
    corpus: Mapping[str, Any]
    words: int
    size: int
    sha256: str
    seconds: float
    cpu_seconds: float
    environment: Mapping[str, Any]


RECORD_SCHEMA = Schema("treenn.word_vectors", 1, TrainingRecord, "record of `treenn vectors train`")


def record_path(path: Path) -> Path:
    """The path of the record of a file of vectors: its name with `.json` appended."""
    return path.with_name(f"{path.name}.json")


def check_vector_target(path: Path, *, overwrite: bool) -> None:
    """Validate that vectors can be written to a file, before they are trained.

    Args:
        path: the file.
        overwrite: whether vectors of `treenn vectors train` may be replaced.

    Raises:
        InputError: if the path is a folder; if the file exists, except with `overwrite` next to its record.
    """
    if path.is_dir():
        raise InputError(f"{argument('out')}: must be a file, this is a folder", source=path)
    if not path.exists() and not record_path(path).exists():
        return
    if not overwrite:
        raise InputError(f"{argument('out')}: exists; pass {argument('overwrite', True)} to replace it", source=path)
    if find_record(path) is None:
        raise InputError(
            f"{argument('out')}: is not replaced, because it is not a file of `treenn vectors train` with its record "
            f"{record_path(path).name}",
            source=path,
        )


def find_record(path: Path) -> TrainingRecord | None:
    """The record of a file of vectors; None without one, or if the file has changed since."""
    try:
        record = RECORD_SCHEMA.read(record_path(path))
        return record if record.sha256 == hash_file(path) else None
    except InputError:
        return None


def write_vectors(path: Path, words: Sequence[str], vectors: Array) -> str:
    """Write vectors in the text format of word2vec: a header with rows and width, then a word and its numbers per line.

    Args:
        path: the file.
        words: the words, without white space.
        vectors: `(V, d)` the vectors.

    Returns:
        The SHA-256 of the file.
    """
    sha = hashlib.sha256()
    with open_atomic(path) as file:
        for line in _lines(words, vectors):
            sha.update(line)
            file.write(line)
    return sha.hexdigest()


def write_record(path: Path, record: TrainingRecord) -> None:
    """Write the record of a file of vectors next to it."""
    write_text(record_path(path), dump_json(RECORD_SCHEMA.to_json(record), indent=1) + "\n")


def _lines(words: Sequence[str], vectors: Array) -> Iterator[bytes]:
    yield f"{len(words)} {vectors.shape[1]}\n".encode()
    for word, vector in zip(words, vectors.tolist(), strict=True):
        yield f"{word} {' '.join(f'{value:.6g}' for value in vector)}\n".encode()
