"""Proposals of importance sampling: trees of a sentence from the distribution of a chart parser."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter, deque
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from treenn.lm.grammar.derivation import Transitions
from treenn.parsers.brackets import crossing, inner_spans
from treenn.parsers.chart import ChartParser, TreeDistribution
from treenn.parsers.chart.cky import Scores, log_partition
from treenn.parsers.chart.examples import NULL, categories_of
from treenn.parsers.chart.spans import row, span_count, starts_and_ends
from treenn.trees import NaryTree, Tree
from treenn.trees.arguments import Positive, checked
from treenn.trees.errors import InputError, argument
from treenn.trees.expand import Opened, expand


class Proposed(NamedTuple):
    """Samples of one sentence, each distinct tree once.

    Args:
        trees: the distinct trees.
        counts: the number of samples of each.
        log_q: the log-probability of each.
    """

    trees: list[Any]
    counts: Tensor
    log_q: Tensor


class Proposal(ABC):
    """A distribution over the trees of a sentence, from which trees can be drawn and whose probabilities are known.

    Args:
        parser: the chart parser.
        temperature: the divisor of the parser's scores; above 1 for a flatter distribution (default: 1.0).
    """

    @checked
    def __init__(self, parser: ChartParser, temperature: Positive = 1.0) -> None:
        self.parser, self.temperature = parser, temperature

    @abstractmethod
    def sample(self, words: Sequence[str], count: int, generator: torch.Generator | None = None) -> Proposed:
        """Draw independent trees of a sentence."""

    def _distribution(self, words: Sequence[str]) -> TreeDistribution:
        scores = self.parser.distribution(words).scores
        return TreeDistribution(Scores(*(part / self.temperature for part in scores)))


class BinaryProposal(Proposal):
    """Unlabelled binary trees: the parser's distribution."""

    @torch.inference_mode()
    def sample(self, words: Sequence[str], count: int, generator: torch.Generator | None = None) -> Proposed:
        """See `Proposal.sample`."""
        samples = self._distribution(words).sample(generator, count)
        _, first, counts = np.unique(samples.ends[0].numpy(), axis=0, return_index=True, return_counts=True)
        distinct = samples._replace(ends=samples.ends[:, first])
        return Proposed(distinct.trees([words])[0], torch.from_numpy(counts), samples.log_probability[0, first])


