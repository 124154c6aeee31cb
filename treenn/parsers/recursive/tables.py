"""`Tables`: the nodes and merges of a search, and their scores with gradients."""

from __future__ import annotations

import torch
from torch import Tensor

from treenn.encoders import PackedForest
from treenn.encoders.sweep import sweep
from treenn.parsers.recursive.merge_scorer import OUTSIDE, PARENT, MergeNetwork


class Tables:
    """All nodes and merges of one search, in preallocated tensors.

    Shape:
        `W` words of width `x`, `R` rows of nodes, `Q` rows of merges, states of width `s` with outputs of width `d`.

    Args:
        network: the composition and the scorer.
        x: `(W, x)` the word vectors.
        n_merges: the number of merges of one tree per sentence.
        width: the beam width.

    Attributes:
        states: `(R, s)`; row `OUTSIDE` is padding, followed by the words.
        outputs: `(R, d)` the states' outputs, which scores read.
        children: `(R, 2)` the rows of each node's children.
        heights: `(R,)` the height of each node.
        merges: `(Q, 5)` the rows of each merge's nodes, in the columns of `merge_scorer`; row 0 is padding.
        scores: `(Q,)` the score of each merge.
    """

    def __init__(self, network: MergeNetwork, x: Tensor, n_merges: int, width: int) -> None:
        self.network, n_words = network, len(x)
        words, d = network.cell.leaf(x), network.cell.output_size
        # Initially one parent and score per pair of neighbours; each merge adds 2 parents and len(changed) scores.
        n_rows = 1 + n_words + n_merges * (1 + 2 * width)
        n_scores = 1 + n_merges * (1 + len(network.scorer.changed) * width)
        self.states, self.outputs = x.new_zeros(n_rows, words.shape[1]), x.new_zeros(n_rows, d)
        self.children, self.heights = torch.zeros(n_rows, 2, dtype=torch.int64), torch.zeros(n_rows, dtype=torch.int64)
        self.merges, self.scores = torch.zeros(n_scores, 5, dtype=torch.int64), x.new_full((n_scores,), -torch.inf)
        self.states[1 : 1 + n_words], self.outputs[1 : 1 + n_words] = words, network.cell.output(words)
        self.outputs[OUTSIDE] = network.outside
        self.n_words, self._rows, self._scored = n_words, 1 + n_words, 1

    def merges_at(self, nodes: Tensor, slots: Tensor, known: Tensor) -> Tensor:
        """Score the merges of selected slots with their right neighbours.

        Shape:
            `s` sentences, `k` beam items, `m` slots, of which `n` are selected.

        Args:
            nodes: `(s, k, m)` the row of the node in each slot.
            slots: `(s, k, n)` the selected slots.
            known: `(s, k, n)` the row of each merge's parent if it exists; 0 to compose it.

        Returns:
            Merge ids, 0 if a slot or its right neighbour is padding. Shape: `(s, k, n)`.
        """
        last = nodes.shape[2] - 1
        before, left, right, behind = (nodes.gather(2, (slots + step).clamp(0, last)) for step in (-1, 0, 1, 2))
        new = (known == 0) & (left != OUTSIDE) & (right != OUTSIDE)
        parents = known.masked_scatter(new, self._compose(left[new], right[new]))
        mask = parents != 0
        merges = torch.stack([before, left, right, parents, behind], dim=3)[mask]
        return torch.zeros_like(slots).masked_scatter(mask, self._score(merges))

    def _compose(self, left: Tensor, right: Tensor) -> Tensor:
        """Compose the parents of pairs, and return their rows. Shape: `(n,)` and `(n,)` to `(n,)`."""
        rows = slice(self._rows, self._rows + len(left))
        states = self.network.cell.compose(self.states[left], self.states[right])
        self.states[rows], self.outputs[rows] = states, self.network.cell.output(states)
        self.children[rows] = torch.stack([left, right], dim=1)
        self.heights[rows] = 1 + torch.maximum(self.heights[left], self.heights[right])
        self._rows = rows.stop
        return torch.arange(rows.start, rows.stop)

    def _score(self, merges: Tensor) -> Tensor:
        """Score new merges, and return their ids. Shape: `(n, 5)` to `(n,)`."""
        numbers = slice(self._scored, self._scored + len(merges))
        self.merges[numbers], self.scores[numbers] = merges, self.network.scorer(self.outputs, merges)
        self._scored = numbers.stop
        return torch.arange(numbers.start, numbers.stop)

    def differentiable_scores(self, x: Tensor, numbers: Tensor) -> Tensor:
        """Recompute scores of merges with gradients w.r.t. the network and the word vectors.

        Args:
            x: the word vectors that the tables were built from.
            numbers: `(n,)` merge ids; must include the merges of all descendants.

        Returns:
            The scores. Shape: `(n,)`.
        """
        merges = self.merges[numbers]
        parents = torch.unique(merges[:, PARENT])
        parents = parents[self.heights[parents].argsort(stable=True)]
        # Renumber nodes: words, parents by height, padding.
        row = torch.empty_like(self.heights)
        row[1 : 1 + self.n_words] = torch.arange(self.n_words)
        row[parents] = self.n_words + torch.arange(len(parents))
        row[OUTSIDE] = self.n_words + len(parents)
        forest = _forest(self.n_words, row[self.children[parents]], self.heights[parents])
        outputs = sweep(self.network.cell, forest, x)
        scores: Tensor = self.network.scorer(torch.cat([outputs, self.network.outside[None]]), row[merges])
        return scores


def _forest(n_words: int, children: Tensor, heights: Tensor) -> PackedForest:
    """Build the fields of a packed forest that `sweep` reads, for nodes that may have several parents."""
    sizes = torch.cat([torch.tensor([n_words]), heights.bincount()[1:]])
    flat, first = children.flatten(), sizes.cumsum(0) - sizes
    counts = flat.bincount(minlength=n_words + len(children))
    starts = counts.cumsum(0) - counts
    edge_sizes = torch.cat([starts[first], torch.tensor([len(flat)])]).diff()
    none = torch.empty(0, dtype=torch.int64)
    return PackedForest(
        words=(), level_sizes=tuple(sizes.tolist()), children=children,
        parent_edges=flat.argsort(stable=True), offsets=starts - starts[first].repeat_interleave(sizes),
        edge_sizes=tuple(edge_sizes.tolist()),
        inverse=None, labels=none, roots=none, starts=none, ends=none, unsorted_indices=none, sizes=(),
    )  # fmt: skip
