"""`ScoreScale`: linear maps between a range of scores and the ranges of heads."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor


class ScoreScale(NamedTuple):
    """A range of scores.

    >>> import torch
    >>> scale, scores = ScoreScale(0.0, 10.0), torch.tensor([0.0, 5.0, 10.0])
    >>> scale.to_unit(scores), scale.to_grades(scores, 5)
    (tensor([-1.,  0.,  1.]), tensor([1., 3., 5.]))
    """

    low: float = 1.0
    high: float = 5.0

    @classmethod
    def of(cls, score_range: tuple[float, float] | None) -> ScoreScale:
        """Build the scale of a range, 1 to 5 for None."""
        return cls() if score_range is None else cls(*score_range)

    def to_unit(self, scores: Tensor) -> Tensor:
        """Map scores to -1 to 1."""
        return (2 * scores - (self.low + self.high)) / (self.high - self.low)

    def from_unit(self, unit: Tensor) -> Tensor:
        """The inverse of `to_unit`, clipped to the scale."""
        return ((self.low + self.high + unit * (self.high - self.low)) / 2).clamp(self.low, self.high)

    def to_grades(self, scores: Tensor, grades: int) -> Tensor:
        """Map scores to 1 to `grades`. Scores with this range are unchanged."""
        return scores if self == (1, grades) else 1 + (self.to_unit(scores) + 1) / 2 * (grades - 1)

    def from_grades(self, values: Tensor, grades: int) -> Tensor:
        """The inverse of `to_grades`."""
        return values if self == (1, grades) else self.from_unit(2 * (values - 1) / (grades - 1) - 1)
