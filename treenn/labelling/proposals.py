"""Proposed trees and labels: those of an imported treebank, of a parser and of a model."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from treenn.parsers import Parser
from treenn.runtime.progress import Progress, ignore
from treenn.trees import InputError, Tree
from treenn.trees.tree import Label

if TYPE_CHECKING:
    from treenn.sentiment.model import SentimentModel

BATCH = 128
"""The number of sentences per batch of the parser and of the model."""


class Source(NamedTuple):
    """A sentence to label.

    Args:
        text: the sentence as written.
        words: its words.
        tree: its tree, with labels to correct (default: None, that of the parser).
        source: the file, for messages (default: None).
        line: the line, from 1, for messages (default: None).
    """

    text: str
    words: tuple[str, ...]
    tree: Tree | None = None
    source: str | None = None
    line: int | None = None


class SourceProposals:
    """The `Proposals` of sentences. Imported labels take precedence over those of the model.

    Args:
        sentences: the sentences.
        parser: the parser of sentences without a tree.
        model: the model that proposes labels (default: None, only imported labels are proposed).
        blind: whether to propose no labels; the model still determines the order (default: False).
    """

    def __init__(
        self, sentences: Sequence[Source], parser: Parser, model: SentimentModel | None = None, *, blind: bool = False
    ) -> None:
        self.sentences, self.parser, self.model, self.blind = sentences, parser, model, blind
        self._trees: dict[int, Tree] = {}

    def tree(self, number: int) -> Tree:
        """The tree of a sentence by its index, with the proposed labels.

        Raises:
            InputError: if the parser refuses the sentence. The message contains the line.
        """
        bare = self._structure(number)
        proposed = self.labels(bare)
        if self.blind or (given := self.sentences[number].tree) is None:
            return bare.with_labels(proposed)
        pairs = zip(given.labels, proposed, strict=True)
        return bare.with_labels([new if old is None else old for old, new in pairs])

    def labels(self, tree: Tree) -> Sequence[Label]:
        """The model's labels of a tree, one per node; None without a model or if labelling is blind."""
        if self.model is None or self.blind:
            return (None,) * len(tree)
        return self.model.predict_tree(tree).tree.labels

    def by_uncertainty(self, finished: Collection[int] = (), progress: Progress = ignore) -> list[int]:
        """The indices of the sentences, sorted by the probability of the class at the root, then by file order.

        Args:
            finished: the sentences that precede all others in file order, without being parsed (default: none).
            progress: called with the number of parsed sentences, of all sentences, and a text (default: no report).

        Raises:
            InputError: if there is no model, or the parser refuses a sentence.
        """
        if self.model is None:
            raise InputError("an order by uncertainty needs a model")
        confidence: dict[int, float] = {}
        rest = [number for number in range(len(self.sentences)) if number not in finished]
        for start in range(0, len(rest), BATCH):
            progress(start, len(rest), "sentences")
            numbers = rest[start : start + BATCH]
            self._parse(numbers)
            predictions = self.model.predict_trees([self._trees[number] for number in numbers])
            confidence |= zip(numbers, (max(sentence.probabilities) for sentence in predictions), strict=True)
        progress(len(rest), len(rest), "sentences")
        return [*sorted(finished), *sorted(rest, key=confidence.__getitem__)]

    def _structure(self, number: int) -> Tree:
        """The tree of a sentence without labels."""
        if number not in self._trees:
            self._parse([number])
        return self._trees[number]

    def _parse(self, numbers: Iterable[int]) -> None:
        """Store the trees of sentences without labels."""
        given = {number: self.sentences[number] for number in numbers if number not in self._trees}
        trees = {number: sentence.tree for number, sentence in given.items() if sentence.tree is not None}
        rest = [number for number in given if number not in trees]
        try:
            parsed = self.parser.parse_batch([given[number].words for number in rest])
        except InputError:
            parsed = [self._parsed(given[number]) for number in rest]  # for a message with the line
        for number, tree in (*trees.items(), *zip(rest, parsed, strict=True)):
            self._trees[number] = tree.with_labels([None] * len(tree))

    def _parsed(self, sentence: Source) -> Tree:
        try:
            return self.parser.parse(sentence.words)
        except InputError as error:
            raise InputError(error.marked, source=sentence.source, line=sentence.line) from None
