"""Sentence splitting, division of sentences over a parser's limit, and joined trees of several sentences."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import NamedTuple

from treenn.text import tokenize
from treenn.text.tokenizer import tokenize_sentences
from treenn.trees.errors import InputError
from treenn.trees.tree import Label, Tree

STRONG_MARKS = frozenset([";", ":", "--", ".", "!", "?", "...", "…", "—", "–", "。", "！", "？", "；", "：", "؟", "؛"])
"""Punctuation marks after which a sentence is preferably divided."""

WEAK_MARKS = frozenset([",", "，", "、", "،"])
"""Punctuation marks after which a sentence is divided if no strong mark is in range."""

CLOSING = frozenset(["''", "'", '"', "”", "’", "»", ")", "]", "}"])
"""Closing marks, which stay with the mark before them."""


class Sentence(NamedTuple):
    """One sentence of a text.

    Args:
        text: the sentence as it was written; for a part of a divided sentence, its words joined by spaces.
        words: its tokens, at least one.
    """

    text: str
    words: tuple[str, ...]


def find_sentences(text: str, *, split: bool = True) -> list[Sentence]:
    """Split a text into sentences and words.

    Args:
        text: any text.
        split: whether to split into sentences; if false, the whole text is one (default: True).

    Returns:
        The sentences in order; an empty list if the text has no words.

    >>> [sentence.words for sentence in find_sentences("Dull. It isn't funny.")]
    [('Dull', '.'), ('It', 'is', "n't", 'funny', '.')]
    """
    if split:
        return [Sentence(sentence, tuple(words)) for sentence, words in tokenize_sentences(text)]
    try:
        return [Sentence(text.strip(), tuple(tokenize(text.strip())))]
    except InputError:  # no words
        return []


def divide_sentences(sentences: Iterable[Sentence], max_words: int | None) -> list[Sentence]:
    """Replace each sentence of more than `max_words` words by its parts (`divide`); if None, no sentence is divided."""
    parts: list[Sentence] = []
    for sentence in sentences:
        if max_words is None or len(sentence.words) <= max_words:
            parts.append(sentence)
        else:
            parts += [Sentence(" ".join(words), words) for words in divide(sentence.words, max_words)]
    return parts


def divide(words: Sequence[str], max_words: int) -> list[tuple[str, ...]]:
    """Divide a sentence into parts of at most `max_words` words.

    Each cut follows the last strong mark (`STRONG_MARKS`) in the second half of the words that fit, else the last comma
    there, else the last word that fits. Closing quotes and brackets stay with the mark before them.

    Returns:
        The parts in order; their concatenation is `words`. No part is empty.

    Raises:
        InputError: if `max_words` is below 1.

    >>> divide("It is long ; far too long , really".split(), 6)
    [('It', 'is', 'long', ';'), ('far', 'too', 'long', ',', 'really')]
    """
    if max_words < 1:
        raise InputError(f"max_words {max_words}: must be 1 or more")
    parts, start = [], 0
    while len(words) - start > max_words:
        end = _cut(words, start + max_words // 2, start + max_words)
        parts.append(tuple(words[start:end]))
        start = end
    return [*parts, tuple(words[start:])] if start < len(words) else parts


def _cut(words: Sequence[str], low: int, high: int) -> int:
    """Return the best end of a part, above `low` and at most `high`."""
    for marks in (STRONG_MARKS, WEAK_MARKS):
        for end in range(high, low, -1):
            if words[end - 1] in marks:
                while end < high and words[end] in CLOSING:
                    end += 1
                return end
    return high


def join_trees(trees: Sequence[Tree]) -> Tree:
    """Join the trees of several sentences as subtrees of a balanced binary tree, whose upper nodes have no labels.

    The root of a sentence is at most about log2(number of sentences) levels below the new root.

    Raises:
        InputError: if there is no tree.

    >>> from treenn.trees import parse_tree
    >>> print(join_trees([parse_tree("(1 Dull)"), parse_tree("(0 (2 Not) (3 funny))"), parse_tree("(2 .)")]))
    (X (X (1 Dull) (0 (2 Not) (3 funny))) (2 .))
    """
    if not trees:
        raise InputError("trees is empty; must have at least one tree")
    words = tuple(chain.from_iterable(tree.words for tree in trees))
    merges, leaf_labels, inner_labels = list[tuple[int, int]](), list[Label](), list[Label]()
    roots: list[int] = []
    start = 0
    for tree in trees:
        size, shift = len(tree.words), len(words) + len(merges)
        nodes = [*range(start, start + size), *range(shift, shift + size - 1)]
        merges += [(nodes[left], nodes[right]) for left, right in tree.merges]
        leaf_labels += tree.labels[:size]
        inner_labels += tree.labels[size:]
        roots.append(nodes[-1])
        start += size
    labels = (*leaf_labels, *inner_labels, *[None] * (len(trees) - 1))
    return Tree(words, (*merges, *_spine(roots, len(words) + len(merges))), labels)


def _spine(roots: list[int], node: int) -> list[tuple[int, int]]:
    """Return the balanced merges of neighbouring roots, bottom-up; the first merge creates node number `node`."""
    merges: list[tuple[int, int]] = []
    while len(roots) > 1:
        pairs = list(zip(roots[::2], roots[1::2], strict=False))
        above = [*range(node + len(merges), node + len(merges) + len(pairs))]
        roots = above + roots[2 * len(pairs) :]
        merges += pairs
    return merges
