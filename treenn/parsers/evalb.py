"""Parsing metrics: precision, recall and F1 of brackets, by the rules of EVALB.

A bracket is the span (start, end) of a node, with its label (label, start, end):

- Part-of-speech tags are no brackets, nor are nodes over one word. The node over the whole sentence is excluded, too,
  since every tree has it; EVALB includes it, so figures are not directly comparable.
- Without punctuation: words of punctuation are deleted from both trees, and spans of one remaining word or of the whole
  remaining sentence are excluded.
- Labelled: multisets, so that a unary chain over two or more words counts once per node; nodes without a label are
  excluded.
- Unlabelled: sets; each span counts once per tree.
- Precision, recall and F1 are computed from sums over all sentences. Sentence F1 is the mean over sentences with a
  bracket in either tree. 0 / 0 is 1.
- If the gold tree is not binary, the predicted binary tree is unbinarized first (`unbinarize`).
- Exact match is the share of sentences whose predicted brackets equal the gold ones.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import TypeAlias

from treenn.parsers.brackets import inner_spans
from treenn.parsers.punctuation import is_punctuation
from treenn.trees.binarize import unbinarize
from treenn.trees.errors import InputError
from treenn.trees.nary import NaryTree
from treenn.trees.tree import Label, Tree

AnyTree: TypeAlias = Tree | NaryTree
Bracket: TypeAlias = tuple[Label, int, int]


@dataclass(frozen=True)
class Scores:
    """Bracket counts of a corpus, and the metrics derived from them.

    Args:
        gold: the number of gold brackets.
        predicted: the number of predicted brackets.
        matched: the number of brackets in both.
        sentence_f1: the mean of the sentences' F1.
        exact: the share of sentences with equal brackets.
    """

    gold: int
    predicted: int
    matched: int
    sentence_f1: float
    exact: float

    @property
    def precision(self) -> float:
        """The share of predicted brackets that are in the gold trees."""
        return _share(self.matched, self.predicted)

    @property
    def recall(self) -> float:
        """The share of gold brackets that are predicted."""
        return _share(self.matched, self.gold)

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        return _share(2 * self.matched, self.gold + self.predicted)

    def as_dict(self) -> dict[str, float]:
        """Convert all metrics and counts to JSON."""
        shares = ("precision", "recall", "f1", "sentence_f1", "exact")
        return {name: getattr(self, name) for name in (*shares, "gold", "predicted", "matched")}


@dataclass(frozen=True)
class Evaluation:
    """The scores of a corpus; labelled scores are None if either side has no labels.

    Args:
        sentences: the number of sentences.
        with_punctuation: unlabelled, all words.
        without_punctuation: unlabelled, punctuation deleted.
        labelled: labelled, all words.
        labelled_without_punctuation: labelled, punctuation deleted.
    """

    sentences: int
    with_punctuation: Scores
    without_punctuation: Scores
    labelled: Scores | None
    labelled_without_punctuation: Scores | None

    def as_dict(self) -> dict[str, object]:
        """Convert all scores to JSON."""
        return {name: value.as_dict() if isinstance(value, Scores) else value for name, value in vars(self).items()}


def evaluate(gold: Sequence[AnyTree], predicted: Sequence[AnyTree]) -> Evaluation:
    """Evaluate predicted trees against gold trees; the module's docstring defines the metrics.

    Raises:
        InputError: if `gold` and `predicted` do not have the same sentences in the same order.

    >>> from treenn.trees import parse_trees
    >>> gold = parse_trees("(X (X (X not) (X (X very) (X good))) (X .))")
    >>> scores = evaluate(gold, parse_trees("(X (X not) (X (X very) (X (X good) (X .))))"))
    >>> scores.with_punctuation.f1, scores.without_punctuation.f1
    (0.0, 1.0)
    """
    _check_same_sentences(gold, predicted)
    predicted = [
        unbinarize(tree) if isinstance(tree, Tree) and isinstance(wanted, NaryTree) else tree
        for tree, wanted in zip(predicted, gold, strict=True)
    ]
    labels = any(map(_has_labels, gold)) and any(map(_has_labels, predicted))
    scores: list[Scores] = []
    labelled: list[Scores] = []
    for punctuation in (True, False):
        pairs = [(_brackets(a, punctuation), _brackets(b, punctuation)) for a, b in zip(gold, predicted, strict=True)]
        scores.append(_scores([(_spans(a), _spans(b)) for a, b in pairs]))
        if labels:
            labelled.append(_scores([(_with_labels(a), _with_labels(b)) for a, b in pairs]))
    return Evaluation(len(gold), *scores, *(labelled or (None, None)))


def _check_same_sentences(gold: Sequence[AnyTree], predicted: Sequence[AnyTree]) -> None:
    if len(gold) != len(predicted):
        raise InputError(f"gold has {len(gold)} trees, but predicted has {len(predicted)}: must be as many")
    for index, (a, b) in enumerate(zip(gold, predicted, strict=True)):
        if a.words != b.words:
            at = next((at for at, pair in enumerate(zip(a.words, b.words, strict=False)) if pair[0] != pair[1]), None)
            what = f"{len(a.words)} and {len(b.words)} words" if at is None else f"{a.words[at]!r} and {b.words[at]!r}"
            raise InputError(f"the two trees of sentence {index} do not have the same words: {what}")


def _has_labels(tree: AnyTree) -> bool:
    return any(label is not None for label in tree.labels[len(tree.words) :])


def _brackets(tree: AnyTree, punctuation: bool) -> list[Bracket]:
    """Return the brackets of a tree, in node order."""
    kept = [punctuation or not is_punctuation(word) for word in tree.words]
    position = [*accumulate(kept, initial=0)]
    spans = [(position[start], position[end]) for start, end in inner_spans(tree)]
    labelled = zip(tree.labels[len(tree.words) :], spans, strict=True)
    return [(label, start, end) for label, (start, end) in labelled if 1 < end - start < position[-1]]


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
