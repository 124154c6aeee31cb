"""Text colours of the pages have a WCAG contrast of at least 4.5 on their backgrounds, light and dark."""

from __future__ import annotations

import re

import pytest
from web.node import MODULE

STYLES = [(MODULE.parent / name).read_text(encoding="utf-8") for name in ("tree.css", "play.css", "flow.css")]
PAIRS = [
    *((ink, paper) for ink in ("tn-ink", "tn-soft") for paper in ("tn-paper", "tn-shade", "page", "panel")),
    *((ink, "panel") for ink in ("tn-accent", "tn-mark")),
    ("on-button", "button"),
]


def variables(dark: bool) -> dict[str, str]:
    """The variables of the style sheets in a colour scheme."""
    found: dict[str, str] = {}
    for style in STYLES:
        light, _, rest = style.partition("@media screen and (prefers-color-scheme: dark)")
        for part in (light, rest.partition("}")[0]) if dark else (light,):
            found |= dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", part))
    return found


def luminance(colour: str) -> float:
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize(("ink", "paper"), PAIRS)
def test_contrast_is_sufficient(ink: str, paper: str, dark: bool) -> None:
    colours = variables(dark)
    high, low = sorted((luminance(colours[ink]), luminance(colours[paper])), reverse=True)
    assert (high + 0.05) / (low + 0.05) >= 4.5


@pytest.mark.parametrize("dark", [False, True])
def test_curves_are_visible(dark: bool) -> None:
    colours = variables(dark)
    for index in range(4):
        high, low = sorted((luminance(colours[f"tn-series-{index}"]), luminance(colours["panel"])), reverse=True)
        assert (high + 0.05) / (low + 0.05) >= 3
