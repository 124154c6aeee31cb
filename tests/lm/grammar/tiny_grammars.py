"""Tiny grammars in float64, and an oracle: their probabilities action by action, with a list as the stack."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from parsers.chart.every_tree import all_trees
from torch import Tensor, nn

from treenn.cells import BinaryTreeLSTM
from treenn.lm.grammar.composition import BiLSTMComposition, CellComposition
from treenn.lm.grammar.derivation import MOST_OPEN
from treenn.lm.grammar.encoder import RNNG
from treenn.lm.grammar.head import GrammarHead
from treenn.lm.grammar.joint import joint_log_probabilities, joint_loss
from treenn.lm.grammar.packing import pack_derivations
from treenn.lm.grammar.transitions import BottomUp, TopDown, Transitions
from treenn.models.text_vocabulary import END, TextVocabulary
from treenn.trees import NaryTree, Tree

WORDS = ("so", "it", "goes")
CATEGORIES = ("S", "NP", "")


@dataclass
class Tiny:
    """A grammar with random weights."""

    encoder: RNNG
    head: GrammarHead
    embedding: Tensor
    transitions: Transitions
    vocabulary: TextVocabulary

    def log_probabilities(self, trees: Sequence[Any]) -> Tensor:
        return joint_log_probabilities(*self._arguments(trees), self.ids(trees))

    def loss(self, trees: Sequence[Any]) -> Tensor:
        ids = self.ids(trees)
        return joint_loss(*self._arguments(trees), self.embedding[ids], ids)

    def ids(self, trees: Sequence[Any]) -> Tensor:
        return self.vocabulary.encode([word for tree in trees for word in tree.words])

    def _arguments(self, trees: Sequence[Any]) -> tuple[Any, ...]:
        return self.encoder, self.head, pack_derivations(trees, self.transitions), self.embedding

    @property
    def parameters(self) -> list[Tensor]:
        return [self.embedding, *self.encoder.parameters(), *self.head.parameters()]


def tiny(kind: str, *, tied: bool = False) -> Tiny:
    """A grammar of `labelled` or `binary` trees, or one composed by a `cell`."""
    torch.manual_seed(7)
    transitions: Transitions = TopDown(CATEGORIES) if kind == "labelled" else BottomUp()
    composition = CellComposition(BinaryTreeLSTM(4, 3)) if kind == "cell" else BiLSTMComposition(4)
    encoder, vocabulary = RNNG(4, 5, composition=composition), TextVocabulary([END, *WORDS])
    head = GrammarHead(5, len(vocabulary), len(transitions.categories), 4, tied=4 if tied else None)
    for parameter in (*encoder.parameters(), *head.parameters()):
        nn.init.uniform_(parameter, -1, 1)
    embedding = torch.empty(len(vocabulary), 4, dtype=torch.float64).uniform_(-1, 1).requires_grad_()
    return Tiny(encoder.double(), head.double(), embedding, transitions, vocabulary)


def every_binary_tree(words: Sequence[str]) -> list[Tree]:
    """All binary trees over words."""
    return [_tree(tuple(words), splits) for splits in all_trees(0, len(words))]


def _tree(words: tuple[str, ...], splits: frozenset[tuple[int, int, int]]) -> Tree:
    nodes = {(index, index + 1): index for index in range(len(words))}
    merges = []
    for start, split, end in sorted(splits, key=lambda node: node[2] - node[0]):
        merges.append((nodes[start, split], nodes[split, end]))
        nodes[start, end] = len(words) + len(merges) - 1
    return Tree(words, tuple(merges), ())


LABELLED = (
    NaryTree(WORDS, ((0, 1), (3,), (4, 2)), (None, None, None, "NP", "NP", "S")),
    NaryTree(WORDS[:2], ((0,), (2, 1), (3,)), (None, None, "S", None, "NP")),
    NaryTree(("goes", "gone", "so", "goes"), ((0,), (1, 2, 3), (4, 5)), (None, None, None, None, "NP", "S", "S")),
    NaryTree(("gone",), ((0,),), (None, "NP")),
)
"""Labelled trees with a unary chain, a node without a label, three children, and unknown words."""


def by_hand(grammar: Tiny, tree: Any) -> Tensor:
    """The log-probability of a tree and its sentence, by recursion over the tree and a list as the stack."""
    oracle = _Oracle(grammar)
    words = iter(grammar.vocabulary.encode(tree.words).tolist())
    top_down = isinstance(tree, NaryTree)

    def derive(node: int) -> None:
        if node < len(tree.words):
            oracle.shift(next(words))
            return
        children = tree.children[node - len(tree.words)] if top_down else tree.merges[node - len(tree.words)]
        category = CATEGORIES.index(tree.labels[node] or "") if top_down else 0
        if top_down:
            oracle.open(category)
        for child in children:
            derive(child)
        oracle.reduce(category, len(children))

    derive(len(tree.labels) - 1)
    if not top_down:
        oracle.choose(2)
    return oracle.log_p


class _Oracle:
    def __init__(self, grammar: Tiny) -> None:
        self.grammar, self.log_p = grammar, grammar.embedding.new_zeros(())
        self.composition: Any = grammar.encoder.composition
        self.top_down = isinstance(grammar.transitions, TopDown)
        size = grammar.encoder.output_size
        zero = torch.zeros(size, dtype=torch.float64)
        bottom = self.lstm(torch.zeros(grammar.encoder.stack.input_size, dtype=torch.float64), zero, zero)
        self.stack: list[tuple[Any, ...]] = [(None, *bottom, None)]  # vector, h, c, kind

    def lstm(self, x: Tensor, h: Tensor, c: Tensor) -> tuple[Tensor, Tensor]:
        return _lstm(self.grammar.encoder.stack.lstm, x, h, c)

    def permitted(self) -> list[bool]:
        n_open, size = sum(kind == "open" for *_, kind in self.stack), len(self.stack) - 1
        may = [True, size > 1, size == 1, False]
        if self.top_down:
            may = [n_open > 0, n_open > 0 and self.stack[-1][-1] != "open", False]
            may += [(n_open > 0 or size == 0) and n_open < MOST_OPEN] * len(CATEGORIES)
        return may

    def choose(self, action: int) -> None:
        head, h = self.grammar.head, self.stack[-1][1]
        scores = head.actions.weight @ h + head.actions.bias
        exps = [score.exp() if may else 0 for score, may in zip(scores, self.permitted(), strict=True)]
        self.log_p = self.log_p + (exps[action] / sum(exps)).log()

    def shift(self, word: int) -> None:
        h, words = self.stack[-1][1], self.grammar.head.words
        self.choose(0)
        weight = torch.cat([self.grammar.embedding[:1], self.grammar.embedding[2:]])
        if words.weight is not None:
            weight = words.weight
        elif words.map is not None:
            h = words.map.weight @ h
        scores = weight @ h + words.bias
        self.log_p = self.log_p + scores[word - (word > 1)] - scores.exp().sum().log()
        self.push(self.composition.leaf(self.grammar.embedding[word][None])[0], "word")

    def open(self, category: int) -> None:
        self.choose(3 + category)
        self.push(self.grammar.head.categories.weight[category], "open")

    def reduce(self, category: int, arity: int) -> None:
        self.choose(1)
        children = [self.stack.pop()[0] for _ in range(arity)][::-1]
        if self.top_down:
            self.stack.pop()
        label = self.grammar.head.categories.weight[category]
        self.push(self.compose(label, children), "node")

    def compose(self, label: Tensor, children: list[Tensor]) -> Tensor:
        if isinstance(self.composition, CellComposition):
            return self.composition.cell.compose(children[0][None], children[1][None])[0]
        ends = []
        for net, order in ((self.composition.forward_net, children), (self.composition.backward_net, children[::-1])):
            h = c = torch.zeros_like(label)
            for x in (label, *order):
                h, c = _lstm(net.lstm, x, h, c)
            ends.append(h)
        linear = self.composition.linear
        return torch.tanh(linear.weight @ torch.cat(ends) + linear.bias)

    def push(self, vector: Tensor, kind: str) -> None:
        _, h, c, _ = self.stack[-1]
        width = self.grammar.encoder.stack.input_size
        self.stack.append((vector, *self.lstm(vector[:width], h, c), kind))


def _lstm(lstm: nn.LSTM, x: Tensor, h: Tensor, c: Tensor) -> tuple[Tensor, Tensor]:
    W, U, b, d = lstm.weight_ih_l0, lstm.weight_hh_l0, lstm.bias_ih_l0 + lstm.bias_hh_l0, len(h)
    z = W @ x + U @ h + b
    c = z[d : 2 * d].sigmoid() * c + z[:d].sigmoid() * z[2 * d : 3 * d].tanh()
    return z[3 * d :].sigmoid() * c.tanh(), c
