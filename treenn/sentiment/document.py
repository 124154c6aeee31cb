"""`Sentiment` and `Document`: the predictions for a sentence and for a text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from treebanks.own_data import Scale
from treenn.analysis.calibration import cooled
from treenn.datasets.language_check import MANY_UNKNOWN
from treenn.sentiment.node_labels import drawing_options
from treenn.trees import InputError, Tree
from treenn.trees.display import Heading, quoted, table_html, tree_html
from treenn.trees.palette import palette

_MOST_ROWS, _MOST_TREES = 50, 10  # in a notebook

MANY_UNKNOWN_WORDS = "many unknown words"
"""The warning if over a third of the words are unknown."""


@dataclass(frozen=True, repr=False)
class Sentiment:
    """The prediction for one sentence.

    Args:
        text: the sentence.
        tree: its tree, labelled with the most probable class of each node, or with its score.
        node_probabilities: the class probabilities of each node, in the tree's numbering; empty for scores.
        classes: the names of the classes, on an ordinal scale lowest first; empty for scores.
        unknown_words: the words that the model's vocabulary lacks, in order, including repeated ones (default: none).
        scale: the scale of the labels, `"ordinal"`, `"nominal"` or `"score"` (default: `"ordinal"`).
        score_range: the lowest and the highest score; None for classes (default: None).
        not_judged: the reason if the sentence is not judged; then it has no labels and probabilities (default: None).
    """

    text: str
    tree: Tree
    node_probabilities: tuple[tuple[float, ...], ...]
    classes: tuple[str, ...]
    unknown_words: tuple[str, ...] = ()
    scale: Scale = "ordinal"
    score_range: tuple[float, float] | None = None
    not_judged: str | None = None

    def unjudged(self, reason: str) -> Sentiment:
        """The sentence without labels and probabilities, for this reason."""
        return replace(self, tree=self.tree.unlabelled, node_probabilities=(), not_judged=reason)

    def __repr__(self) -> str:
        """The text, its class or score, and the number of nodes."""
        return f"Sentiment({quoted(self.text)}, {_in_repr(self)}, nodes={len(self.tree)})"

    def _repr_html_(self) -> str:
        return _as_html(self, [self])

    @property
    def label(self) -> int | float | None:
        """The most probable class of the sentence, or its score, from the root; None if it is not judged."""
        if self.not_judged is not None:
            return None
        return _most_probable(self.probabilities) if self.score is None else self.score

    @property
    def score(self) -> float | None:
        """The score of the sentence; None for classes, and if it is not judged."""
        return float(str(self.tree.label)) if self.scale == "score" and self.not_judged is None else None

    @property
    def name(self) -> str | None:
        """The name of the sentence's class, or its score as text; None if `label` is None."""
        return _name(self.classes, self.label)

    @property
    def probabilities(self) -> tuple[float, ...]:
        """The class probabilities of the sentence; empty for scores, and if it is not judged."""
        return self.node_probabilities[-1] if self.node_probabilities else ()

    @property
    def word_count(self) -> int:
        """The number of words."""
        return len(self.tree.words)

    @property
    def unknown_share(self) -> float:
        """The fraction of words that the model's vocabulary lacks."""
        return len(self.unknown_words) / self.word_count

    @property
    def warning(self) -> str | None:
        """The reason to distrust the prediction, `"not English"` or `"many unknown words"`; None if there is none."""
        return _warning(self)


