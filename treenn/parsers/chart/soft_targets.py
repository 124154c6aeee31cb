"""What other parsers think of the sentences of training, each only of those that it was not trained on.

A parser trained on a sentence is sure of its tree, right or wrong, and has nothing more to say of it. So each teacher
leaves out a part of the trees, its fold, and speaks of that (stacking: Wolpert, *Stacked Generalization*, Neural
Networks 5, 1992). What is learned are the probabilities that it gives to all trees (Hinton, Vinyals and Dean,
*Distilling the Knowledge in a Neural Network*, 2015; for a CRF over trees, those of its parts).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import torch
from torch import Tensor

from treenn.parsers.chart.chart_parser import ChartParser, equal_lengths
from treenn.parsers.chart.cky import hand_down, splits_of_width
from treenn.parsers.chart.examples import Lesson
from treenn.parsers.chart.folds import in_fold
from treenn.trees.errors import InputError, argument

_LEAST = 1e-3
"""Splits that are less probable are not kept, but for a span's best: a sentence has thousands, of which few matter."""

_NOTHING = 1e-30
"""Where a span is impossible its splits are 0 by 0."""

Words = tuple[str, ...]
Progress = Callable[[int, int], None]


def lessons(teachers: Sequence[ChartParser], sentences: Sequence[Words], progress: Progress) -> list[Lesson]:
    """What the teachers think of sentences, on average over those that were not trained on them.

    Args:
        teachers: parsers trained with `fold`, one or more for each part.
        sentences: their words.
        progress: told of every batch: how many were answered, and of how many.

    Raises:
        InputError: where a sentence is in no teacher's part.
    """
    found: dict[int, Lesson] = {}
    for fold in sorted({_fold(teacher) for teacher in teachers}):
        group = [teacher for teacher in teachers if _fold(teacher) == fold]
        held = [number for number, words in enumerate(sentences) if in_fold(words, fold)]
        for batch in equal_lengths([sentences[number] for number in held]):
            numbers = [held[place] for place in batch]
            found.update(zip(numbers, _mean(group, [sentences[number] for number in numbers]), strict=True))
            progress(len(found), len(sentences))
    if missing := [words for number, words in enumerate(sentences) if number not in found]:
        folds = ", ".join(_fold(teacher) or "nothing" for teacher in teachers)
        raise InputError(
            f"every teacher was trained on {len(missing)} of the sentences, one being {' '.join(missing[0][:8])!r}; "
            f"they leave out {folds}; must leave out every part once, as four with {argument('fold')} 1/4 to 4/4 do"
        )
    return [found[number] for number in range(len(sentences))]


def _fold(teacher: ChartParser) -> str:
    """What a teacher was not trained on."""
    folds = {network.settings.fold for network in teacher.networks}
    return folds.pop() if len(folds) == 1 else ""


def _mean(teachers: Sequence[ChartParser], batch: Sequence[Words]) -> Iterator[Lesson]:
    """The lessons of sentences of one length."""
    several = [teacher.distributions(batch).posterior.splits for teacher in teachers]
    nodes, splits = without_rare(torch.stack(several).mean(dim=0))
    for of_nodes, of_splits in zip(nodes.numpy(), splits.flatten(1).numpy(), strict=True):
        places = np.flatnonzero(of_splits)
        yield Lesson(of_nodes, places.astype(np.int32), of_splits[places])


def without_rare(splits: Tensor) -> tuple[Tensor, Tensor]:
    """The probabilities of nodes and splits, once rare splits are impossible and the others of their spans take over.

    From the sentence down to its words, what a span is worth goes to the splits that are kept. Just to leave the rare
    ones out would give probabilities of no distribution, which a network could follow without end: to raise a span's
    score and lower those of its splits changes no tree, and must not change the loss.

    Shape: `(B, n + 1, n + 1, n + 1)` to `(B, spans, 2)` and as it was.
    """

    def shares(width: int) -> Tensor:
        found = splits_of_width(splits, width)
        found = found * ((found > _LEAST) | (found == found.amax(dim=2, keepdim=True)))
        return found / found.sum(dim=2, keepdim=True).clamp(min=_NOTHING)

    return hand_down(shares, splits)
