"""Exact samples from a distribution over trees, by ancestral sampling from the marginals of the chart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from treenn.parsers.chart.cky import LEFT, RIGHT, Scores
from treenn.parsers.chart.spans import row_table
from treenn.trees import Tree


class SampledTrees(NamedTuple):
    """Sampled trees of sentences of one length, with one node per fencepost between words.

    Every fencepost of a binary tree is the split point of exactly one node. The order of the ends is that of the
    reductions of a shift-reduce parser: after word `i`, as many nodes are complete as have the end `i`.

    Shape: `B` sentences of `n` words, `S` samples.

    Args:
        starts: the first word of the node that is split at each fencepost. Shape: `(B, S, n - 1)`.
        ends: one more than its last word. Shape: `(B, S, n - 1)`.
        log_probability: the log-probability of each tree. Shape: `(B, S)` float64.
    """

    starts: Tensor
    ends: Tensor
    log_probability: Tensor

    def trees(self, sentences: Sequence[Sequence[str]]) -> list[list[Tree]]:
        """The samples of each sentence as trees without labels.

        Args:
            sentences: the words of each sentence.
        """
        return [
            [_tree(tuple(words), ends) for ends in of_sentence]
            for words, of_sentence in zip(sentences, self.ends.tolist(), strict=True)
        ]


def sample_trees(splits: Tensor, count: int, generator: torch.Generator | None = None) -> SampledTrees:
    """Draw independent trees, each from the root down: the split of a node has its conditional probability.

    All nodes of one depth, in all samples, are one draw.

    Args:
        splits: the marginal probability of each split, as `Posterior.splits`. Shape: `(B, n + 1, n + 1, n + 1)`.
        count: the number of samples per sentence, `S`.
        generator: the random generator (default: None, torch's global one).
    """
    batch, n = len(splits), splits.shape[1] - 1
    starts = torch.zeros(batch * count, n + 1, dtype=torch.int64, device=splits.device)
    ends = torch.zeros_like(starts)
    log_probability = torch.zeros(batch * count, dtype=torch.float64, device=splits.device)
    sample = torch.arange(batch * count if n > 1 else 0, device=splits.device)
    start, end = torch.zeros_like(sample), torch.full_like(sample, n)
    while len(sample):
        joint = splits[sample // count, start, :, end].double()  # (nodes, n + 1)
        split = torch.multinomial(joint, 1, generator=generator)  # (nodes, 1)
        conditional = joint.gather(1, split)[:, 0] / joint.sum(dim=1)
        log_probability.index_add_(0, sample, conditional.log())
        split = split[:, 0]
        starts[sample, split], ends[sample, split] = start, end
        sample, start, end = sample.repeat(2), torch.cat([start, split]), torch.cat([split, end])
        is_inner = end - start > 1
        sample, start, end = sample[is_inner], start[is_inner], end[is_inner]
    shape = batch, count, n - 1
    return SampledTrees(starts[:, 1:n].view(shape), ends[:, 1:n].view(shape), log_probability.view(batch, count))


def tree_scores(scores: Scores, trees: Sequence[Tree]) -> Tensor:
    """The scores of trees of one sentence; no gradient. Shape: `(len(trees),)`.

    Args:
        scores: the scores of nodes and splits of one sentence.
        trees: trees over its words.
    """
    nodes, splits, n = scores.nodes[0].detach(), scores.splits[0].detach(), scores.length
    if n == 1:
        return nodes.new_zeros(len(trees))
    places = [
        [(*tree.spans[node], tree.spans[right][0]) for node, (_, right) in enumerate(tree.merges, start=n)]
        for tree in trees
    ]
    start, end, split = torch.tensor(places, device=nodes.device).unbind(dim=-1)  # (trees, n - 1) each
    rows = torch.from_numpy(row_table(n)).to(nodes.device)
    of_children = nodes[rows[start, split], LEFT] + nodes[rows[split, end], RIGHT]
    total: Tensor = (of_children + splits[start, split, end]).sum(dim=1)
    return total


def _tree(words: tuple[str, ...], ends: Sequence[int]) -> Tree:
    """The tree of a sample: after each word, as many merges as nodes end there."""
    n, stack, merges = len(words), list[int](), list[tuple[int, int]]()
    complete = [0] * (n + 1)
    for end in ends:
        complete[end] += 1
    for word in range(n):
        stack.append(word)
        for _ in range(complete[word + 1]):
            right, left = stack.pop(), stack.pop()
            merges.append((left, right))
            stack.append(n + len(merges) - 1)
    return Tree._trusted(words, tuple(merges), (None,) * (2 * n - 1))
