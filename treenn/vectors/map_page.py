"""A map as one HTML file that opens offline."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from markupsafe import Markup

from treenn.runtime.pages import inline_json, page_template
from treenn.trees.json_values import dump_json
from treenn.trees.palette import PLAIN, palette
from treenn.trees.text_width import visible
from treenn.vectors.map_points import MapPoint, MapPoints

_FOLDER = Path(__file__).parent
_KINDS = {"word": "words", "phrase": "phrases", "sentence": "sentences"}


def render_map(points: MapPoints, positions: npt.NDArray[np.float64], title: str, note: str = "") -> str:
    """The page of a map: a drawing with zoom, a search box and a legend, usable by mouse, touch and keyboard.

    Args:
        points: the points.
        positions: `(N, 2)` their positions, between 0 and 1.
        title: the title.
        note: a sentence on the data, below the title (default: none).
    """
    data = {
        "points": [_row(point, at) for point, at in zip(points.points, positions.tolist(), strict=True)],
        "classes": [visible(name) for name in points.classes],
        "colours": [*(palette(len(points.classes), points.scale) if points.classes else ()), PLAIN],
        "kinds": {kind: name for kind, name in _KINDS.items() if any(point.kind == kind for point in points.points)},
    }
    script = Markup((_FOLDER / "map.mjs").read_text(encoding="utf-8"))
    page = page_template(_FOLDER, "map.html")
    return page.render(
        title=visible(title),
        note=visible(note),
        data=inline_json(dump_json(data, compact=True, ensure_ascii=False)),
        script=script,
    )


def _row(point: MapPoint, at: Sequence[float]) -> list[Any]:
    """A point in the page: x, y, text, kind, class, predicted class; -1 for no class."""
    label, predicted = (-1 if value is None else value for value in (point.label, point.predicted))
    return [round(at[0], 4), round(at[1], 4), visible(point.text), point.kind, label, predicted]
