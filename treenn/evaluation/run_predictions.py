"""Predictions of a run and gold labels, by sentence, as results.json has them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any

from treenn.trees.json_records import Digits, Rest


class _Record:
    """Values by sentence or pair: the fields that are not None, and `others`."""

    others: Mapping[str, Sequence[Any]]

    @property
    def columns(self) -> dict[str, Sequence[Any]]:
        """The columns by name, without those that are None."""
        named = {name: values for name, values in vars(self).items() if name != "others" and values is not None}
        return {**named, **self.others}


@dataclass(frozen=True)
class RunPredictions(_Record):
    """A run's predictions on one split, by sentence or pair.

    Args:
        root: the class of each root or pair.
        root_binary: 1 if the positive classes have a higher total probability than the negative ones, else 0.
        correct_nodes: the number of nodes with the correct class; None if the model reads other trees.
        score: the score of each pair or root.
        root_probabilities: the class probabilities of each root; only in the run's own file.
        bleu: the n-gram counts of each translation, as `TranslationPredictions.bleu`.
        chrf: those of characters, as `TranslationPredictions.chrf`.
        others: columns of user-defined tasks.
    """

    root: Digits = None
    root_binary: Digits = None
    correct_nodes: tuple[int, ...] | None = None
    score: tuple[float, ...] | None = None
    root_probabilities: tuple[tuple[float, ...], ...] | None = None
    bleu: tuple[tuple[int, ...], ...] | None = None
    chrf: tuple[tuple[int, ...], ...] | None = None
    others: Annotated[Mapping[str, tuple[float, ...]], Rest()] = field(default_factory=dict)


@dataclass(frozen=True)
class Gold(_Record):
    """The gold labels of one split, by sentence or pair.

    Args:
        root: the class of each root or pair, -100 without a label.
        nodes: the number of labelled nodes of each tree; None for pairs.
        score: the score of each pair or root, None without a label.
        others: columns of user-defined tasks.
    """

    root: Digits = None
    nodes: tuple[int, ...] | None = None
    score: tuple[float | None, ...] | None = None
    others: Annotated[Mapping[str, tuple[float, ...]], Rest()] = field(default_factory=dict)