@dataclass(frozen=True, repr=False)
class Document:
    """The prediction for a text of any number of sentences.

    `Document.of` averages the class probabilities of the sentences, each weighted by 1 - P(middle class), so that
    sentences without an opinion, such as plot summaries, count little. With an even number of classes, and on a nominal
    scale, there is no middle class and all weights are equal. The probabilities of a text of one sentence are those of
    the sentence.

    A text without words is neutral: the middle class has probability 1, or the two middle classes 0.5 each. On a
    nominal scale, all classes have the same probability.

    The probabilities of several sentences are scaled by the model's temperature for texts, if it was fitted. The most
    probable class stays the same.

    The score of a text is the mean of the scores of its sentences. A text without words has none.

    Sentences that are not judged are omitted from the mean. A text of such sentences is not judged.

    Args:
        text: the text.
        sentences: the predictions for its sentences, in order; empty if the text has no words.
        probabilities: the class probabilities of the text; empty for scores.
        classes: the names of the classes, on an ordinal scale lowest first; empty for scores.
        scale: the scale of the labels, `"ordinal"`, `"nominal"` or `"score"` (default: `"ordinal"`).
        score_range: the lowest and the highest score; None for classes (default: None).
        not_judged: the reason if the text is not judged; then it has no label and probabilities (default: None).
    """

    text: str
    sentences: tuple[Sentiment, ...]
    probabilities: tuple[float, ...]
    classes: tuple[str, ...]
    scale: Scale = "ordinal"
    score_range: tuple[float, float] | None = None
    not_judged: str | None = None

    @classmethod
    def of(
        cls,
        text: str,
        sentences: Sequence[Sentiment],
        classes: tuple[str, ...],
        scale: Scale = "ordinal",
        score_range: tuple[float, float] | None = None,
        temperature: float = 1.0,
    ) -> Document:
        """Combine the predictions for the sentences of a text.

        Args:
            text: the text.
            sentences: the predictions for its sentences; none for a text without words.
            classes: the names of the classes; empty for scores.
            scale: the scale of the labels (default: `"ordinal"`).
            score_range: the lowest and the highest score (default: None, for classes).
            temperature: the temperature of the probabilities of several sentences (default: 1.0).

        >>> sentences = [Sentiment("a", Tree(("a",), ()), (p,), ("-", "0", "+")) for p in [(0, 0.9, 0.1), (1, 0, 0)]]
        >>> Document.of("a a", sentences, ("-", "0", "+")).name
        '-'
        """
        rows = [sentence.probabilities for sentence in sentences if sentence.not_judged is None]
        if sentences and not rows:
            return cls(text, tuple(sentences), (), classes, scale, score_range, sentences[0].not_judged)
        probabilities = _neutral(len(classes), scale)
        if rows:
            probabilities = mean_probabilities(rows, middle_class(classes, scale), temperature)
        return cls(text, tuple(sentences), probabilities, classes, scale, score_range)

    def __repr__(self) -> str:
        """The text, its class or score, and the number of sentences."""
        return f"Document({quoted(self.text)}, {_in_repr(self)}, sentences={len(self.sentences)})"

    def _repr_html_(self) -> str:
        return _as_html(self, self.sentences)

    @property
    def label(self) -> int | float | None:
        """The most probable class of the text, or its score.

        None if the text is not judged, or if it is blank and there is no middle class.
        """
        if self.not_judged is not None:
            return None
        if not self.sentences and middle_class(self.classes, self.scale) is None:
            return None
        return _most_probable(self.probabilities) if self.score is None else self.score

    @property
    def score(self) -> float | None:
        """The mean score of the sentences; None for classes and for a blank text."""
        scores = [sentence.score for sentence in self.sentences if sentence.score is not None]
        return sum(scores) / len(scores) if scores else None

    @property
    def name(self) -> str | None:
        """The name of the text's class, or its score as text; None if `label` is None."""
        return _name(self.classes, self.label)

    @property
    def unknown_words(self) -> tuple[str, ...]:
        """The words that the model's vocabulary lacks, in order, including repeated ones."""
        return tuple(word for sentence in self.sentences for word in sentence.unknown_words)

    @property
    def word_count(self) -> int:
        """The number of words of all sentences."""
        return sum(sentence.word_count for sentence in self.sentences)

    @property
    def unknown_share(self) -> float:
        """The fraction of words that the model's vocabulary lacks; 0 for a blank text."""
        return len(self.unknown_words) / max(self.word_count, 1)

    @property
    def warning(self) -> str | None:
        """The reason to distrust the prediction, `"not English"` or `"many unknown words"`; None if there is none."""
        return _warning(self)

    @property
    def tree(self) -> Tree:
        """The tree of a text of one sentence, with a class at every node.

        Raises:
            InputError: if the text has several sentences or none.
        """
        return self._only.tree

    @property
    def node_probabilities(self) -> tuple[tuple[float, ...], ...]:
        """The class probabilities of each node of `tree`.

        Raises:
            InputError: if the text has several sentences or none.
        """
        return self._only.node_probabilities

    @property
    def _only(self) -> Sentiment:
        if len(self.sentences) != 1:
            raise InputError(f"this text has {len(self.sentences)} sentences; each of `sentences` has its own tree")
        return self.sentences[0]


