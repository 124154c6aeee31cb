"""Labels for the nodes of predicted trees."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from treenn.parsers.chart.examples import NULL
from treenn.parsers.chart.span_scorer import Encoded, SpanNetwork
from treenn.trees import Tree

FACTORED = "@"
"""The label of a node that binarization adds, as `treenn.trees.unbinarize` expects it."""


def labelled(trees: Sequence[Tree], encoded: Encoded, network: SpanNetwork) -> list[Tree]:
    """Add the most probable category to each node and the most probable tag to each word of trees of one length.

    Two-stage labelling is as accurate as joint bracketing and labelling (Zhang, Zhou and Li, 2020). The labels follow
    `treenn.trees.binarize`, so that `unbinarize` restores the treebank's form: labels of unary chains are joined by
    `+`, and a word's tag is the last of them.
    """
    inventory, spans = network.inventory, torch.tensor([tree.spans for tree in trees])
    scores = network.category(network.some_spans(encoded.fenceposts, spans[..., 0], spans[..., 1]))
    scores[:, -1, inventory.categories[NULL]] = -torch.inf  # the whole sentence is a constituent
    tags = network.tag(encoded.words).argmax(dim=-1).tolist() if inventory.tags else [None] * len(trees)
    best = scores.argmax(dim=-1).tolist()
    names, tag_names = list(inventory.categories), list(inventory.tags)
    return [
        tree.with_labels(_labels([names[index] for index in categories], tagged and [tag_names[t] for t in tagged]))
        for tree, categories, tagged in zip(trees, best, tags, strict=True)
    ]


def _labels(categories: list[str], tags: list[str] | None) -> list[str | None]:
    n = (len(categories) + 1) // 2
    words = categories[:n] if tags is None else [f"{c}+{t}" if c else t for c, t in zip(categories, tags, strict=False)]
    return [*(word or None for word in words), *(category or FACTORED for category in categories[n:])]
