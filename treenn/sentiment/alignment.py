"""Alignment of several models' predictions by sentence, and the nodes at which the models differ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from treenn.sentiment.document import Document, Sentiment

Span = tuple[int, int]
"""The first word of a phrase, and the word after its last one."""


@dataclass(frozen=True)
class AlignedSentence:
    """The predictions of several models for the same words of a sentence, possibly over different trees.

    Args:
        models: the predictions by the models' names, at least one.
    """

    models: Mapping[str, Sentiment]

    def differing(self, name: str) -> frozenset[int]:
        """The nodes of a model's tree whose class differs from another model's class for the same phrase.

        Only models with the same classes are compared, and only phrases that are nodes of both trees.

        Args:
            name: the name of the model.
        """
        own = self.models[name]
        others = [each for each in self._comparable if each is not own and each.classes == own.classes]
        if own.not_judged is not None:
            return frozenset()
        by_span = [dict(zip(each.tree.spans, each.tree.labels, strict=True)) for each in others]
        return frozenset(
            node
            for node, (span, label) in enumerate(zip(own.tree.spans, own.tree.labels, strict=True))
            if any(labels.get(span, label) != label for labels in by_span)
        )

    @property
    def is_compared(self) -> bool:
        """True if two models have the same classes; scores are not compared."""
        classes = [each.classes for each in self._comparable]
        return len(set(classes)) < len(classes)

    @property
    def _comparable(self) -> list[Sentiment]:
        return [each for each in self.models.values() if each.classes and each.not_judged is None]


def align(documents: Mapping[str, Document]) -> list[AlignedSentence]:
    """Align the predictions of several models for one text by sentence.

    Models that read the same words in each sentence are aligned. Models with other tokenizers, or other limits on the
    length of sentences, may read other sentences. These follow unaligned.

    Args:
        documents: the predictions for the text by the models' names.
    """
    groups: dict[tuple[tuple[str, ...], ...], dict[str, Document]] = {}
    for name, document in documents.items():
        key = tuple(sentence.tree.words for sentence in document.sentences)
        groups.setdefault(key, {})[name] = document
    return [
        AlignedSentence({name: document.sentences[number] for name, document in group.items()})
        for words, group in groups.items()
        for number in range(len(words))
    ]
