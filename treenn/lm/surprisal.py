"""Surprisal of every token of sentences, as CSV or JSON."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from treebanks import Sentence
from treenn.evaluation.token_predictions import TokenPredictions
from treenn.models.text_vocabulary import END
from treenn.trees.atomic_writing import write_text
from treenn.trees.errors import InputError, argument
from treenn.trees.json_values import dump_json

COLUMNS = ("sentence", "position", "token", "known", "surprisal")


def check_surprisal_file(path: Path | None) -> None:
    """Validate the suffix of a file of surprisals.

    Raises:
        InputError: if it is not `.csv` or `.json`.
    """
    if path is not None and path.suffix not in (".csv", ".json"):
        raise InputError(f"{argument('surprisal')} {path}: must end in .csv or .json")


def write_surprisal(path: Path, sentences: Sequence[Sentence], predictions: TokenPredictions) -> None:
    """Write one row per token: sentence and position from 1, token, whether it is known, and its surprisal in bits.

    The end of a sentence is the token `</s>`. A form has the position 0.

    Args:
        path: the file, `.csv` or `.json`.
        sentences: the sentences.
        predictions: the predictions for them.
    """
    rows = _rows(sentences, predictions)
    if path.suffix == ".json":
        text = dump_json([dict(zip(COLUMNS, row, strict=True)) for row in rows], compact=True) + "\n"
    else:
        lines = io.StringIO()
        writer = csv.writer(lines, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows((*row[:3], int(row[3]), row[4]) for row in rows)
        text = lines.getvalue()
    write_text(path, text)


def _rows(sentences: Sequence[Sentence], predictions: TokenPredictions) -> Iterator[tuple[int, int, str, bool, float]]:
    bits = (-predictions.log_probabilities.astype(np.float64) / math.log(2)).tolist()
    unknown, index = predictions.unknown.tolist(), 0
    for number, sentence in enumerate(sentences, start=1):
        for position, token in enumerate((*sentence.words, END), start=0 if sentence.form else 1):
            yield number, position, token, not unknown[index], round(bits[index], 6)
            index += 1
