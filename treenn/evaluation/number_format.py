"""Formatting of shares, differences and means ± standard deviations, and rounding of stored numbers."""

from __future__ import annotations

from collections.abc import Iterable

NONE = "\N{EN DASH}"
"""The text of a missing number."""


def significant(values: Iterable[float], digits: int) -> list[float]:
    """Round numbers to significant digits.

    >>> significant([1234.5678, -0.00012345678], 4)
    [1235.0, -0.0001235]
    """
    return [float(f"{value:.{digits}g}") for value in values]


def percent(share: float | None) -> str:
    """A share as a percentage without its sign.

    >>> percent(0.4823)
    '48.2'
    """
    return NONE if share is None else f"{100 * share:.1f}"


def mean_and_std(mean: float | None, std: float | None, scale: float = 100, digits: int = 1) -> str:
    """Mean ± standard deviation, without the deviation for one seed; a dash if the mean is None.

    Args:
        mean: the mean.
        std: the standard deviation.
        scale: a factor (default: 100).
        digits: the number of decimal places (default: 1).

    >>> mean_and_std(0.4823, 0.0061), mean_and_std(0.4823, None)
    ('48.2 ± 0.6', '48.2')
    """
    if mean is None:
        return NONE
    return f"{scale * mean:,.{digits}f}" + ("" if std is None else f" ± {scale * std:,.{digits}f}")


def points(share: float, digits: int = 1) -> str:
    """A difference in percentage points; a difference that is not zero is never rounded to zero.

    >>> points(0.021), points(0.0002), points(0.0)
    ('2.1', '0.02', '0.0')
    """
    text = f"{100 * share:.{digits}f}"
    if float(text) == 0:
        text = f"{100 * share:.1g}" if share else f"{0:.{digits}f}"
    return text.replace("-", "\N{MINUS SIGN}")
