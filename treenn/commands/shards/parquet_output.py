"""Parquet files of trees and predictions, written in row groups from rows of JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from json import loads
from pathlib import Path
from typing import Any

from treenn.commands.parquet_input import pyarrow

ROW_GROUP = 4096
"""The number of rows per row group, which bounds the memory of writers and readers."""


def write_parquet(rows: Path, target: Path, schema: Any) -> None:
    """Convert rows of JSON to Parquet, in bounded memory.

    Args:
        rows: the file of rows.
        target: the Parquet file, which is replaced.
        schema: its schema; keys that it lacks are dropped.
    """
    arrow = pyarrow()
    with rows.open("rb") as file, arrow.parquet.ParquetWriter(target, schema, compression="zstd") as writer:
        for group in _groups(map(loads, file)):
            writer.write_table(arrow.Table.from_pylist(group, schema))


def parse_schema(keep: Sequence[str]) -> Any:
    """The schema of `treenn parse`: the keys of `--json`, after the columns of `--keep`."""
    arrow = pyarrow()
    text, words = arrow.string(), arrow.list_(arrow.string())
    merges = arrow.list_(arrow.list_(arrow.int32()))
    fields = [("text", text), ("words", words), ("tree", text), ("merges", merges), ("labels", words)]
    return arrow.schema([*_kept(keep), *fields, ("sentences", arrow.list_(arrow.struct(fields)))])


def prediction_schema(keep: Sequence[str], is_score: Sequence[bool], names: Sequence[str]) -> Any:
    """The schema of `treenn predict`: the keys of `--json`, after the columns of `--keep`.

    Args:
        keep: the columns of `--keep`.
        is_score: whether each model predicts scores.
        names: the names of the models.
    """
    arrow = pyarrow()
    fields = [_prediction_fields(each) for each in is_score]
    if len(names) == 1:
        return arrow.schema([*_kept(keep), *fields[0]])
    models = arrow.struct([(name, arrow.struct(each)) for name, each in zip(names, fields, strict=True)])
    return arrow.schema([*_kept(keep), ("text", arrow.string()), ("models", models)])


def _prediction_fields(is_score: bool) -> list[tuple[str, Any]]:
    arrow = pyarrow()
    text, number = arrow.string(), arrow.float64()
    first = [("text", text), ("label", number if is_score else arrow.int32()), ("probabilities", arrow.list_(number))]
    last = [("class", text), ("unknown_words", arrow.list_(text)), ("unknown_share", number), ("warning", text)]
    of_sentence = [*first, ("tree", text), *last]
    return [*first, ("tree", text), ("sentences", arrow.list_(arrow.struct(of_sentence))), *last]


def _kept(keep: Sequence[str]) -> list[tuple[str, Any]]:
    return [(name, pyarrow().string()) for name in keep]


def _groups(rows: Iterator[Any]) -> Iterator[list[Any]]:
    while group := list(islice(rows, ROW_GROUP)):
        yield group
