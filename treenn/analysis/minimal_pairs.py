"""Pairs of phrases that differ in one negation, made from a treebank (after Socher et al. 2013, section 6.4)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, NamedTuple

from treenn.trees import Tree

NEGATORS = frozenset(("not", "n't", "never", "no", "nothing", "none", "neither", "nor", "without"))
"""The words that negate a sentence, in lower case."""

_BE = frozenset(("is", "are", "was", "were", "am", "'s", "'re", "'m"))
_MODALS = frozenset(("can", "could", "will", "would", "should", "may", "might", "must"))
_LONGEST = 15
_OTHER_TURNS = NEGATORS | {"but", "although", "though", "despite"}  # the sentiment turns in the phrase already
_OTHER_TURNS |= {"hardly", "barely", "rarely", "only", "just", "merely", "simply"}  # "not just good" is good
# Words that follow a negation and seldom occur without one.
_ONLY_NEGATED = frozenset(("any", "anything", "anyone", "anybody", "ever", "yet", "much", "enough"))

RULE = (
    "Phrases of two parts, a word and the rest, whose rest is labelled positive or negative. "
    f"Inserted: the word is {', '.join(sorted(_BE | _MODALS))}, the phrase has the polarity of the rest, "
    'and "not" is inserted after the word: (is good), ((is not) good). '
    f"Removed: the word is {', '.join(sorted(_BE))}, and not or n't after it is removed: ((is n't) good), (is good); "
    f"not if the rest contains {', '.join(sorted(_ONLY_NEGATED))}. "
    f"Phrases have at most {_LONGEST} words; the rest contains none of {', '.join(sorted(_OTHER_TURNS))}; words in any "
    "case; no pair occurs twice."
)
"""The construction of pairs, in words."""


class MinimalPair(NamedTuple):
    """A phrase with and without one negation.

    Args:
        plain: the phrase without negation.
        negated: the phrase with negation.
        polarity: the gold polarity of the negated part.
        made: whether the negation was inserted into a phrase of the treebank or removed from one.
    """

    plain: Tree
    negated: Tree
    polarity: Literal["positive", "negative"]
    made: Literal["inserted", "removed"]


def minimal_pairs(trees: Iterable[Tree], classes: int = 5) -> list[MinimalPair]:
    """All pairs that `RULE` makes of the trees; the test trees of SST give 515.

    Negations are placed as in the treebank: of those after a form of be or a modal in SST's training trees,
    99 in 100 are one node with that word.

    Args:
        trees: the trees, of a treebank with a sentiment scale.
        classes: the number of classes; those above the middle are positive, those below negative (default: 5).

    >>> from treenn.trees import parse_trees
    >>> for pair in minimal_pairs(parse_trees("(3 (2 it) (3 (2 is) (3 good)))", classes=5)):
    ...     print(pair.polarity, *pair.plain.words, "/", *pair.negated.words)
    positive is good / is not good
    """
    found: dict[tuple[str, ...], MinimalPair] = {}
    for tree in trees:
        for pair in _pairs(tree, classes - 1):
            found.setdefault(tuple(word.lower() for word in pair.negated.words), pair)
    return list(found.values())


def _pairs(tree: Tree, top: int) -> Iterator[MinimalPair]:
    """The pairs of one tree; `top` is the highest class."""
    n = len(tree.words)
    for node, (first, rest) in enumerate(tree.merges, start=n):
        start, end = tree.spans[node]
        side = _side(tree, rest, top)
        if side is None or end - start > _LONGEST:
            continue
        words = [word.lower() for word in tree.words[start:end]]
        head, others = words[: tree.spans[first][1] - start], words[tree.spans[first][1] - start :]
        if not _OTHER_TURNS.isdisjoint(others):
            continue
        if len(head) == 1 and head[0] in _BE | _MODALS and _side(tree, node, top) == side:
            plain = tree.subtree(node)
            yield MinimalPair(plain, with_word(plain, "not"), side, "inserted")
        elif _negated(head) and _ONLY_NEGATED.isdisjoint(others):
            negated = tree.subtree(node)
            yield MinimalPair(without_word(negated), negated, side, "removed")


def _side(tree: Tree, node: int, top: int) -> Literal["positive", "negative"] | None:
    label = tree.labels[node]
    if not isinstance(label, int) or 2 * label == top:
        return None
    return "positive" if 2 * label > top else "negative"


def _negated(head: Sequence[str]) -> bool:
    return len(head) == 2 and head[0] in _BE and head[1] in ("not", "n't")


def with_word(tree: Tree, word: str) -> Tree:
    """Insert a word after the first one, as its sibling; the result has no labels.

    >>> print(with_word(Tree(("is", "very", "good"), ((1, 2), (0, 3))), "not"))
    (X (X (X is) (X not)) (X (X very) (X good)))
    """
    n = len(tree.words)

    def moved(node: int) -> int:
        """The new number: the word moves all but the first by one, the pair all merges by another."""
        return n + 1 if node == 0 else node + 1 if node < n else node + 2

    merges = [(0, 1), *((moved(left), moved(right)) for left, right in tree.merges)]
    return Tree((tree.words[0], word, *tree.words[1:]), tuple(merges))


def without_word(tree: Tree) -> Tree:
    """Remove the second word, the sibling of the first; the result has no labels.

    >>> print(without_word(Tree(("is", "n't", "very", "good"), ((0, 1), (2, 3), (4, 5)))))
    (X (X is) (X (X very) (X good)))
    """
    pair = tree.parents[1]

    def moved(node: int) -> int:
        """The new number: one less after the word, two less after the pair, which becomes the first word."""
        return 0 if node in (0, pair) else node - 1 - (node > pair)

    merges = ((moved(left), moved(right)) for left, right in tree.merges if (left, right) != (0, 1))
    return Tree((tree.words[0], *tree.words[2:]), tuple(merges))
