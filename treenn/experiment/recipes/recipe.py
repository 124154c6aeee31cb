"""`Recipe`: all that an experiment on a treebank needs, and what was published of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from treenn.models.settings import Settings


class Figure(NamedTuple):
    """A published share of the test set that was right, 0 to 1.

    Args:
        mean: over the runs, or the one number that was published.
        std: the standard deviation over runs, where it was published.
        checked: whether it was read in the source that is named; if not, it is quoted from memory.
    """

    mean: float
    std: float | None = None
    checked: bool = False


@dataclass(frozen=True)
class Published:
    """What a paper reports.

    Args:
        paper: authors and year.
        model: the paper's model, as the paper names it.
        figures: by metric: `root`, `root_binary`, `all_nodes`, `all_nodes_binary`.
        runs: over how many runs, where that was published.
        read_in: where the figures were read, if not in the paper.
    """

    paper: str
    model: str
    figures: Mapping[str, Figure]
    runs: int | None = None
    read_in: str = ""


@dataclass(frozen=True)
class Recipe:
    """A complete configuration: one seed of it is one call of `treenn.train`.

    Args:
        name: what commands call it.
        title: what it is, in a few words.
        settings: everything but the seed.
        vectors: files of pretrained word vectors, side by side, by the names that they have when fetched.
        published: what it is compared with, which may be another model; `None` for what was never published.
        unmatched: what of the published setting cannot be had here, one phrase each.
        members: the recipes whose seeds' models are averaged, for an ensemble, which trains nothing itself.
    """

    name: str
    title: str
    settings: Settings
    vectors: tuple[str, ...] = ()
    published: Published | None = None
    unmatched: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
