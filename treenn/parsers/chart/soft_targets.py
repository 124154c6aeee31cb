"""Soft targets of knowledge distillation: the marginals of teachers on sentences held out of their training.

A parser is overconfident on its training sentences. Each teacher therefore holds out one fold of the trees and predicts
that fold (stacking: Wolpert, *Stacked Generalization*, Neural Networks 5, 1992). The student learns from the
distribution over all trees (Hinton, Vinyals and Dean, *Distilling the Knowledge in a Neural Network*, 2015), which for
a CRF is given by its marginals.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from torch import Tensor

from treenn.parsers.batching import equal_lengths
from treenn.parsers.chart.chart_parser import ChartParser, batch_size
from treenn.parsers.chart.chart_settings import in_fold
from treenn.parsers.chart.cky import outside, splits_of_width
from treenn.parsers.chart.examples import SoftTargets
from treenn.runtime.progress import Progress
from treenn.trees.errors import InputError, argument

_LEAST = 1e-3
"""The probability below which splits are pruned, except for the best split of each span."""

_NOTHING = 1e-30
"""A lower bound of divisors, which prevents 0 / 0 for impossible spans."""

Words = tuple[str, ...]


def soft_targets(
    teachers: Sequence[ChartParser], sentences: Sequence[Words], progress: Progress
) -> list[SoftTargets | None]:
    """Average the marginals of each sentence over the teachers that held it out.

    Args:
        teachers: parsers trained with `fold`, one or more per fold.
        sentences: the words of each sentence.
        progress: called after every batch with the numbers of sentences done and in total, and a text.

    Returns:
        The soft targets in the order of the sentences, or None for each sentence if there are no teachers.

    Raises:
        InputError: if a sentence is in no teacher's fold.
    """
    targets = dict[int, SoftTargets | None]() if teachers else dict.fromkeys(range(len(sentences)))
    for fold in sorted({_fold(teacher) for teacher in teachers}):
        group = [teacher for teacher in teachers if _fold(teacher) == fold]
        held_out = [index for index, words in enumerate(sentences) if in_fold(words, fold)]
        for batch in equal_lengths([sentences[index] for index in held_out], batch_size):
            indices = [held_out[position] for position in batch]
            targets.update(zip(indices, _mean(group, [sentences[index] for index in indices]), strict=True))
            progress(len(targets), len(sentences), "soft targets")
    if missing := [words for index, words in enumerate(sentences) if index not in targets]:
        folds = ", ".join(_fold(teacher) or "nothing" for teacher in teachers)
        raise InputError(
            f"every teacher was trained on {len(missing)} of the sentences, such as {' '.join(missing[0][:8])!r}; "
            f"the teachers hold out {folds}, but must hold out all folds, such as {argument('fold')} 1/4 to 4/4"
        )
    return [targets[index] for index in range(len(sentences))]


def _fold(teacher: ChartParser) -> str:
    """Return the fold that a teacher held out."""
    folds = {network.settings.fold for network in teacher.networks}
    return folds.pop() if len(folds) == 1 else ""


def _mean(teachers: Sequence[ChartParser], batch: Sequence[Words]) -> Iterator[SoftTargets]:
    """Yield the soft targets of sentences of equal length."""
    by_teacher = [teacher.distributions(batch).posterior.splits for teacher in teachers]
    nodes, splits = without_rare(torch.stack(by_teacher).mean(dim=0).float())
    for of_nodes, of_splits in zip(nodes.numpy(), splits.flatten(1).numpy(), strict=True):
        indices = np.flatnonzero(of_splits)
        yield SoftTargets(of_nodes, indices.astype(np.int32), of_splits[indices])


def without_rare(splits: Tensor) -> tuple[Tensor, Tensor]:
    """Prune rare splits and renormalize each span's remaining splits.

    Without renormalization, the results would not be the marginals of any distribution, and the cross-entropy with them
    would have no minimum: raising a span's score and lowering the scores of its splits by the same amount changes no
    tree's score, so it must not change the loss.

    Args:
        splits: the marginals of splits. Shape: `(B, n + 1, n + 1, n + 1)`.

    Returns:
        The marginals of nodes, `(B, spans, 2)`, and of splits, of the shape of `splits`.
    """

    def shares(width: int) -> Tensor:
        marginals = splits_of_width(splits, width)  # (B, starts, width - 1)
        pruned = marginals * ((marginals > _LEAST) | (marginals == marginals.amax(dim=2, keepdim=True)))
        return pruned / pruned.sum(dim=2, keepdim=True).clamp(min=_NOTHING)

    return outside(shares, splits)
