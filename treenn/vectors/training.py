"""Training of word vectors by method: skip-gram, CBOW, GloVe, PPMI with SVD."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, NamedTuple

from treenn.runtime.environment import environment
from treenn.runtime.progress import Progress, ignore
from treenn.trees.arguments import AnyPath, Count, check, checked
from treenn.trees.errors import InputError, argument
from treenn.trees.file_hash import hash_file
from treenn.vectors.corpus import Array, Corpus, read_corpus
from treenn.vectors.glove import GloveSettings, train_glove
from treenn.vectors.ppmi import PpmiSettings, train_ppmi
from treenn.vectors.vector_file import TrainingRecord, check_vector_target, write_record, write_vectors
from treenn.vectors.word2vec import Word2VecSettings, train_cbow, train_skip_gram

VectorSettings = GloveSettings | PpmiSettings | Word2VecSettings


class Method(NamedTuple):
    """A method: its settings and its training, from a corpus to vectors `(V, size)`."""

    settings: type[VectorSettings]
    train: Callable[[Corpus, Any, Progress], Array]


METHODS: Mapping[str, Method] = {
    "skip-gram": Method(Word2VecSettings, train_skip_gram),
    "cbow": Method(Word2VecSettings, train_cbow),
    "glove": Method(GloveSettings, train_glove),
    "ppmi-svd": Method(PpmiSettings, train_ppmi),
}
"""The methods by name."""


def find_method(name: str) -> Method:
    """A method by name.

    Raises:
        InputError: if there is no such method.

    >>> find_method("glove").settings().x_max
    20.0
    """
    if name not in METHODS:
        raise InputError(f"{argument('method')} {name}: must be {', '.join(METHODS)}")
    return METHODS[name]


@checked
def train_vectors(
    corpus: AnyPath,
    out: AnyPath,
    method: str = "glove",
    settings: VectorSettings | None = None,
    *,
    min_count: Count = 5,
    lower_case: bool = True,
    overwrite: bool = False,
    command: str = "",
    progress: Progress = ignore,
) -> TrainingRecord:
    """Train word vectors, and write them and their record.

    The same seed gives the same bits on one thread.

    Args:
        corpus: a text file, one sentence per line, words separated by white space.
        out: the file of the vectors; the record is in `OUT.json`.
        method: a key of `METHODS` (default: `"glove"`).
        settings: the settings, of the class that `METHODS` has for the method (default: None, the defaults).
        min_count: the minimum count of a word (default: 5).
        lower_case: whether to convert words to lower case (default: True).
        overwrite: whether to replace earlier vectors of this function (default: False).
        command: the command, for the record (default: "").
        progress: called during the training (default: no report).

    Returns:
        The record.

    Raises:
        InputError: if the corpus cannot be read or has fewer than two words, there is no such method, the settings are
            those of another, or `out` exists.
    """
    kind, train = find_method(method)
    chosen = check("settings", kind() if settings is None else settings, kind)
    check_vector_target(Path(out), overwrite=overwrite)
    progress(0, 1, "reading the corpus")
    read = read_corpus(corpus, min_count=min_count, lower_case=lower_case)
    machine = environment()  # of the code that runs, whatever is committed meanwhile
    started, cpu_started = time.perf_counter(), time.process_time()
    vectors = train(read, chosen, progress)
    seconds, cpu_seconds = time.perf_counter() - started, time.process_time() - cpu_started
    record = TrainingRecord(
        command=command,
        method=method,
        settings={**asdict(chosen), "min_count": min_count, "lower_case": lower_case},
        corpus=_summary(Path(corpus), read),
        words=len(read.words),
        size=vectors.shape[1],
        sha256=write_vectors(Path(out), read.words, vectors),
        seconds=round(seconds, 1),
        cpu_seconds=round(cpu_seconds, 1),
        environment=machine,
    )
    write_record(Path(out), record)
    return record


def _summary(path: Path, corpus: Corpus) -> dict[str, Any]:
    """The corpus in a record."""
    tokens = {"tokens": corpus.n_tokens, "tokens_of_vocabulary": len(corpus.tokens)}
    return {"file": path.name, "sha256": hash_file(path), **tokens}
