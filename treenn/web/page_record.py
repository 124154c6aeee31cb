"""The record of a static page: the accuracy of its model and parser, and the agreement of the page with Python."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any

from treebanks import Treebank
from treenn.evaluation.measuring import measure
from treenn.evaluation.predictions import predict
from treenn.models.saving import model_folder
from treenn.parsers.evalb import evaluate
from treenn.parsers.loading import parser_folder
from treenn.parsers.polarity_check import with_root_labels
from treenn.runtime.progress import Progress, ignore
from treenn.sentiment.model import SentimentModel
from treenn.trees import Tree
from treenn.trees.file_hash import hash_files
from treenn.trees.json_records import Schema
from treenn.web.page_agreement import Agreement
from treenn.web.page_folders import FILES, REDUCED

SPLIT = "dev"
"""The split that pages are evaluated on; no test split is read."""

COMPARED = 500
"""The maximum number of sentences on which a page is compared with Python."""

_BATCH = 100


@dataclass(frozen=True)
class Accuracy:
    """The accuracy of a page's model and parser on the dev split of a treebank.

    Args:
        treebank: the name of the treebank.
        sentences: the number of sentences.
        root: the accuracy of the classes of sentences, by the parser's trees.
        root_binary: the same for polarity, without sentences of the middle class; None for other scales.
        f1: the F1 of the parser's brackets, with punctuation, by the rules of EVALB.
    """

    treebank: str
    sentences: int
    root: float
    root_binary: float | None
    f1: float


@dataclass(frozen=True)
class PageRecord:
    """The record of a page.

    Args:
        fingerprint: the hash of the files of which the page is made.
        accuracy: the accuracy.
        agreement: the agreement with Python; None if there was no Node.js.
    """

    fingerprint: str
    accuracy: Accuracy
    agreement: Agreement | None

    @property
    def about(self) -> str:
        """The accuracy in one sentence, for the page."""
        a = self.accuracy
        polarity = "" if a.root_binary is None else f", {100 * a.root_binary:.1f} % for polarity"
        return (
            f"On {a.sentences:,} sentences of {a.treebank} {SPLIT}, the accuracy of the model's classes is "
            f"{100 * a.root:.1f} %{polarity}, and the F1 of the parser's brackets is {100 * a.f1:.1f} %."
        )


@dataclass(frozen=True)
class PageFile:
    """The file of a page's record.

    Args:
        command: the command.
        page: the record.
        environment: versions, commit and processor.
    """

    command: str
    page: PageRecord
    environment: Mapping[str, object]


PAGE_SCHEMA = Schema("treenn.static_page", 1, PageFile, "record of `treenn play --export`")


def fingerprint(model: str, parser: str) -> str:
    """The SHA-256 of the files of which a page is made, and of the reduction of the shipped ones.

    Args:
        model: the folder of the model, or `sentiment`.
        parser: the folder of the chart parser, or `chart`.
    """
    folders = (model_folder(model), parser_folder(parser) or Path(parser))
    source = hash_files([folder / name for folder in folders for name in FILES])
    return sha256(f"{source} {REDUCED}".encode()).hexdigest()


def shipped_record() -> PageRecord:
    """The record of the page of the shipped model and parser."""
    return PAGE_SCHEMA.read(str(files("treebanks") / "results" / "sst" / "static-page.json")).page


def measure_accuracy(model: SentimentModel, treebank: Treebank, progress: Progress = ignore) -> Accuracy:
    """Evaluate a model and its parser on the split dev of a treebank.

    Args:
        model: the model with its parser.
        treebank: a treebank with the model's classes.
        progress: called after every batch of sentences (default: no report).
    """
    gold = treebank.splits[SPLIT]
    trees = _parsed(model, gold, progress)
    scores: Any = measure(predict(model.network, with_root_labels(trees, gold)))
    f1 = evaluate(gold, trees).with_punctuation.f1
    return Accuracy(treebank.name, len(gold), scores["root"], scores["root_binary"], f1)


def _parsed(model: SentimentModel, gold: Sequence[Tree], progress: Progress) -> list[Tree]:
    trees = list[Tree]()
    for start in range(0, len(gold), _BATCH):
        trees += model.parser.parse_batch([tree.words for tree in gold[start : start + _BATCH]])
        progress(len(trees), len(gold), "parsing")
    return trees
