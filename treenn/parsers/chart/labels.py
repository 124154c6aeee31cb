"""Labels for the nodes of a tree that the chart search found."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from treenn.parsers.chart.examples import NULL
from treenn.parsers.chart.span_scorer import Encoded, SpanNetwork
from treenn.trees import Tree

FACTORED = "@"
"""The label of a node that only makes the tree binary, as `treenn.trees.unbinarize` wants it."""


def labelled(trees: Sequence[Tree], encoded: Encoded, network: SpanNetwork) -> list[Tree]:
    """Trees of one length with the most probable category at each node and the most probable tag at each word.

    Bracketing first and labels after is as accurate as both at once (Zhang, Zhou and Li, 2020). The labels are those
    of `treenn.trees.binarize`, so `unbinarize` makes the treebank's kind of tree of them: a chain's are joined by `+`,
    a word's tag the last of them.
    """
    inventory, spans = network.inventory, torch.tensor([tree.spans for tree in trees])
    scores = network.category(network.some_spans(encoded.places, spans[..., 0], spans[..., 1]))
    scores[:, -1, inventory.categories[NULL]] = -torch.inf  # the whole sentence is a constituent
    tags = network.tag(encoded.words).argmax(dim=-1).tolist() if inventory.tags else [None] * len(trees)
    found = scores.argmax(dim=-1).tolist()
    names, tag_names = list(inventory.categories), list(inventory.tags)
    return [
        tree.with_labels(_labels([names[number] for number in categories], tagged and [tag_names[t] for t in tagged]))
        for tree, categories, tagged in zip(trees, found, tags, strict=True)
    ]


def _labels(categories: list[str], tags: list[str] | None) -> list[str | None]:
    n = (len(categories) + 1) // 2
    words = categories[:n] if tags is None else [f"{c}+{t}" if c else t for c, t in zip(categories, tags, strict=False)]
    return [*(word or None for word in words), *(category or FACTORED for category in categories[n:])]
