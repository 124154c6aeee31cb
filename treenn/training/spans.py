"""`with_spans`: a sentence and sampled phrases, the training examples of sequence networks in Tai et al. 2015."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from treenn.trees import Tree

SPANS = 4
"""The number of phrases sampled per sentence: `train_subtrees` in the authors' code (stanfordnlp/treelstm)."""


def with_spans(tree: Tree, generator: np.random.Generator, count: int = SPANS) -> Iterator[Tree]:
    """A tree and subtrees of labelled nodes, sampled uniformly with replacement.

    As in the authors' code (sentiment/LSTMSentiment.lua), words are sampled like phrases, and the root, which is
    yielded first, is not. Without labels below the root, only the sentence is yielded.

    Args:
        tree: the sentence.
        generator: the random generator.
        count: the number of subtrees (default: 4).

    >>> from treenn.trees import parse_tree
    >>> tree = parse_tree("(3 (2 not) (1 (2 so) (1 bad)))", classes=5)
    >>> [" ".join(each.words) for each in with_spans(tree, np.random.default_rng(0))]
    ['not so bad', 'so bad', 'bad', 'bad', 'so']
    """
    yield tree
    below = [node for node, label in enumerate(tree.labels[:-1]) if label is not None]
    if below:
        for index in generator.integers(len(below), size=count).tolist():
            yield tree.subtree(below[index])
