"""The training loss of the chart parser: tree likelihood, distillation, tags and categories."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from treenn.parsers.chart.distribution import TreeDistribution
from treenn.parsers.chart.examples import NO_LABEL, Batch, SoftTargetBatch
from treenn.parsers.chart.span_scorer import SpanNetwork

CATEGORY_WEIGHT = 0.5
"""The weight of the categories' cross-entropy, relative to brackets and tags."""


def compute_loss(network: SpanNetwork, batch: Batch) -> Tensor:
    """Compute the loss of a batch of trees of equal length, averaged over trees.

    The loss is the negative log-likelihood of each tree's brackets, which is that of all binary trees without a span
    that crosses a bracket. With soft targets, a share of it (`ChartSettings.distill_weight`) is replaced by the
    cross-entropy Σ -q(tree) log p(tree) with the teachers' distribution q. It is computed from q's marginals of nodes
    and splits. A sentence without brackets has the cross-entropy alone. The cross-entropies of tags and categories are
    added if the tree has any.

    Returns:
        A scalar.
    """
    encoded = network.encode(batch.words, batch.affixes)
    hidden = network.spans(encoded.fenceposts)
    trees = TreeDistribution(network.scores(hidden, encoded.fenceposts))
    by_tree = trees.log_partition - trees.without(batch.crossing).log_partition
    loss = by_tree.sum()
    if batch.soft_targets is not None:
        rows = batch.soft_targets.rows
        weights = torch.where(batch.crossing[rows].any(dim=1), network.settings.distill_weight, 1.0)
        loss = loss + (weights * (distill_loss(trees, batch.soft_targets) - by_tree[rows])).sum()
    tagged, labelled = batch.tags != NO_LABEL, batch.categories != NO_LABEL
    if tagged.any():
        loss = loss + F.cross_entropy(network.tag(encoded.words[tagged]), batch.tags[tagged], reduction="sum")
    if labelled.any():
        scores = network.category(hidden[labelled])
        loss = loss + CATEGORY_WEIGHT * F.cross_entropy(scores, batch.categories[labelled], reduction="sum")
    return loss / len(batch.words)


def distill_loss(trees: TreeDistribution, soft_targets: SoftTargetBatch) -> Tensor:
    """Compute the cross-entropy between the teachers' distribution over trees and the network's. Shape: `(k,)`."""
    nodes, splits = (scores[soft_targets.rows] for scores in trees.scores)
    expected = (soft_targets.nodes * nodes).sum(dim=(1, 2)) + (soft_targets.splits * splits).sum(dim=(1, 2, 3))
    return trees.log_partition[soft_targets.rows] - expected
