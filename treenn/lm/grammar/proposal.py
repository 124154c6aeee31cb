"""Proposals of importance sampling: trees of a sentence from the distribution of a chart parser."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter, deque
from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor

from treenn.lm.grammar.transitions import Transitions
from treenn.parsers.brackets import crossing, inner_spans
from treenn.parsers.chart import ChartParser, TreeDistribution
from treenn.parsers.chart.cky import Scores, log_partition
from treenn.parsers.chart.examples import NULL, categories_of
from treenn.parsers.chart.spans import row, span_count, starts_and_ends
from treenn.trees import NaryTree, Tree
from treenn.trees.arguments import Positive, checked
from treenn.trees.errors import InputError, argument
from treenn.trees.expand import Opened, expand

TEMPERATURES = (1.0, 2.0, 4.0)
"""The temperatures of a proposal (default)."""


class Proposed(NamedTuple):
    """Samples of one sentence, each distinct tree once.

    Args:
        trees: the distinct trees.
        counts: the number of samples of each.
        log_q: the log-probability of each under the mixture, float64.
    """

    trees: list[Any]
    counts: Tensor
    log_q: Tensor


class Component(ABC):
    """A distribution over the trees of one sentence.

    Args:
        words: the words.
        distribution: the distribution over binary trees, in double precision.
    """

    def __init__(self, words: Sequence[str], distribution: TreeDistribution) -> None:
        self.words, self.distribution = tuple(words), distribution

    @abstractmethod
    def sample(self, count: int, generator: torch.Generator | None) -> list[Any]:
        """Draw independent trees."""

    @abstractmethod
    def log_probabilities(self, trees: Sequence[Any]) -> Tensor:
        """The log-probability of each tree. Shape: `(len(trees),)`."""


class BinaryComponent(Component):
    """Unlabelled binary trees."""

    def sample(self, count: int, generator: torch.Generator | None) -> list[Tree]:
        """See `Component.sample`."""
        return self.distribution.sample(generator, count).trees([self.words])[0]

    def log_probabilities(self, trees: Sequence[Tree]) -> Tensor:
        """See `Component.log_probabilities`."""
        return self.distribution.log_probabilities(trees)


class LabelledComponent(Component):
    """Labelled trees: a binary tree, and independently a category for the span of each of its nodes.

    The nodes of the category NULL are dissolved. A labelled tree is the result of several binary trees, so that its
    probability is a sum over them, by the inside algorithm with the other spans forbidden.

    Args:
        words: the words.
        distribution: the distribution over binary trees, in double precision.
        names: the categories.
        log_p: the log-probabilities of the categories of all spans. Shape: `(spans, categories)` float64.
    """

    def __init__(
        self, words: Sequence[str], distribution: TreeDistribution, names: Sequence[str], log_p: Tensor
    ) -> None:
        super().__init__(words, distribution)
        self.names, self.log_p = names, log_p

    def sample(self, count: int, generator: torch.Generator | None) -> list[NaryTree]:
        """See `Component.sample`."""
        n, samples = len(self.words), self.distribution.sample(generator, count)
        spans = [tree.spans for tree in samples.trees([self.words])[0]]
        rows = torch.tensor([[row(n, start, end) for start, end in each] for each in spans])  # (count, 2n - 1)
        drawn = torch.multinomial(self.log_p[rows.flatten()].exp(), 1, generator=generator).view(rows.shape)
        labels = [[self.names[label] for label in of_tree] for of_tree in drawn.tolist()]
        return [_labelled(self.words, *each) for each in zip(spans, labels, strict=True)]

    def log_probabilities(self, trees: Sequence[NaryTree]) -> Tensor:
        """See `Component.log_probabilities`."""
        n, numbers = len(self.words), {name: number for number, name in enumerate(self.names)}
        category = torch.full((len(trees), span_count(n)), numbers[NULL])
        forbidden = torch.zeros(category.shape, dtype=torch.bool)
        for index, tree in enumerate(trees):
            forbidden[index] = torch.from_numpy(crossing(n, inner_spans(tree))[starts_and_ends(n)])
            for (start, end), name in categories_of(tree).items():
                category[index, row(n, start, end)] = numbers[name]
        of_spans = self.log_p.gather(1, category.t()).t()  # (trees, spans)
        of_root = of_spans[:, -1]
        if n == 1:
            return of_root
        nodes, splits = self.distribution.scores
        scored = (nodes + of_spans.unsqueeze(-1)).masked_fill(forbidden.unsqueeze(-1), -1e18)
        joint = log_partition(Scores(scored, splits.expand(len(trees), -1, -1, -1)))
        return of_root + joint - log_partition(self.distribution.scores)


class Proposal:
    """A mixture of a parser's distributions over the trees of a sentence at several temperatures.

    A flat component covers trees that the parser hardly draws, but to which a grammar may give most of the probability;
    then importance weights are bounded (Hesterberg 1995, "Weighted average importance sampling and defensive mixture
    distributions", Technometrics). Every component draws the same number of trees, and a tree's probability is that of
    the mixture.

    Args:
        parser: the chart parser.
        labelled: whether the trees have categories.
        temperatures: the divisors of the parser's scores; above 1 for a flatter distribution (default: 1, 2 and 4).

    Raises:
        InputError: if a temperature is not positive, or the parser has no categories although the trees have.
    """

    @checked
    def __init__(self, parser: ChartParser, *, labelled: bool, temperatures: Sequence[Positive] = TEMPERATURES) -> None:
        if labelled and not parser.labels:
            raise InputError(f"{argument('parser')}: predicts no categories; must be trained on trees with categories")
        if not temperatures:
            raise InputError(f"{argument('temperatures')}: must be one or more")
        self.parser, self.labelled, self.temperatures = parser, labelled, tuple(temperatures)
        self.names = tuple(parser.network.inventory.categories)

    @torch.inference_mode()
    def sample(self, words: Sequence[str], count: int, generator: torch.Generator | None = None) -> Proposed:
        """Draw independent trees of a sentence, the first components one more if `count` is not divisible."""
        components, k = self._components(words), len(self.temperatures)
        shares = [(count + k - 1 - index) // k for index in range(k)]
        counts = Counter[Any]()
        for component, share in zip(components, shares, strict=True):
            counts.update(component.sample(share, generator) if share else ())
        trees = list(counts)
        log_q = [component.log_probabilities(trees) for component in components]
        weights = torch.tensor(shares, dtype=torch.float64).div(count).log()
        mixed = torch.logsumexp(torch.stack(log_q) + weights[:, None], dim=0)
        return Proposed(trees, torch.tensor(list(counts.values())), mixed)

    def _components(self, words: Sequence[str]) -> list[Component]:
        scores = [part.double() for part in self.parser.distribution(words).scores]
        at_each = [TreeDistribution(Scores(*(part / t for part in scores))) for t in self.temperatures]
        if not self.labelled:
            return [BinaryComponent(words, distribution) for distribution in at_each]
        network = self.parser.network
        categories = network.category(network.spans(self.parser.encode([words])[0].fenceposts))[0].double()
        categories[-1, self.names.index(NULL)] = -torch.inf  # the whole sentence is a constituent
        return [
            LabelledComponent(words, distribution, self.names, (categories / t).log_softmax(dim=1))
            for distribution, t in zip(at_each, self.temperatures, strict=True)
        ]


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


def proposal_of(
    parser: ChartParser, transitions: Transitions, temperatures: Sequence[float] = TEMPERATURES
) -> Proposal:
    """The proposal of a grammar's trees.

    Args:
        parser: the chart parser.
        transitions: the transition system of the grammar.
        temperatures: as in `Proposal` (default: 1, 2 and 4).

    Raises:
        InputError: as `Proposal`, and if the parser has a category that the grammar does not have.
    """
    proposal = Proposal(parser, labelled=transitions.tree_type is NaryTree, temperatures=temperatures)
    for name in proposal.names if proposal.labelled else ():
        for category in name.split("+") if name != NULL else ():
            if category not in transitions.categories:
                raise InputError(
                    f"{argument('parser')}: predicts the category {category!r}, which the grammar does not have; must "
                    "be trained on the trees of the grammar"
                )
    return proposal
