"""`train_ngram`: an n-gram model in a folder, with its results on dev."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from treebanks import TextCorpus
from treebanks.text.corpus import Unit
from treenn.lm.ngram_model import NGramModel
from treenn.training.folder_lock import locked
from treenn.training.run_dir import check_run_dir, open_run_dir, writing_to
from treenn.training.run_marker import NGRAM, RESULTS, RunMarker
from treenn.training.run_results import SplitMetrics
from treenn.trees.atomic_writing import write_text
from treenn.trees.json_records import from_json, to_json
from treenn.trees.json_values import dump_json, read_object


@dataclass(frozen=True)
class NGramIdentity:
    """run.json of an n-gram model.

    Args:
        order: the highest order.
        unit: the unit of the tokens.
        vocabulary_size: the number of words; 0 for all.
        corpus: the name of the corpus.
    """

    order: int
    unit: Unit
    vocabulary_size: int
    corpus: str


@dataclass(frozen=True)
class NGramResults:
    """results.json of an n-gram model.

    Args:
        command: the command.
        model: the name of the model.
        corpus: the name of the corpus.
        path: the folder or file of the corpus; None for a known one.
        vocabulary: the number of tokens of the vocabulary.
        ngrams: the number of n-grams that occur in training, of all orders.
        seconds: the time of fitting.
        metrics: the metrics on dev.
    """

    command: str
    model: str
    corpus: str
    path: str | None
    vocabulary: int
    ngrams: int
    seconds: float
    metrics: dict[str, SplitMetrics]


def ngram_run(corpus: str, unit: Unit, order: int, vocabulary_size: int) -> RunMarker:
    """The run of an n-gram model, as run.json records it."""
    return RunMarker(NGRAM, NGramIdentity(order, unit, vocabulary_size, corpus))


def train_ngram(
    corpus: TextCorpus,
    order: int,
    vocabulary_size: int,
    out: Path,
    *,
    resume: bool = False,
    overwrite: bool = False,
    command: str = "",
) -> NGramResults:
    """Fit an n-gram model and write it to a folder; a finished one is not fitted again.

    Args:
        corpus: the corpus.
        order: the highest order.
        vocabulary_size: the number of words; 0 for all.
        out: the folder.
        resume: whether the folder may hold the same model (default: False).
        overwrite: whether to replace what a treenn command left in the folder (default: False).
        command: the command that the results name (default: "").

    Raises:
        InputError: if the folder holds anything else, or as `NGramModel.fit`.
    """
    run = ngram_run(corpus.name, corpus.unit, order, vocabulary_size)
    if check_run_dir(out, run, resume=resume, overwrite=overwrite):
        return from_json(NGramResults, read_object(out / RESULTS), out / RESULTS)
    start = time.perf_counter()
    model = NGramModel.fit(corpus, order, vocabulary_size)
    seconds = time.perf_counter() - start
    metrics = {"dev": SplitMetrics.of(model.predict(corpus.dev))}
    path = None if corpus.origin is None else corpus.origin.path
    n = len(model.vocabulary)
    results = NGramResults(command, model.name, corpus.name, path, n, model.parameters, seconds, metrics)
    with locked(out):
        open_run_dir(out, run, resume=resume, overwrite=overwrite)
        with writing_to(out):
            model.save(out)
            write_text(out / RESULTS, dump_json(to_json(results)) + "\n")
    return results
