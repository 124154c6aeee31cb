"""Input variants for ablations of structure: other trees, shuffled words, and written brackets."""

from __future__ import annotations

import hashlib
import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import chain

from treebanks import AnyTreebank, ParallelCorpus
from treenn.parsers.loading import load_parser
from treenn.parsers.shapes import Right
from treenn.trees import Tree

_BATCH = 100  # sentences parsed at a time, so that a parser's tables stay small

Change = Callable[[Sequence[Tree]], Iterator[Tree]]
"""Maps trees to the same number of trees."""


def input_variant(treebank: AnyTreebank, trees: str, *, shuffle: bool, seed: int) -> AnyTreebank:
    """Return a treebank with other trees or shuffled words, in every split.

    Args:
        treebank: the treebank.
        trees: `gold`, `brackets` or a parser, as in a plan's `Model`.
        shuffle: whether to shuffle the words of each sentence, after parsing.
        seed: the seed of random trees and of shuffling.
    """
    if trees == "brackets":
        treebank = treebank.map_trees(lambda trees: map(bracketed, trees))
    elif trees != "gold":
        parser = f"random:{seed}" if trees == "random" else trees
        treebank = treebank.map_trees(_reparsed(parser))
        if isinstance(treebank, ParallelCorpus):  # its models parse new texts
            treebank = replace(treebank, parser=parser)
    if shuffle:
        treebank = treebank.map_trees(lambda trees: (shuffled(tree, seed) for tree in trees))
    return treebank


def _reparsed(name: str) -> Change:
    parser = load_parser(name)

    def change(trees: Sequence[Tree]) -> Iterator[Tree]:
        for start in range(0, len(trees), _BATCH):
            batch = trees[start : start + _BATCH]
            for gold, tree in zip(batch, parser.parse_batch([tree.words for tree in batch]), strict=True):
                yield carry_labels(gold, tree)

    return change


def carry_labels(gold: Tree, tree: Tree) -> Tree:
    """Transfer labels to a tree over the same words, for all spans that both trees have.

    >>> from treenn.trees import parse_tree
    >>> gold = parse_tree("(1 (2 not) (4 (2 very) (3 good)))")
    >>> print(carry_labels(gold, parse_tree("(X (X (X not) (X very)) (X good))")))
    (1 (X (2 not) (2 very)) (3 good))
    """
    labels = dict(zip(gold.spans, gold.labels, strict=True))
    return tree.with_labels(labels.get(span) for span in tree.spans)


def bracketed(tree: Tree) -> Tree:
    """Return a right-branching tree over the words and brackets of a tree, for sequence networks.

    Bowman, Manning and Potts 2015 (CoCo) present formulas to an LSTM in this way (quoted from memory). Only the root
    keeps its label.

    >>> from treenn.trees import parse_tree
    >>> bracketed(parse_tree("(1 (2 not) (4 (2 very) (3 good)))")).words
    ('(', 'not', '(', 'very', 'good', ')', ')')
    """
    n = len(tree.words)
    opened, closed = Counter[int](), Counter[int]()
    for start, end in tree.spans[n:]:
        opened[start] += 1
        closed[end] += 1
    each = (["("] * opened[place] + [word] + [")"] * closed[place + 1] for place, word in enumerate(tree.words))
    right = Right().parse(list(chain.from_iterable(each)))
    return right.with_labels([None] * (len(right.labels) - 1) + [tree.label])


def shuffled(tree: Tree, seed: int) -> Tree:
    """Shuffle the words of a tree; words and root keep their labels, phrases lose theirs.

    The order depends only on the seed and the sentence.

    >>> from treenn.trees import parse_tree
    >>> print(shuffled(parse_tree("(1 (2 not) (4 (2 very) (3 good)))"), seed=1))
    (1 (2 not) (X (3 good) (2 very)))
    """
    n = len(tree.words)
    key = "\0".join((str(seed), *tree.words)).encode("utf-8", "surrogatepass")
    order = random.Random(hashlib.sha256(key).digest()).sample(range(n), n)
    labels = [tree.labels[word] for word in order] + [None] * (n - 1)
    labels[-1] = tree.label
    return Tree(tuple(tree.words[word] for word in order), tree.merges, tuple(labels))
