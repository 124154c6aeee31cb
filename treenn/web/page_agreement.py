"""Agreement of a static page with Python: tokens, trees and class probabilities of the same texts, in Node.js."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from treenn.parsers.long_sentences import divide_sentences
from treenn.runtime.progress import Progress, ignore
from treenn.sentiment.model import SentimentModel
from treenn.trees.errors import InputError
from treenn.trees.json_values import dump_json
from treenn.web.page_data import LONGEST_SENTENCE, page_data
from treenn.web.readers import make_readers

TOLERANCE = 1e-3
"""The largest difference of equal probabilities."""


@dataclass(frozen=True)
class Agreement:
    """The agreement of a page with Python on some texts.

    Args:
        texts: the number of texts.
        equal_tokens: the number of texts with equal sentences and words.
        equal_trees: the number of these with equal trees.
        equal_probabilities: the number of these whose probabilities differ at no node by more than `TOLERANCE`.
        largest_difference: the largest difference of two probabilities in equal trees.
        differences: for each other text, the first difference and the text.
    """

    texts: int
    equal_tokens: int
    equal_trees: int
    equal_probabilities: int
    largest_difference: float
    differences: tuple[str, ...]


def find_node() -> str | None:
    """The path of Node.js; None if there is none."""
    return shutil.which("node")


def measure_agreement(
    model: SentimentModel, folders: Path, texts: Sequence[str], progress: Progress = ignore
) -> Agreement:
    """Compute texts by the modules of a static page and by Python.

    Args:
        model: the model of the page, which `save_folders` returned.
        folders: the folder that has the folders `model` and `parser`.
        texts: the texts, each with at least one word.
        progress: called after every text (default: no report).

    Raises:
        InputError: if there is no Node.js, or it fails.
    """
    pages, differences = list(_run(model, folders, texts, progress)), list[str]()
    counts, largest = [0, 0, 0], 0.0
    for text, page in zip(texts, pages, strict=True):
        agreed, difference = _compare(model, text, page)
        counts = [count + (agreed > level) for level, count in enumerate(counts)]
        largest = max(largest, difference if agreed > 1 else 0.0)
        if agreed < len(counts):
            what = ("tokens", "trees", f"a probability by {difference:.4f}")[agreed]
            differences.append(f"{what}: {text}")
    tokens, trees, probabilities = counts
    return Agreement(len(texts), tokens, trees, probabilities, largest, tuple(differences))


def _compare(model: SentimentModel, text: str, page: Any) -> tuple[int, float]:
    """Compare a text's answers.

    Returns:
        The number of levels that agree, of tokens, trees and probabilities, and the largest difference of the latter.
    """
    sentences = divide_sentences(model.find_sentences(text), LONGEST_SENTENCE)
    if [list(sentence.words) for sentence in sentences] != [tree["words"] for tree in page]:
        return 0, 0.0
    trees = model.parser.parse_batch([sentence.words for sentence in sentences])
    if [list(map(list, tree.merges)) for tree in trees] != [tree["merges"] for tree in page]:
        return 1, 0.0
    rows = np.concatenate([tree["probabilities"] for tree in page])
    difference = float(np.abs(model.network.predict(trees).probabilities - rows).max())
    return (3 if difference <= TOLERANCE else 2), difference


def _run(model: SentimentModel, folders: Path, texts: Sequence[str], progress: Progress) -> Iterator[Any]:
    """The answers of `node_host.mjs`, which is given one text per line."""
    with _process(model, folders, texts) as process:
        assert process.stdout is not None
        for done, line in enumerate(process.stdout, start=1):
            progress(done, len(texts), "comparing")
            yield json.loads(line)
        if process.wait():
            assert process.stderr is not None
            message = process.stderr.read().strip().splitlines()
            raise InputError(f"Node.js failed: {next((line for line in message if 'Error' in line), 'no message')}")


@contextmanager
def _process(model: SentimentModel, folders: Path, texts: Sequence[str]) -> Iterator[subprocess.Popen[str]]:
    if (node := find_node()) is None:
        raise InputError("there is no Node.js; the page's answers are compared in it")
    with TemporaryDirectory() as folder, as_file(files("treenn.web")) as modules:
        data, lines = Path(folder) / "data.json", Path(folder) / "texts"
        data.write_text(dump_json(page_data(make_readers([("model", model)])), compact=True), encoding="utf-8")
        lines.write_text("".join(dump_json(text, compact=True) + "\n" for text in texts), encoding="utf-8")
        command = [node, str(modules / "node_host.mjs"), str(data), str(folders)]
        pipe = subprocess.PIPE
        with (
            lines.open(encoding="utf-8") as given,
            subprocess.Popen(command, stdin=given, stdout=pipe, stderr=pipe, encoding="utf-8") as process,
        ):
            yield process
