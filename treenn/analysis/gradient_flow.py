"""Gradient flow: the norm of the loss's gradient at a word, by the word's distance from the output."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
import numpy.typing as npt
import torch
from torch.nn import functional as F

from treenn.analysis.histogram import range_label
from treenn.analysis.slices import depths
from treenn.encoders import SequenceEncoder, pack
from treenn.models.building import build
from treenn.models.network import Network
from treenn.models.settings import Settings
from treenn.models.vectors import WordVectors
from treenn.sequences import Bidirectional
from treenn.trees import Tree
from treenn.trees.json_records import Key

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class GradientRange:
    """Gradient norms of the words in a range of distances.

    Args:
        start: the lower end of the range, inclusive.
        end: the upper end, inclusive.
        words: the number of words.
        zero: the number of words with a gradient of exactly 0.
        mean: the geometric mean of the other norms; None if there is none.
        low: their quantile 0.1.
        median: their median.
        high: their quantile 0.9.
    """

    start: Annotated[int, Key("from")]
    end: Annotated[int, Key("to")]
    words: int
    zero: int
    mean: float | None
    low: float | None
    median: float | None
    high: float | None

    @property
    def label(self) -> str:
        """The range in words."""
        return range_label(self.start, self.end)


@dataclass(frozen=True)
class GradientFlow:
    """Gradient norms by distance.

    Args:
        path: the distance that the model's gradients travel, `"steps"` or `"edges"`.
        sentences: the number of sentences.
        words: the number of words.
        steps: by the number of words between a word and the end of its sentence; for a bidirectional network, the
            nearer end.
        edges: by the number of edges between a word and the root.
    """

    path: Literal["steps", "edges"]
    sentences: int
    words: int
    steps: tuple[GradientRange, ...]
    edges: tuple[GradientRange, ...]


@dataclass(frozen=True)
class TrainingGradientFlow:
    """Gradient flow before (`start`) and after (`end`) training."""

    start: GradientFlow
    end: GradientFlow


def gradient_flow(model: Network, trees: Sequence[Tree], batch_size: int = 100) -> GradientFlow:
    r"""The norms ‖∂L/∂x_i‖ over the words i of sentences, with L the cross-entropy at the root of i's sentence.

    If they shrink or grow by a factor with every step, gradients vanish or explode (Bengio, Simard and Frasconi 1994;
    Pascanu, Mikolov and Bengio 2013). x_i is the encoder's input at word i, without dropout.

    Args:
        model: the model, trained or not.
        trees: sentences; those without a label at the root are skipped, at least one must have one.
        batch_size: the number of trees in a backward pass (default: 100).

    Returns:
        The norms by distance. Ranges contain one distance each up to 15, two up to 31, four up to 63, and so on. The
        distance in steps is to the end of the sentence also if the readout pools all states.
    """
    labelled = [tree for tree in trees if tree.label is not None]
    both_ends = isinstance(model.encoder, SequenceEncoder) and isinstance(model.encoder.network, Bidirectional)
    norms = np.concatenate(
        [_norms(model, labelled[start : start + batch_size]) for start in range(0, len(labelled), batch_size)]
    )
    steps = [step for tree in labelled for step in steps_to_end(len(tree.words), both_ends=both_ends)]
    edges = [depth for tree in labelled for depth in depths(tree)[: len(tree.words)]]
    return GradientFlow(
        path="steps" if isinstance(model.encoder, SequenceEncoder) else "edges",
        sentences=len(labelled),
        words=len(norms),
        steps=_by_distance(np.array(steps), norms),
        edges=_by_distance(np.array(edges), norms),
    )


def gradient_flow_of_training(
    model: Network, settings: Settings, trees: Sequence[Tree], vectors: Sequence[WordVectors] = ()
) -> TrainingGradientFlow:
    """Gradient flow before and after training.

    Args:
        model: the trained model.
        settings: its training settings; with the seed they give the initial weights.
        trees: sentences, as of `gradient_flow`.
        vectors: the pretrained word vectors used in training (default: none).
    """
    untrained = build(settings, model.task, model.vocabulary, vectors).to(model.embedding.weight.device)
    return TrainingGradientFlow(gradient_flow(untrained, trees), gradient_flow(model, trees))


def steps_to_end(words: int, *, both_ends: bool = False) -> list[int]:
    """The number of steps between each word of a sentence and its end.

    Args:
        words: the number of words.
        both_ends: whether to count to the nearer end (default: False, to the last word).

    >>> steps_to_end(5), steps_to_end(5, both_ends=True)
    ([4, 3, 2, 1, 0], [0, 1, 2, 1, 0])
    """
    return [min(place, words - 1 - place) if both_ends else words - 1 - place for place in range(words)]


def _norms(model: Network, trees: Sequence[Tree]) -> FloatArray:
    """The norm at each word; one backward pass gives them all, since sentences share no word."""
    forest, was_training = pack(trees).to(model.embedding.weight.device), model.training
    model.eval()
    x = model.vectors(forest).detach().requires_grad_()
    scores = model.head(model.encoder(forest, x, roots_only=True))
    model.train(was_training)
    loss = F.cross_entropy(scores, forest.labels[forest.roots], reduction="sum")
    (gradient,) = torch.autograd.grad(loss, x)
    norms: FloatArray = gradient.double().norm(dim=1).cpu().numpy()
    return norms


def _by_distance(distances: npt.NDArray[np.int64], norms: FloatArray) -> tuple[GradientRange, ...]:
    starts = _ranges(int(distances.max()))
    which = np.searchsorted(starts, distances, side="right") - 1
    ranges = []
    for index in np.unique(which).tolist():
        here = norms[which == index]
        counts = (len(here), int((here == 0).sum()))
        ranges.append(GradientRange(starts[index], starts[index + 1] - 1, *counts, *_quantiles(here[here > 0])))
    return tuple(ranges)


def _quantiles(norms: FloatArray) -> tuple[float | None, float | None, float | None, float | None]:
    """Geometric mean, quantile 0.1, median and quantile 0.9, to five digits."""
    if len(norms) == 0:
        return None, None, None, None
    values = (np.exp(np.log(norms).mean()), *np.quantile(norms, (0.1, 0.5, 0.9)))
    mean, low, median, high = (float(f"{value:.5g}") for value in values)
    return mean, low, median, high


def _ranges(farthest: int) -> list[int]:
    """The lower ends of the ranges of distance of `gradient_flow`, and one more."""
    starts = [0]
    while starts[-1] <= farthest:
        starts.append(starts[-1] + (1 << max(0, starts[-1].bit_length() - 4)))
    return starts