class LabelledProposal(Proposal):
    """Labelled trees: a binary tree, and independently a category for the span of each of its nodes.

    The nodes of the category NULL are dissolved. A labelled tree is the result of several binary trees, so that its
    probability is a sum over them, by the inside algorithm with the other spans forbidden.

    Args:
        parser: the chart parser, trained on trees with categories.
        temperature: as in `Proposal` (default: 1.0).

    Raises:
        InputError: if the parser has no categories.
    """

    def __init__(self, parser: ChartParser, temperature: Positive = 1.0) -> None:
        super().__init__(parser, temperature)
        if not parser.labels:
            raise InputError(f"{argument('parser')}: predicts no categories; must be trained on trees with categories")
        self.names = list(parser.network.inventory.categories)
        self.null = self.names.index(NULL)

    @torch.inference_mode()
    def sample(self, words: Sequence[str], count: int, generator: torch.Generator | None = None) -> Proposed:
        """See `Proposal.sample`."""
        distribution, log_p = self._distribution(words), self._categories(words)
        n, samples = len(words), distribution.sample(generator, count)
        spans = [tree.spans for tree in samples.trees([words])[0]]
        rows = torch.tensor([[row(n, start, end) for start, end in each] for each in spans])  # (count, 2n - 1)
        drawn = torch.multinomial(log_p[rows.flatten()].exp(), 1, generator=generator).view(rows.shape)
        labels = [[self.names[label] for label in of_tree] for of_tree in drawn.tolist()]
        trees = Counter(_labelled(words, *each) for each in zip(spans, labels, strict=True))
        counts = torch.tensor(list(trees.values()))
        return Proposed(list(trees), counts, self._log_q(list(trees), distribution, log_p))

    def _categories(self, words: Sequence[str]) -> Tensor:
        """The log-probabilities of the categories of all spans. Shape: `(spans, categories)` float64."""
        network = self.parser.network
        fenceposts = self.parser.encode([words])[0].fenceposts
        scores = network.category(network.spans(fenceposts))[0].double() / self.temperature
        scores[-1, self.null] = -torch.inf  # the whole sentence is a constituent
        log_p: Tensor = scores.log_softmax(dim=1)
        return log_p

    def _log_q(self, trees: Sequence[NaryTree], distribution: TreeDistribution, log_p: Tensor) -> Tensor:
        """The log-probability of each tree: the sum over the binary trees and categories that result in it."""
        n, spans = len(trees[0].words), span_count(len(trees[0].words))
        numbers = {name: number for number, name in enumerate(self.names)}
        category = torch.full((len(trees), spans), self.null)
        forbidden = torch.zeros(len(trees), spans, dtype=torch.bool)
        for index, tree in enumerate(trees):
            forbidden[index] = torch.from_numpy(crossing(n, inner_spans(tree))[starts_and_ends(n)])
            for (start, end), name in categories_of(tree).items():
                category[index, row(n, start, end)] = numbers[name]
        of_spans = log_p.gather(1, category.t()).t()  # (trees, spans)
        nodes, splits = (part.double() for part in distribution.scores)
        total = distribution.scores.nodes.new_zeros(len(trees), dtype=torch.float64) + of_spans[:, -1]
        if n == 1:
            return total
        scored = (nodes + of_spans.unsqueeze(-1)).masked_fill(forbidden.unsqueeze(-1), -1e18)
        joint = log_partition(Scores(scored, splits.expand(len(trees), -1, -1, -1)))
        return total + joint - log_partition(Scores(nodes, splits))


def _labelled(words: Sequence[str], spans: Sequence[tuple[int, int]], labels: Sequence[str]) -> NaryTree:
    """The labelled tree of the spans of a binary tree and their categories, which are chains of labels."""
    nodes = dict(zip(spans, labels, strict=True))
    inner = sorted((span for span in spans if nodes[span]), key=lambda span: (span[0], -span[1]))
    root, upcoming = _Constituent((), []), deque(inner)
    open_nodes = [(len(words) + 1, root)]
    for index, word in enumerate(words):
        while upcoming and upcoming[0][0] == index:
            span = upcoming.popleft()
            node = _Constituent(tuple(nodes[span].split("+")), [])
            open_nodes[-1][1].children.append(node)
            open_nodes.append((span[1], node))
        open_nodes[-1][1].children.append(word)
        while open_nodes[-1][0] == index + 1:
            open_nodes.pop()
    return NaryTree._trusted(*expand((root.children[0], 0), _opened))


class _Constituent(NamedTuple):
    """A node with a chain of labels from the top, and its children: constituents and words."""

    chain: tuple[str, ...]
    children: list[Any]


def _opened(part: tuple[Any, int]) -> Opened[Any]:
    node, at = part
    if isinstance(node, str):
        return None, node
    if at < len(node.chain) - 1:
        return node.chain[at], [(node, at + 1)]
    return node.chain[at], [(child, 0) for child in node.children]


def proposal_of(parser: ChartParser, transitions: Transitions, temperature: float = 1.0) -> Proposal:
    """The proposal of a grammar's trees.

    Args:
        parser: the chart parser.
        transitions: the transition system of the grammar.
        temperature: as in `Proposal` (default: 1.0).

    Raises:
        InputError: if the trees have categories, and the parser has none or one that the grammar does not have.
    """
    if transitions.tree_type is Tree:
        return BinaryProposal(parser, temperature)
    proposal = LabelledProposal(parser, temperature)
    for name in proposal.names:
        for category in name.split("+") if name != NULL else ():
            if category not in transitions.categories:
                raise InputError(
                    f"{argument('parser')}: predicts the category {category!r}, which the grammar does not have; must "
                    "be trained on the trees of the grammar"
                )
    return proposal
