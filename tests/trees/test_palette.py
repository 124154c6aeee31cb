import pytest
from hypothesis import given
from hypothesis import strategies as st

from treenn.trees import InputError, palette
from treenn.trees.palette import Scale, colour_at, colour_of, ink_on, terminal_colour


def channels(colour: str) -> list[float]:
    return [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]


def linear(colour: str) -> list[float]:
    return [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels(colour)]


def luminance(colour: str) -> float:
    """WCAG 2.2's relative luminance."""
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear(colour), strict=True))


def contrast(one: str, other: str) -> float:
    low, high = sorted([luminance(one), luminance(other)])
    return (high + 0.05) / (low + 0.05)


# Full dichromacy, from Machado, Oliveira and Fernandes 2009, table 1 (severity 1.0), on linear RGB.
DEFICIENCIES = {
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}


@pytest.mark.parametrize("deficiency", DEFICIENCIES)
def test_classes_look_different_to_the_colour_blind(deficiency: str) -> None:
    def seen(colour: str) -> list[float]:
        return [sum(w * c for w, c in zip(row, linear(colour), strict=True)) for row in DEFICIENCIES[deficiency]]

    colours = [seen(colour) for colour in palette(5)]
    for i, one in enumerate(colours):
        for other in colours[:i]:
            assert sum((a - b) ** 2 for a, b in zip(one, other, strict=True)) ** 0.5 > 0.25


def lab(rgb: list[float]) -> list[float]:
    """CIE L*a*b* (D65) of linear RGB."""
    rows = ((0.4124564, 0.3575761, 0.1804375), (0.2126729, 0.7151522, 0.0721750), (0.0193339, 0.1191920, 0.9503041))
    clipped, white = [min(max(part, 0.0), 1.0) for part in rgb], (0.95047, 1.0, 1.08883)
    xyz = [sum(w * c for w, c in zip(row, clipped, strict=True)) / white[i] for i, row in enumerate(rows)]
    x, y, z = (part ** (1 / 3) if part > 216 / 24389 else (24389 / 27 * part + 16) / 116 for part in xyz)
    return [116 * y - 16, 500 * (x - y), 200 * (y - z)]


@pytest.mark.parametrize("deficiency", [*DEFICIENCIES, "none"])
def test_ten_categories_look_different_to_the_colour_blind(deficiency: str) -> None:
    rows = DEFICIENCIES.get(deficiency, ((1, 0, 0), (0, 1, 0), (0, 0, 1)))

    def seen(colour: str) -> list[float]:
        return lab([sum(w * c for w, c in zip(row, linear(colour), strict=True)) for row in rows])

    colours = [seen(colour) for colour in palette(10, "nominal")]
    for i, one in enumerate(colours):
        for other in colours[:i]:
            assert sum((a - b) ** 2 for a, b in zip(one, other, strict=True)) ** 0.5 > 15


def test_categories_repeat_beyond_ten() -> None:
    colours = palette(12, "nominal")
    assert colours[10:] == colours[:2]
    assert len({terminal_colour(colour) for colour in colours}) == 10
    assert colour_of(11, 12, "nominal") == colours[1]


def test_scores_darken_with_their_value() -> None:
    lightness = [luminance(colour) for colour in palette(9, "score")]
    assert lightness == sorted(lightness, reverse=True)
    assert colour_at(0) == colour_at(-3) == palette(9, "score")[0]
    assert colour_at(1) == colour_at(7) == palette(2, "score")[1]


@given(st.integers(2, 12))
def test_the_scale_runs_from_orange_to_blue(classes: int) -> None:
    colours = palette(classes)
    assert len(set(colours)) == classes
    assert (colours[0], colours[-1]) == (palette(5)[0], palette(5)[4])
    warmth = [red - blue for red, _, blue in map(channels, colours)]
    assert warmth[0] > 0 > warmth[-1]


def test_the_middle_of_an_odd_scale_is_grey() -> None:
    assert palette(3)[1] == palette(5)[2] == palette(1)[0] == "#e8e8e8"


@given(st.integers(1, 12), st.sampled_from(["ordinal", "nominal", "score"]))
def test_labels_are_readable_on_their_colour(classes: int, scale: Scale) -> None:
    for colour in palette(classes, scale):
        assert contrast(colour, ink_on(colour)) >= 4.5


def test_labels_that_are_no_class_are_plain() -> None:
    assert colour_of(None) == colour_of("NP")
    assert colour_of("NP") not in palette(5)


@pytest.mark.parametrize("label", [-1, 2])
def test_labels_outside_the_scale_are_refused(label: int) -> None:
    with pytest.raises(InputError, match=f"label {label} is outside the scale, 0 to 1"):
        colour_of(label, 2)


def test_terminal_colours_are_those_of_the_cube() -> None:
    assert terminal_colour("#000000") == 16
    assert terminal_colour("#ffffff") == 231
    assert terminal_colour("#005faf") == 25
