"""How far gradients reach: the gradient of the loss at a word, against how far the word is from the output."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch.nn import functional as F

from treenn.analysis.slices import depths
from treenn.encoders import SequenceEncoder, pack
from treenn.models.building import NodeClassifier, build
from treenn.models.settings import Settings
from treenn.models.vectors import WordVectors
from treenn.sequences import Bidirectional
from treenn.trees import Tree

FloatArray = npt.NDArray[np.float64]


def reach(model: NodeClassifier, trees: Sequence[Tree], batch_size: int = 100) -> dict[str, Any]:
    r"""The norms ‖∂L/∂x_i‖ over the words i of some sentences, L the cross-entropy at the root of i's own sentence.

    Where they shrink or grow by a factor with every step, gradients vanish or explode (Bengio, Simard and Frasconi
    1994; Pascanu, Mikolov and Bengio 2013). There is no dropout here, and x_i is what the encoder reads: the word's
    vector, or with contextual leaves that of the leaf.

    Args:
        model: trained or not.
        trees: sentences; those without a label at the root are left out, at least one must have it.
        batch_size: trees in one pass back.

    Returns:
        `path`: which of the two distances is that which this network's gradients go, `"steps"` or `"edges"`;
        `sentences`, `words`: how many;
        `steps`: by the words between a word and the end of its sentence, 0 for the last one; of a bidirectional
        network, which has an output at either end, the nearer end. (A readout that sees all states rather than the last
        is equally far from all words; its steps count to the end all the same.)
        `edges`: by the edges of the tree between a word and the root.

        Both are lists of ranges of distance, each a dict: `from` and `to`, both in it; `words`, how many; `zero`, at
        how many the gradient is exactly 0; and over the other ones the geometric `mean` and the quantiles `low` (a
        tenth), `median` and `high` (nine tenths), `None` where all are 0. Ranges hold one distance each up to 15, two
        up to 31, four up to 63, and so on.
    """
    labelled = [tree for tree in trees if tree.label is not None]
    both_ends = isinstance(model.encoder, SequenceEncoder) and isinstance(model.encoder.network, Bidirectional)
    norms = np.concatenate(
        [_norms(model, labelled[start : start + batch_size]) for start in range(0, len(labelled), batch_size)]
    )
    steps = [step for tree in labelled for step in steps_to_end(len(tree.words), both_ends=both_ends)]
    edges = [depth for tree in labelled for depth in depths(tree)[: len(tree.words)]]
    return {
        "path": "steps" if isinstance(model.encoder, SequenceEncoder) else "edges",
        "sentences": len(labelled),
        "words": len(norms),
        "steps": _by_distance(np.array(steps), norms),
        "edges": _by_distance(np.array(edges), norms),
    }


def reach_of_training(
    model: NodeClassifier, settings: Settings, trees: Sequence[Tree], vectors: Sequence[WordVectors] = ()
) -> dict[str, dict[str, Any]]:
    """How far gradients reach before and after training: `start` and `end`, each by `reach`.

    Args:
        model: the trained one; its vocabulary says which words the first one knew.
        settings: what it was trained with, from which, with the seed, the first weights are made again.
        trees: the sentences.
        vectors: the pretrained word vectors that training was given.
    """
    classes = model.head.linear.out_features
    untrained = build(settings, classes, model.vocabulary, vectors).to(model.embedding.weight.device)
    return {"start": reach(untrained, trees), "end": reach(model, trees)}


def gradient_lengths(run: Mapping[str, Any]) -> dict[str, Any]:
    """How long the gradients of all parameters together were in training, and to what they were clipped.

    Args:
        run: an entry of a comparison's `runs`.

    Returns:
        `clip_norm` and `clip_value`, as in `Settings`; `mean` and `max`: of each epoch, over its batches, of the length
        before clipping; `max_used`: the same after clipping to `clip_norm`, with which the weights were moved. Two runs
        of a plan that differ in `clip_norm` alone show what clipping does.
    """
    settings, epochs = run["settings"], [epoch["gradient_norm"] for epoch in run["history"]]
    most = [epoch["max"] for epoch in epochs]
    limit = settings["clip_norm"]
    return {
        "clip_norm": limit,
        "clip_value": settings["clip_value"],
        "mean": [epoch["mean"] for epoch in epochs],
        "max": most,
        "max_used": most if limit is None else [min(length, limit) for length in most],
    }


def steps_to_end(words: int, *, both_ends: bool = False) -> list[int]:
    """For each word of a sentence how many steps it is from the last one, or from the nearer of the two ends.

    >>> steps_to_end(5), steps_to_end(5, both_ends=True)
    ([4, 3, 2, 1, 0], [0, 1, 2, 1, 0])
    """
    return [min(place, words - 1 - place) if both_ends else words - 1 - place for place in range(words)]


def _norms(model: NodeClassifier, trees: Sequence[Tree]) -> FloatArray:
    """The norm at each word; the sentences of a batch have no word in common, so that one pass back gives them all."""
    forest, was_training = pack(trees).to(model.embedding.weight.device), model.training
    model.eval()
    x = model.vectors(forest).detach().requires_grad_()
    scores = model.head(model.encoder(forest, x, roots_only=True))
    model.train(was_training)
    loss = F.cross_entropy(scores, forest.labels[forest.roots], reduction="sum")
    (gradient,) = torch.autograd.grad(loss, x)
    norms: FloatArray = gradient.double().norm(dim=1).cpu().numpy()
    return norms


def _by_distance(distances: npt.NDArray[np.int64], norms: FloatArray) -> list[dict[str, Any]]:
    """See `reach`."""
    starts = _ranges(int(distances.max()))
    which = np.searchsorted(starts, distances, side="right") - 1
    found = []
    for number in np.unique(which).tolist():
        here = norms[which == number]
        place = {"from": starts[number], "to": starts[number + 1] - 1}
        found.append({**place, "words": len(here), "zero": int((here == 0).sum()), **_spread(here[here > 0])})
    return found


def _spread(norms: FloatArray) -> dict[str, float | None]:
    names = ("mean", "low", "median", "high")
    if len(norms) == 0:
        return dict.fromkeys(names)
    values = (np.exp(np.log(norms).mean()), *np.quantile(norms, (0.1, 0.5, 0.9)))
    return {name: float(f"{value:.5g}") for name, value in zip(names, values, strict=True)}


def _ranges(farthest: int) -> list[int]:
    """Where ranges of distance begin, one more than needed; see `reach` for how wide they are."""
    starts = [0]
    while starts[-1] <= farthest:
        starts.append(starts[-1] + (1 << max(0, starts[-1].bit_length() - 4)))
    return starts
