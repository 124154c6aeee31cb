"""`LabelScale`: the texts and colours of labels in drawings."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from treenn.trees.arguments import Classes, check
from treenn.trees.errors import InputError, argument
from treenn.trees.palette import PLAIN, Scale, colour_at, colour_of, palette
from treenn.trees.text_width import shortened, shown, visible
from treenn.trees.tree_checks import Label

LONGEST_NAME = 8
"""The maximum number of columns of a class's name at a node."""


@dataclass(frozen=True)
class LabelScale:
    """The texts and colours of labels in drawings.

    Args:
        count: the number of classes; 0 for scores.
        names: the names of the classes; empty if labels are drawn as numbers.
        scale: the scale of the labels.
        score_range: the lowest and the highest score; None for classes.

    >>> stars = LabelScale.of(("bad", "good", "outstanding"))
    >>> stars.text(2), stars.name(2), stars.colour(0)
    ('outstan…', 'outstanding', '#b35806')
    """

    count: int
    names: tuple[str, ...] = ()
    scale: Scale = "ordinal"
    score_range: tuple[float, float] | None = None

    @classmethod
    def of(
        cls,
        classes: int | Sequence[str] = 5,
        scale: Scale = "ordinal",
        score_range: tuple[float, float] | None = None,
        labels: Iterable[Label] = (),
    ) -> LabelScale:
        """Build the scale of a drawing from its arguments.

        Args:
            classes: the number of classes, or their names (default: 5).
            scale: the scale of the labels (default: `"ordinal"`).
            score_range: the lowest and the highest score (default: those of `labels`).
            labels: the labels of the drawing (default: none).
        """
        if scale == "score":
            scores = [float(label) for label in labels if isinstance(label, (int, float)) and math.isfinite(label)]
            return cls(0, (), scale, score_range or (min(scores, default=0.0), max(scores, default=1.0)))
        if isinstance(classes, int):
            return cls(check("classes", classes, Classes), (), scale)
        if isinstance(classes, str):
            raise InputError(
                f"{argument('classes')} {classes!r}: must be the number of classes or a list of their names"
            )
        names = tuple(check("classes", classes, Sequence[str]))
        return cls(check("classes", len(names), Classes), names, scale)

    def text(self, label: Label) -> str:
        """A label at a node, escaped as in `shown`: at most 8 columns of a name, else 16. None is `·`."""
        if self.names and isinstance(label, int):
            return shortened(visible(self.name(label)), LONGEST_NAME)
        if self.scale == "score" and isinstance(label, float):
            return f"{label:.3g}"
        return shown(label)

    def name(self, label: Label) -> str:
        """The full name of a label's class; the label if the class has no name.

        Raises:
            InputError: if the label is a number outside of the scale.
        """
        if not (self.names and isinstance(label, int)):
            return "no label" if label is None else str(label)
        self.colour(label)
        return self.names[label]

    def colour(self, label: Label) -> str:
        """The background colour of a label; neutral if the label is not a number.

        Raises:
            InputError: if the label is a number outside of the scale.
        """
        if self.score_range is None:
            return colour_of(label, self.count, self.scale)
        if not isinstance(label, (int, float)) or not math.isfinite(label):
            return PLAIN
        low, high = self.score_range
        return colour_at((float(label) - low) / (high - low) if high > low else 0.5)

    def legend(self, labels: Iterable[Label] = ()) -> list[tuple[str, str]]:
        """The names of classes with their colours.

        Args:
            labels: the labels whose classes are listed (default: all classes).
        """
        numbers = {label for label in labels if isinstance(label, int)} or range(self.count)
        colours = palette(max(self.count, 1), self.scale)
        return [(visible(self.names[number]), colours[number]) for number in sorted(numbers)] if self.names else []

    def shortens(self, labels: Iterable[Label]) -> bool:
        """Return True if the name of one of the labels is shortened at nodes."""
        return any(
            self.names and isinstance(label, int) and self.text(label) != self.name(label) for label in set(labels)
        )
