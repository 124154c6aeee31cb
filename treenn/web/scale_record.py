"""The scale of a model's labels, as `checkScale` of `tree.mjs` reads it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from treenn.trees.palette import Scale, palette


def scale_record(
    name: str, kind: Scale, classes: Sequence[str], score_range: tuple[float, float] | None = None
) -> dict[str, Any]:
    """Returns the scale with its colours, as JSON values.

    Args:
        name: the name of the model.
        kind: the scale of its labels.
        classes: the names of the classes; empty for scores.
        score_range: the lowest and the highest score (default: None).

    >>> scale_record("mine", "ordinal", ["bad", "good"])["colours"]
    ('#b35806', '#1f5fa8')
    """
    colours = palette(5 if kind == "score" else max(len(classes), 1), kind)
    return {"name": name, "kind": kind, "classes": classes, "range": score_range, "colours": colours}