def _as_html(whole: Sentiment | Document, sentences: Sequence[Sentiment]) -> str:
    """The class probabilities of a text and its sentences as a table, and the first trees."""
    colours = zip(whole.classes, palette(len(whole.classes) or 1, whole.scale), strict=False)
    headings = [Heading(name, colour) for name, colour in colours] or [Heading("score")]
    texts = [whole, *sentences] if len(sentences) > 1 else [whole]
    rows = [[quoted(each.text), *_cells(each)] for each in texts[: 1 + _MOST_ROWS]]
    trees = [tree_html(sentence.tree, **drawing_options(whole)) for sentence in sentences[:_MOST_TREES]]
    return table_html(["text", *headings], rows) + "".join(trees)


def _cells(prediction: Sentiment | Document) -> list[str]:
    """The probabilities in percent, or the score."""
    if prediction.not_judged is not None:
        return ["–"] * max(len(prediction.classes), 1)
    if prediction.scale == "score":
        return [prediction.name or "–"]
    return [f"{p:.0%}" for p in prediction.probabilities]


def _in_repr(prediction: Sentiment | Document) -> str:
    if prediction.not_judged is not None:
        return f"not judged: {prediction.not_judged}"
    if prediction.scale == "score":
        return f"score={prediction.name}"
    name = "no class" if prediction.name is None else quoted(prediction.name)
    return f"{name} {max(prediction.probabilities):.2f}"


def _most_probable(probabilities: Sequence[float]) -> int:
    return probabilities.index(max(probabilities))


def _warning(prediction: Sentiment | Document) -> str | None:
    if prediction.not_judged is not None:
        return prediction.not_judged
    return MANY_UNKNOWN_WORDS if prediction.unknown_share > MANY_UNKNOWN else None


def _name(classes: Sequence[str], label: int | float | None) -> str | None:
    """The name of a class, or a score with three digits; None without a label."""
    if label is None:
        return None
    return classes[label] if isinstance(label, int) else f"{label:.3g}"


def middle_class(classes: Sequence[str], scale: Scale) -> int | None:
    """The index of the middle class, such as neutral; None for an even number of classes, nominal classes and scores.

    >>> middle_class(("bad", "so-so", "good"), "ordinal"), middle_class(("sport", "film", "food"), "nominal")
    (1, None)
    """
    middle, odd = divmod(len(classes), 2)
    return middle if odd and scale == "ordinal" else None


def mean_probabilities(
    rows: Sequence[tuple[float, ...]], middle: int | None, temperature: float = 1.0
) -> tuple[float, ...]:
    """The mean over sentences, weighted by 1 - P(middle class) if there is one, and scaled by the temperature.

    The probabilities of one sentence are unchanged.

    Args:
        rows: the class probabilities of each sentence, at least one; none for scores.
        middle: the index of the middle class; None if there is none.
        temperature: the temperature (default: 1.0).
    """
    if len(rows) == 1:
        return rows[0]
    p = np.array(rows)
    weights = np.ones(len(p)) if middle is None or (p[:, middle] == 1).all() else 1 - p[:, middle]
    mean = weights @ p / weights.sum()
    scaled: list[float] = (mean if temperature == 1 else cooled(mean[np.newaxis], temperature)[0]).tolist()
    return tuple(scaled)


def _neutral(classes: int, scale: Scale = "ordinal") -> tuple[float, ...]:
    """Probabilities concentrated on the middle of the scale; equal probabilities on a nominal scale.

    >>> _neutral(3), _neutral(2), _neutral(4, "nominal")
    ((0.0, 1.0, 0.0), (0.5, 0.5), (0.25, 0.25, 0.25, 0.25))
    """
    if scale != "ordinal":
        return (1 / max(classes, 1),) * classes
    return tuple(((index == classes // 2) + (index == (classes - 1) // 2)) / 2 for index in range(classes))
