"""Predictions drawn for the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.cells import cell_len, set_cell_size

from treenn.sentiment.document import Document, Sentiment
from treenn.sentiment.node_labels import drawing_options, label_scale
from treenn.trees.draw import draw_text, on_colour
from treenn.trees.text_width import shown, visible

_BAR = 20  # characters for a probability of 1
_MOST_CLASSES = 20  # the maximum number of classes that all have a line
_MOST_UNKNOWN = 3  # unknown words that a line names


def draw_sentiment(prediction: Document | Sentiment, *, color: bool = False, width: int = 80) -> str:
    """Draw the tree of each sentence with each node's class or score, and a bar chart of the class probabilities.

    The bar chart is for the whole text. If the text has several sentences, a title line precedes the chart. The last
    lines have the number of words that the model's vocabulary lacks, if there are any, and a warning above a third.
    Sentences that are not judged have neither classes nor colours.

    Args:
        prediction: the prediction for a text or a sentence.
        color: whether to colour the classes by ANSI escapes, 256 colours (default: False).
        width: the number of columns (default: 80).

    >>> from treenn.trees import parse_tree
    >>> tree = parse_tree("(1 (1 not) (0 good))", classes=2)
    >>> print(draw_sentiment(Sentiment("not good", tree, ((0.1, 0.9), (0.8, 0.2), (0.25, 0.75)), ("bad", "good"))))
    good ┬ good not
         └ bad good
    <BLANKLINE>
    bad   25 % █████
    good  75 % ███████████████
    """
    sentences = prediction.sentences if isinstance(prediction, Document) else (prediction,)
    options = drawing_options(prediction)
    drawn = [draw_text(sentence.tree, color=color, width=width, **options) for sentence in sentences]
    title = [f"the whole text, {len(sentences)} sentences:"] if len(sentences) > 1 else []
    return "\n\n".join([*drawn, "\n".join([*title, *verdict_lines(prediction, color)])])


def verdict_lines(prediction: Document | Sentiment, color: bool) -> list[str]:
    """The lines below the trees: probabilities, unknown words and the warning."""
    return [*probability_lines(prediction, color), *unknown_line(prediction), *warning_line(prediction)]


def probability_lines(prediction: Document | Sentiment, color: bool) -> Iterator[str]:
    """One line per class with its probability as a bar, or one line with the score.

    Classes have their numbers in front if the tree has numbers. Of more than 20 classes, the 10 most probable
    ones have a line, in descending order, and the others one with their sum.
    """
    if prediction.not_judged is not None:
        return
    if prediction.scale == "score":
        yield score_line(prediction)
        return
    labels, probabilities = label_scale(prediction), prediction.probabilities
    names = {index: visible(prediction.classes[index]) for index in _shown(probabilities)}
    longest = max(map(cell_len, names.values()))
    for index, name in names.items():
        p = probabilities[index]
        key = name if labels.names else str(index)
        rest = " " * (longest - cell_len(name)) if labels.names else f" {set_cell_size(name, longest)}"
        bar = "█" * round(_BAR * p)
        yield f"{on_colour(key, labels, index) if color else key}{rest} {100 * p:3.0f} % {bar}".rstrip()
    if others := [p for index, p in enumerate(probabilities) if index not in names]:
        yield f"{len(others)} others: {100 * sum(others):.0f} %"


def _shown(probabilities: Sequence[float]) -> Sequence[int]:
    """The classes with a line: all in their order, or the most probable ones of many."""
    if len(probabilities) <= _MOST_CLASSES:
        return range(len(probabilities))
    return sorted(range(len(probabilities)), key=lambda index: -probabilities[index])[: _MOST_CLASSES // 2]


def score_line(prediction: Document | Sentiment) -> str:
    """The score with its range and a bar.

    >>> from treenn.trees import Tree
    >>> score_line(Sentiment("good", Tree(("good",), (), (4.0,)), (), (), (), "score", (1, 5)))
    'score 4 (1 to 5) ███████████████'
    """
    position = score_position(prediction)
    if position is None or prediction.score_range is None:
        return "no score"
    low, high = prediction.score_range
    return f"score {prediction.name} ({low:g} to {high:g}) {'█' * round(_BAR * position)}".rstrip()


def score_position(prediction: Document | Sentiment) -> float | None:
    """The position of a score in its range, from 0 to 1; None without a score."""
    if prediction.score is None or prediction.score_range is None:
        return None
    low, high = prediction.score_range
    return (prediction.score - low) / (high - low)


def unknown_line(prediction: Document | Sentiment) -> list[str]:
    """The line on the words that the model's vocabulary lacks, as a list; empty if there are none.

    >>> from treenn.trees import Tree
    >>> tree = Tree(("a", "soup"), ((0, 1),))
    >>> unknown_line(Sentiment("a soup", tree, ((1,),) * 3, ("good",), ("soup",)))
    ['unknown words: 1 of 2 (soup)']
    """
    if not prediction.unknown_words:
        return []
    words = list(dict.fromkeys(map(shown, prediction.unknown_words)))
    more = ", …" if len(words) > _MOST_UNKNOWN else ""
    named = ", ".join(words[:_MOST_UNKNOWN]) + more
    return [f"unknown words: {len(prediction.unknown_words)} of {prediction.word_count} ({named})"]


def warning_line(prediction: Document | Sentiment) -> list[str]:
    """The warning of a prediction, as a list; empty if there is none.

    >>> from treenn.trees import Tree
    >>> tree = Tree(("a", "soup"), ((0, 1),))
    >>> warning_line(Sentiment("a soup", tree, ((1,),) * 3, ("good",), ("soup",)))
    ['warning: 50 % of the words are unknown, so the prediction is unreliable']
    """
    if prediction.warning is None:
        return []
    if prediction.not_judged is not None:
        return [f"not judged: {prediction.not_judged}"]
    return [
        f"warning: {100 * prediction.unknown_share:.0f} % of the words are unknown, so the prediction is unreliable"
    ]
