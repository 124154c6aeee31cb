"""The labels of predictions in drawings: class names, class numbers, or scores."""

from __future__ import annotations

from typing import Any, Protocol

from treenn.trees.label_scale import LabelScale
from treenn.trees.palette import Scale


class Labelled(Protocol):
    """A prediction, a `Sentiment` or a `Document`, or the description of a treebank."""

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of the classes; empty for scores."""

    @property
    def scale(self) -> Scale:
        """The scale of the labels."""

    @property
    def score_range(self) -> tuple[float, float] | None:
        """The lowest and the highest score; None for classes."""


def label_scale(prediction: Labelled) -> LabelScale:
    """The texts and colours of a prediction's labels.

    Classes are drawn by name if they are nominal or if all names are short, otherwise by number.

    >>> from treenn.sentiment.document import Sentiment
    >>> from treenn.trees import parse_tree
    >>> tree = parse_tree("(1 good)", classes=2)
    >>> stars = [Sentiment("good", tree, (), ("bad", name)) for name in ("good", "very good")]
    >>> [label_scale(each).text(1) for each in stars]
    ['good', '1']
    """
    return LabelScale.of(**drawing_options(prediction))


def drawing_options(prediction: Labelled) -> dict[str, Any]:
    """The arguments `classes`, `scale` and `score_range` of `draw_text` and `draw_svg` for a prediction."""
    classes: int | tuple[str, ...] = prediction.classes
    if prediction.scale == "ordinal" and LabelScale.of(classes).shortens(range(len(prediction.classes))):
        classes = len(prediction.classes)
    return {"classes": classes or 1, "scale": prediction.scale, "score_range": prediction.score_range}
