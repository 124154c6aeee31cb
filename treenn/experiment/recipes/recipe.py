"""`Recipe`: the complete configuration of an experiment, with the published figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from treenn.models.settings import Settings


class Figure(NamedTuple):
    """A published accuracy on the test set, from 0 to 1.

    Args:
        mean: the mean over runs, or the single published figure.
        std: the standard deviation over runs (default: None, not published).
        checked: whether the figure was checked in the source (default: False, quoted from memory).
    """

    mean: float
    std: float | None = None
    checked: bool = False


@dataclass(frozen=True)
class Published:
    """The published results of a model.

    Args:
        paper: authors and year.
        model: the name of the model in the paper.
        figures: the figures by metric: `root`, `root_binary`, `all_nodes`, `all_nodes_binary`.
        runs: the number of runs (default: None, not published).
        read_in: the source of the figures, if not the paper.
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
        name: the name in commands.
        title: a short description.
        settings: all settings but the seed.
        vectors: the file names of pretrained word vectors, concatenated (default: none).
        published: the published results that the recipe is compared with, also of another model (default: None).
        unmatched: differences from the published setting, one phrase each (default: none).
        members: the recipes whose models are averaged, for an ensemble, which is not trained itself (default: none).
    """

    name: str
    title: str
    settings: Settings
    vectors: tuple[str, ...] = ()
    published: Published | None = None
    unmatched: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
