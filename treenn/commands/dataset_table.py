"""The statistics of a data set as a table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING

from treenn.commands.output import print_json, print_table, tell

if TYPE_CHECKING:
    from treebanks import AnyTreebank
    from treenn.datasets.summary import DatasetSummary

_MOST_CLASSES = 40
"""The maximum number of classes in the table, which has the most frequent ones of train."""


def show_dataset(treebank: AnyTreebank, *, json: bool) -> None:
    """Print the sizes of the splits, the classes or scores, and the number of repeated examples."""
    from treenn.datasets.summary import summarize

    summary = summarize(treebank)
    if json:
        print_json(asdict(summary))
        return
    print_table(_rows(summary), "", *summary.examples, title=_title(summary))
    for split, count in summary.repeats.items():
        if count:
            tell(f"{count:,} of {summary.examples[split]:,} examples of {split} also occur in train")


def _title(summary: DatasetSummary) -> str:
    labels = "scores" if summary.scores else f"{len(summary.classes)} {summary.scale} classes"
    trees = "annotated trees" if summary.parser is None else f"trees by {summary.parser}"
    return f"{summary.name}: {labels}, {trees}, {summary.vocabulary:,} different words"


def _rows(summary: DatasetSummary) -> Iterator[list[str]]:
    yield ["examples", *_counts(summary.examples)]
    yield ["words", *_counts(summary.words)]
    if any(summary.labelled_nodes.values()):
        yield ["labelled phrases", *_counts(summary.labelled_nodes)]
    by_size = sorted(summary.classes.items(), key=lambda item: -sum(item[1].values()))
    shown = dict(by_size[:_MOST_CLASSES])
    yield from ([name, *_counts(counts)] for name, counts in summary.classes.items() if name in shown)
    if rest := by_size[_MOST_CLASSES:]:
        sums = {split: sum(counts[split] for _, counts in rest) for split in summary.examples}
        yield [f"{len(rest)} further classes", *_counts(sums)]
    for name in ("min", "mean", "max") if summary.scores else ():
        values = (
            getattr(summary.scores[split], name) if split in summary.scores else None for split in summary.examples
        )
        yield [f"{name} score", *("–" if value is None else f"{value:.4g}" for value in values)]


def _counts(counts: object) -> Iterator[str]:
    assert isinstance(counts, dict)
    return (f"{count:,}" for count in counts.values())
