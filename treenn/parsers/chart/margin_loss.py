"""What training makes small."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional as F

from treenn.parsers.chart.distribution import TreeDistribution
from treenn.parsers.chart.examples import NO_LABEL, Batch, Lessons
from treenn.parsers.chart.span_scorer import SpanNetwork

CATEGORY_WEIGHT = 0.5
"""How much a span's category counts beside the brackets and the words' tags."""


def compute_loss(network: SpanNetwork, batch: Batch) -> Tensor:
    """The loss of a batch of trees of one length, divided by their number.

    For each tree -log p(its brackets), the probability of all binary trees that have them: Σ p over the trees without
    a span that crosses one. Where there is a lesson, the teachers' distribution takes over a part of that
    (`ChartSettings.taught`): the loss is then Σ -q(tree) log p(tree) over all trees, which needs no more of q than its
    probabilities of nodes and splits. To this come the cross-entropies of tags and categories, where the tree has any.
    """
    encoded = network.encode(batch.words, batch.affixes)
    hidden = network.spans(encoded.places)
    trees = TreeDistribution(network.scores(hidden, encoded.places))
    by_tree = trees.log_partition - trees.without(batch.crossing).log_partition
    loss = by_tree.sum()
    if batch.lessons is not None:
        rows = batch.lessons.rows
        loss = loss + network.settings.taught * (by_teachers(trees, batch.lessons) - by_tree[rows]).sum()
    tagged, labelled = batch.tags != NO_LABEL, batch.categories != NO_LABEL
    if tagged.any():
        loss = loss + F.cross_entropy(network.tag(encoded.words[tagged]), batch.tags[tagged], reduction="sum")
    if labelled.any():
        scores = network.category(hidden[labelled])
        loss = loss + CATEGORY_WEIGHT * F.cross_entropy(scores, batch.categories[labelled], reduction="sum")
    return loss / len(batch.words)


def by_teachers(trees: TreeDistribution, lessons: Lessons) -> Tensor:
    """The cross-entropy between the teachers' trees and the network's. Shape: `(k,)`."""
    nodes, splits = (scores[lessons.rows] for scores in trees.scores)
    expected = (lessons.nodes * nodes).sum(dim=(1, 2)) + (lessons.splits * splits).sum(dim=(1, 2, 3))
    return trees.log_partition[lessons.rows] - expected
