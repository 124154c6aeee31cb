"""Search and objectives, compared with plain Python: merge by merge, over all orders, without tables."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

import pytest
import torch
from torch import Tensor

from treenn.models.vocabulary import Vocabulary
from treenn.parsers.recursive.beam_search import SearchResult, Sentences, search
from treenn.parsers.recursive.gold import gold_of
from treenn.parsers.recursive.max_margin import margin_loss, steps_loss
from treenn.parsers.recursive.merge_scorer import MergeNetwork, build
from treenn.parsers.recursive.recursive_parser import trees_of
from treenn.parsers.recursive.recursive_settings import RecursiveSettings
from treenn.trees import NaryTree, Tree
from treenn.trees.nary import inner_children

WORDS = list("abcdefgh")
Span = tuple[int, int]
AnyTree = Tree | NaryTree
SMALL = RecursiveSettings(size=4, hidden=5, word_size=3, context="none", dropout=0.0)


@pytest.fixture(params=["parent, tanh", "parent, tree-lstm", "neighbours, tanh", "neighbours, rntn"])
def network(request: pytest.FixtureRequest) -> MergeNetwork:
    scorer, cell = request.param.split(", ")
    return make(replace(SMALL, scorer=scorer, cell={"tanh": "recursive-tanh"}.get(cell, cell)))


def make(settings: RecursiveSettings) -> MergeNetwork:
    """Set weights large enough that trees differ."""
    network = build(settings, Vocabulary(WORDS)).double()
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=generator, dtype=torch.float64))
    return network


def sentences_of(*lengths: int, seed: int = 0) -> list[list[str]]:
    draw = random.Random(seed)
    return [[draw.choice(WORDS) for _ in range(length)] for length in lengths]


def searched(network: MergeNetwork, sentences: list[list[str]], width: int) -> tuple[SearchResult, list[Tree]]:
    lengths = torch.tensor([len(words) for words in sentences])
    found = search(network, network.vectors(sentences), Sentences(lengths.cumsum(0) - lengths, lengths), width)
    return found, trees_of(found, sentences, lengths)


@dataclass(frozen=True)
class Node:
    state: Tensor
    span: Span


@dataclass(frozen=True)
class Partial:
    """A partial tree: current nodes, brackets so far, and the sum of scores."""

    nodes: tuple[Node, ...]
    brackets: frozenset[Span]
    score: Tensor


def begin(network: MergeNetwork, words: list[str]) -> Partial:
    states = [network.cell.leaf(row[None]) for row in network.vectors([words])]
    nodes = tuple(Node(state, (at, at + 1)) for at, state in enumerate(states))
    return Partial(nodes, frozenset(), torch.zeros((), dtype=torch.float64))


def after(network: MergeNetwork, partial: Partial, at: int) -> Partial:
    nodes = partial.nodes
    left, right = nodes[at], nodes[at + 1]
    parent = Node(network.cell.compose(left.state, right.state), (left.span[0], right.span[1]))
    outside = network.outside
    seen = [network.cell.output(node.state)[0] for node in (left, right, parent)]
    before = network.cell.output(nodes[at - 1].state)[0] if at else outside
    behind = network.cell.output(nodes[at + 2].state)[0] if at + 2 < len(nodes) else outside
    weights = list(network.scorer.parameters())
    if len(weights) == 1:
        score = weights[0][0] @ seen[2]
    else:
        score = weights[2][0] @ (weights[0] @ torch.cat([before, *seen, behind]) + weights[1]).clamp(min=0)
    return Partial((*nodes[:at], parent, *nodes[at + 2 :]), partial.brackets | {parent.span}, partial.score + score)


def greedy(network: MergeNetwork, words: list[str]) -> Partial:
    partial = begin(network, words)
    while len(partial.nodes) > 1:
        options = [after(network, partial, at) for at in range(len(partial.nodes) - 1)]
        partial = max(options, key=lambda option: option.score.item())
    return partial


def every(network: MergeNetwork, words: list[str]) -> Iterator[Partial]:
    """All ways to merge the words, in every order."""
    todo = [begin(network, words)]
    while todo:
        partial = todo.pop()
        if len(partial.nodes) == 1:
            yield partial
        todo += [after(network, partial, at) for at in range(len(partial.nodes) - 1)]


def brackets_of(tree: AnyTree) -> frozenset[Span]:
    spans = [(at, at + 1) for at in range(len(tree.words))]
    for children in inner_children(tree):
        spans.append((spans[children[0]][0], spans[children[-1]][1]))
    return frozenset(span for span in spans if span[1] - span[0] > 1)


def cross(a: Span, b: Span) -> bool:
    return a[0] < b[0] < a[1] < b[1] or b[0] < a[0] < b[1] < a[1]


def wrong(brackets: frozenset[Span], gold: AnyTree) -> int:
    return sum(any(cross(bracket, other) for other in brackets_of(gold)) for bracket in brackets)


def random_trees(*lengths: int, seed: int = 0) -> list[AnyTree]:
    """Trees over random words, some nodes of three children among them."""
    draw, trees = random.Random(seed), list[AnyTree]()
    for words in sentences_of(*lengths, seed=seed):
        standing, children = list(range(len(words))), list[tuple[int, ...]]()
        while len(standing) > 1:
            count = min(len(standing), draw.choice((2, 2, 2, 3)))
            at = draw.randrange(len(standing) - count + 1)
            children.append(tuple(standing[at : at + count]))
            standing[at : at + count] = [len(words) + len(children) - 1]
        trees.append(NaryTree(tuple(words), tuple(children), (None,) * (len(words) + len(children))))
    return trees


def test_greedy_search_is_the_plain_one(network: MergeNetwork) -> None:
    sentences = sentences_of(12, 9, 9, 7, 5, 4, 3, 2, 2, 1)
    found, trees = searched(network, sentences, 1)
    for words, tree, total in zip(sentences, trees, found.totals[:, -1], strict=True):
        plain = greedy(network, words)
        assert brackets_of(tree) == plain.brackets
        torch.testing.assert_close(total, plain.score)


def test_a_wide_beam_finds_the_best_of_all(network: MergeNetwork) -> None:
    sentences = sentences_of(6, 6, 5, 5, 4, 3, 1, seed=1)
    found, trees = searched(network, sentences, 200)
    better = 0
    for words, tree, total in zip(sentences, trees, found.totals[:, -1], strict=True):
        best = max(every(network, words), key=lambda partial: partial.score.item())
        assert brackets_of(tree) == best.brackets
        torch.testing.assert_close(total, best.score)
        better += best.brackets != greedy(network, words).brackets
    assert better > 0  # else greedy search would pass as well


def test_a_beam_holds_no_partial_tree_twice(network: MergeNetwork) -> None:
    """Of four words the first two can be merged before the last two or after them: all the same, so there are 5."""
    steps = searched(network, sentences_of(4, seed=2), 200)[0].steps
    alive = [int((step.merges[0] != 0).any(1).sum()) for step in steps]
    assert alive == [1, 3, 5]


@pytest.mark.parametrize("kappa", [0.0, 0.5, 3.0])
def test_the_margin_loss_is_that_over_all_trees(network: MergeNetwork, kappa: float) -> None:
    trees = random_trees(5, 5, 5, 4, 3, 2, seed=3)
    expected = []
    for tree in trees:
        partials = list(every(network, list(tree.words)))
        violating = max(partial.score.item() + kappa * wrong(partial.brackets, tree) for partial in partials)
        right = max(partial.score.item() for partial in partials if not wrong(partial.brackets, tree))
        expected.append(violating - right)
    loss = margin_loss(network, *prepared(network, trees), kappa, width=200)
    assert loss.item() == pytest.approx(sum(expected) / len(expected))
    assert loss.item() > 0


def test_max_violation_is_the_largest_prefix_difference(network: MergeNetwork) -> None:
    trees, kappa, expected, whole = random_trees(9, 8, 7, 7, 5, 3, seed=6), 0.5, [], []
    for tree in trees:
        violating = right = begin(network, list(tree.words))
        differences = list[float]()
        while len(right.nodes) > 1:
            options = [after(network, violating, at) for at in range(len(violating.nodes) - 1)]
            violating = max(options, key=lambda p: p.score.item() + kappa * wrong(p.brackets, tree))
            options = [after(network, right, at) for at in range(len(right.nodes) - 1)]
            right = max((p for p in options if not wrong(p.brackets, tree)), key=lambda p: p.score.item())
            differences.append((violating.score - right.score).item() + kappa * wrong(violating.brackets, tree))
        expected.append(max(differences))
        whole.append(max(differences[-1], 0))
    assert sum(whole) < sum(expected)
    for prefixes, values in ((True, expected), (False, whole)):
        loss = margin_loss(network, *prepared(network, trees), kappa, prefixes=prefixes)
        assert loss.item() == pytest.approx(sum(values) / len(values))


def prepared(network: MergeNetwork, trees: list[AnyTree]) -> tuple[Tensor, Tensor, object]:
    return (
        network.vectors([tree.words for tree in trees]),
        torch.tensor([len(tree.words) for tree in trees]),
        gold_of(trees),
    )


@pytest.mark.parametrize("faithful", [True, False])
def test_the_loss_of_steps_is_the_plain_one(network: MergeNetwork, faithful: bool) -> None:
    trees = random_trees(9, 8, 7, 7, 6, 4, 3, 2, seed=4)
    total, strayed = 0.0, 0
    for tree in trees:
        partial = begin(network, list(tree.words))
        while len(partial.nodes) > 1:
            options = [after(network, partial, at) for at in range(len(partial.nodes) - 1)]
            right = [reachable(option, tree) == reachable(partial, tree) for option in options]
            values = torch.stack([option.score - partial.score for option in options]) + 0.3 * ~torch.tensor(right)
            total -= values.softmax(0)[torch.tensor(right)].sum().log().item()
            taken = [option for option, good in zip(options, right, strict=True) if good or not faithful]
            partial = max(taken, key=lambda option: option.score.item())
        strayed += wrong(partial.brackets, tree)
    flags = torch.full((len(trees),), faithful)
    loss = steps_loss(network, *prepared(network, trees), kappa=0.3, faithful=flags)
    assert loss.item() == pytest.approx(total / len(trees))
    assert (strayed == 0) == faithful


def reachable(partial: Partial, tree: AnyTree) -> frozenset[Span]:
    """Gold brackets that are made or still possible: those that cross no existing bracket."""
    return frozenset(a for a in brackets_of(tree) if not any(cross(a, b) for b in partial.brackets))


@pytest.mark.parametrize("objective", ["margin", "margin, beam", "steps"])
def test_gradients_are_those_of_finite_differences(network: MergeNetwork, objective: str) -> None:
    trees = random_trees(6, 5, 4, 4, seed=5)
    vectors, lengths, gold = prepared(network, trees)
    x = vectors.detach().requires_grad_()

    def loss(x: Tensor, *_: Tensor) -> Tensor:
        if objective == "steps":
            return steps_loss(network, x, lengths, gold, 0.1, torch.tensor([True, False, True, False]))
        return margin_loss(network, x, lengths, gold, 1.0, 4 if "beam" in objective else 1)

    trained = [parameter for name, parameter in network.named_parameters() if not name.startswith("embedding")]
    assert torch.autograd.gradcheck(loss, (x, *trained), fast_mode=True)
    gradients = torch.autograd.grad(loss(x), [x, *trained], materialize_grads=True, allow_unused=True)
    met = [gradient.abs().sum() > 0 for gradient in gradients]
    assert met[0] and sum(met) >= len(met) - 1  # `outside` is unused where the parent alone is scored


def test_scores_with_gradients_are_those_of_the_search(network: MergeNetwork) -> None:
    sentences = sentences_of(9, 7, 3, 2)
    tables = searched(network, sentences, 1)[0].tables
    numbers = tables.scores.isfinite().nonzero().squeeze(1)
    again = tables.differentiable_scores(network.vectors(sentences), numbers)
    torch.testing.assert_close(again, tables.scores[numbers])
    assert len(numbers) > 8 + 6 + 2 + 1


@pytest.mark.parametrize("seed", range(5))
def test_spans_crossing_gold_brackets_are_wrong(seed: int) -> None:
    trees = random_trees(9, 6, 2, seed=seed)
    gold = gold_of(trees)
    for tree, table, starts, ends in zip(trees, gold.wrong, gold.starts, gold.ends, strict=True):
        n, brackets = len(tree.words), brackets_of(tree)
        crossing = {(a, b) for a in range(n) for b in range(a + 1, n + 1) if any(cross((a, b), c) for c in brackets)}
        assert {(a, b) for a, b in table.nonzero().tolist()} == crossing
        held = {(a, b) for a, b in zip(starts.tolist(), ends.tolist(), strict=True) if b}
        assert held == brackets
        assert all(a < b for a, b in pairwise(sorted(held)))
