"""What training makes small."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional as F

from treenn.parsers.chart.distribution import TreeDistribution
from treenn.parsers.chart.examples import NO_LABEL, Batch
from treenn.parsers.chart.network import SpanNetwork

CATEGORY_WEIGHT = 0.5
"""How much a span's category counts beside the brackets and the words' tags."""


def objective(network: SpanNetwork, batch: Batch) -> Tensor:
    """The loss of a batch of trees of one length, divided by their number.

    For each tree -log p(its brackets), the probability of all binary trees that have them: Σ p over the trees without
    a span that crosses one. To this come the cross-entropies of tags and categories, where the tree has any.
    """
    encoded = network.encode(batch.words, batch.affixes)
    hidden = network.spans(encoded.places)
    trees = TreeDistribution(network.scores(hidden, encoded.places))
    loss = (trees.log_partition - trees.without(batch.crossing).log_partition).sum()
    tagged, labelled = batch.tags != NO_LABEL, batch.categories != NO_LABEL
    if tagged.any():
        loss = loss + F.cross_entropy(network.tag(encoded.words[tagged]), batch.tags[tagged], reduction="sum")
    if labelled.any():
        scores = network.category(hidden[labelled])
        loss = loss + CATEGORY_WEIGHT * F.cross_entropy(scores, batch.categories[labelled], reduction="sum")
    return loss / len(batch.words)
