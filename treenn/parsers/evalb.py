"""How well trees agree with a treebank's: precision, recall and F1 of brackets.

A bracket is a node as (start, end), and with its label (label, start, end); counted as EVALB counts them:

- The words' own labels (tags) are no brackets. Nor are nodes over one word, nor those over the whole sentence: every
  tree has these. (EVALB itself counts the latter; leave that in mind beside figures of others.)
- Without punctuation: words made only of punctuation are deleted from both trees and the spans counted anew over what
  is left; what then covers one word or the whole sentence is left out too.
- Labelled: multisets, so a unary chain over two words or more counts once a node; nodes without a label do not count.
- Unlabelled: each span counts once in its tree, however many nodes cover just its words.
- Precision, recall and F1 over the corpus take the sums over all sentences. Sentence F1 is the mean of the sentences'
  own F1; those with no bracket in either tree are left out of it. Where there is nothing to find and nothing was
  found, a score is 1.
- Where the treebank's tree is not binary, what a parser's binary tree merely adds to be binary is taken out of it first
  (`unbinarize`).
- Exact is the share of sentences whose brackets are all the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import TypeAlias

from treenn.parsers.punctuation import is_punctuation
from treenn.trees.binarize import unbinarize
from treenn.trees.errors import InputError
from treenn.trees.nary import NaryTree, inner_children
from treenn.trees.tree import Label, Tree

AnyTree: TypeAlias = Tree | NaryTree
Bracket: TypeAlias = tuple[Label, int, int]


@dataclass(frozen=True)
class Scores:
    """What was counted over a corpus, and the shares it makes.

    Args:
        gold: brackets of the treebank's trees.
        predicted: brackets of the parser's.
        matched: brackets that both have.
        sentence_f1: mean of the sentences' own F1.
        exact: share of sentences whose brackets are all the same.
    """

    gold: int
    predicted: int
    matched: int
    sentence_f1: float
    exact: float

    @property
    def precision(self) -> float:
        """The share of the parser's brackets that the treebank has."""
        return _share(self.matched, self.predicted)

    @property
    def recall(self) -> float:
        """The share of the treebank's brackets that the parser found."""
        return _share(self.matched, self.gold)

    @property
    def f1(self) -> float:
        """The harmonic mean of both."""
        return _share(2 * self.matched, self.gold + self.predicted)

    def as_dict(self) -> dict[str, float]:
        """All of it, for JSON."""
        shares = ("precision", "recall", "f1", "sentence_f1", "exact")
        return {name: getattr(self, name) for name in (*shares, "gold", "predicted", "matched")}


@dataclass(frozen=True)
class Evaluation:
    """The scores of a corpus; those with labels are `None` where one of the sides has none.

    Args:
        sentences: how many there are.
        with_punctuation: unlabelled, every word counted.
        without_punctuation: unlabelled, punctuation deleted.
        labelled: as `with_punctuation`, with labels.
        labelled_without_punctuation: as `without_punctuation`, with labels.
    """

    sentences: int
    with_punctuation: Scores
    without_punctuation: Scores
    labelled: Scores | None
    labelled_without_punctuation: Scores | None

    def as_dict(self) -> dict[str, object]:
        """All of it, for JSON."""
        return {name: value.as_dict() if isinstance(value, Scores) else value for name, value in vars(self).items()}


def evaluate(gold: Sequence[AnyTree], predicted: Sequence[AnyTree]) -> Evaluation:
    """Score a parser's trees against a treebank's; what is counted, and how, stands at the head of this file.

    Raises:
        InputError: where the two do not have the same sentences in the same order.

    >>> from treenn.trees import parse_trees
    >>> gold = parse_trees("(X (X (X not) (X (X very) (X good))) (X .))")
    >>> scores = evaluate(gold, parse_trees("(X (X not) (X (X very) (X (X good) (X .))))"))
    >>> scores.with_punctuation.f1, scores.without_punctuation.f1
    (0.0, 1.0)
    """
    _check_same_sentences(gold, predicted)
    predicted = [_as_wide(tree, wanted) for tree, wanted in zip(predicted, gold, strict=True)]
    labels = any(map(_has_labels, gold)) and any(map(_has_labels, predicted))
    scores: list[Scores] = []
    labelled: list[Scores] = []
    for punctuation in (True, False):
        found = [(_brackets(a, punctuation), _brackets(b, punctuation)) for a, b in zip(gold, predicted, strict=True)]
        scores.append(_scores([(_spans(a), _spans(b)) for a, b in found]))
        if labels:
            labelled.append(_scores([(_with_labels(a), _with_labels(b)) for a, b in found]))
    return Evaluation(len(gold), *scores, *(labelled or (None, None)))


def _check_same_sentences(gold: Sequence[AnyTree], predicted: Sequence[AnyTree]) -> None:
    if len(gold) != len(predicted):
        raise InputError(f"there are {len(gold)} trees to find and {len(predicted)} found; each sentence needs both")
    for number, (a, b) in enumerate(zip(gold, predicted, strict=True)):
        if a.words != b.words:
            at = next((at for at, pair in enumerate(zip(a.words, b.words, strict=False)) if pair[0] != pair[1]), None)
            what = f"{len(a.words)} and {len(b.words)} words" if at is None else f"{a.words[at]!r} and {b.words[at]!r}"
            raise InputError(f"the two trees of sentence {number} do not have the same words: {what}")


def _as_wide(tree: AnyTree, gold: AnyTree) -> AnyTree:
    return unbinarize(tree) if isinstance(tree, Tree) and isinstance(gold, NaryTree) else tree


def _has_labels(tree: AnyTree) -> bool:
    return any(label is not None for label in tree.labels[len(tree.words) :])


def _brackets(tree: AnyTree, punctuation: bool) -> list[Bracket]:
    """The brackets of a tree that count, in node order."""
    n = len(tree.words)
    counts = [punctuation or not is_punctuation(word) for word in tree.words]
    spans = list(pairwise(accumulate(counts, initial=0)))
    for children in inner_children(tree):
        spans.append((spans[children[0]][0], spans[children[-1]][1]))
    whole = spans[-1][1]
    return [
        (label, start, end)
        for label, (start, end) in zip(tree.labels[n:], spans[n:], strict=True)
        if 1 < end - start < whole
    ]


def _spans(brackets: list[Bracket]) -> Counter[Bracket]:
    return Counter({(None, start, end) for _, start, end in brackets})


def _with_labels(brackets: list[Bracket]) -> Counter[Bracket]:
    return Counter(bracket for bracket in brackets if bracket[0] is not None)


def _scores(pairs: list[tuple[Counter[Bracket], Counter[Bracket]]]) -> Scores:
    counts = [(gold.total(), predicted.total(), (gold & predicted).total()) for gold, predicted in pairs]
    f1s = [2 * matched / (gold + predicted) for gold, predicted, matched in counts if gold + predicted]
    same = sum(gold == predicted == matched for gold, predicted, matched in counts)
    gold, predicted, matched = (sum(column) for column in zip(*counts, strict=True)) if counts else (0, 0, 0)
    return Scores(gold, predicted, matched, _share(sum(f1s), len(f1s)), _share(same, len(counts)))


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 1.0
