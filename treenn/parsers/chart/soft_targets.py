"""Soft targets of knowledge distillation: the marginals of teachers on sentences held out of their training.

A parser is overconfident on its training sentences. Each teacher of the training trees therefore holds out one fold of
them and predicts that fold (stacking: Wolpert, *Stacked Generalization*, Neural Networks 5, 1992). Sentences without a
tree are new to all teachers. The student learns from the distribution over all trees (Hinton, Vinyals and Dean,
*Distilling the Knowledge in a Neural Network*, 2015), which for a CRF is given by its marginals.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
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
    for fold in sorted({fold_of(teacher) for teacher in teachers}):
        group = [teacher for teacher in teachers if fold_of(teacher) == fold]
        held_out = [index for index, words in enumerate(sentences) if in_fold(words, fold)]
        for batch, found in _means(group, [sentences[index] for index in held_out]):
            targets.update(zip((held_out[index] for index in batch), found, strict=True))
            progress(len(targets), len(sentences), "soft targets")
    if missing := [words for index, words in enumerate(sentences) if index not in targets]:
        folds = ", ".join(fold_of(teacher) or "nothing" for teacher in teachers)
        raise InputError(
            f"every teacher was trained on {len(missing)} of the sentences, such as {' '.join(missing[0][:8])!r}; "
            f"the teachers hold out {folds}, but must hold out all folds, such as {argument('fold')} 1/4 to 4/4"
        )
    return [targets[index] for index in range(len(sentences))]


def targets_of_unseen(
    teachers: Sequence[ChartParser], sentences: Sequence[Words], progress: Progress
) -> list[SoftTargets]:
    """Average the marginals of sentences that no teacher was trained on over all teachers.

    Args:
        teachers: one or more parsers.
        sentences: the words of each sentence.
        progress: as of `soft_targets`.

    Returns:
        The soft targets in the order of the sentences.
    """
    targets = dict[int, SoftTargets]()
    for batch, found in _means(teachers, sentences):
        targets.update(zip(batch, found, strict=True))
        progress(len(targets), len(sentences), "soft targets of unlabelled sentences")
    return [targets[index] for index in range(len(sentences))]


def fold_of(teacher: ChartParser) -> str:
    """The fold that a teacher held out; `""` for none."""
    folds = {network.settings.fold for network in teacher.networks}
    return folds.pop() if len(folds) == 1 else ""


def _means(
    teachers: Sequence[ChartParser], sentences: Sequence[Words]
) -> Iterator[tuple[list[int], list[SoftTargets]]]:
    """Yield batches of equal length: the indices of sentences, and the means of the teachers' marginals."""
    for batch in equal_lengths(sentences, batch_size):
        words = [sentences[index] for index in batch]
        by_teacher = [teacher.distributions(words).posterior.splits for teacher in teachers]
        nodes, splits = (each.numpy() for each in without_rare(torch.stack(by_teacher).mean(dim=0).float()))
        yield batch, list(map(_sparse, nodes, splits))


def _sparse(nodes: npt.NDArray[np.float32], splits: npt.NDArray[np.float32]) -> SoftTargets:
    indices = np.flatnonzero(splits)
    return SoftTargets(nodes, indices.astype(np.int32), splits.reshape(-1)[indices])


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
