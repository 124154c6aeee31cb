"""Errors of translation by cause: the search or the model, by the length of the sentence.

After Ng, "Sequence models" (DeepLearning.AI), "Error analysis in beam search": if the objective of the search is higher
for the reference than for the output, the search missed a better output; otherwise the model prefers the output, and a
wider beam would not help. The objective is log P(y|x) / T^α, so that length normalization is no search error.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from treenn.analysis.histogram import Slice, merged, numbered
from treenn.analysis.intervals import wilson
from treenn.analysis.statistics import Interval

LENGTHS = (1, 6, 9, 12, 15, 18, 21, 26, 31)
"""The lower ends of the bins of source lengths in words."""


@dataclass(frozen=True)
class SearchErrors:
    """The causes of outputs that differ from their references.

    Args:
        sentences: the number of sentences.
        equal: the number of outputs that are equal to their references.
        search: the number of search errors: the reference has the higher score.
        by_length: the search errors (`right`) among all errors (`total`) by the number of words of the source.
    """

    sentences: int
    equal: int
    search: int
    by_length: Slice

    @property
    def errors(self) -> int:
        """The number of outputs that differ from their references."""
        return self.sentences - self.equal

    @property
    def model(self) -> int:
        """The number of model errors: the output has the higher score, or the same."""
        return self.errors - self.search

    @property
    def share(self) -> float | None:
        """The share of search errors among all errors; None without errors."""
        return self.search / self.errors if self.errors else None

    @property
    def interval(self) -> Interval | None:
        """The 95 % interval of the share; None without errors."""
        return wilson(self.search / self.errors, self.errors) if self.errors else None


def find_search_errors(
    lengths: npt.ArrayLike, output_scores: npt.ArrayLike, reference_scores: npt.ArrayLike, equal: npt.ArrayLike
) -> SearchErrors:
    """Attribute errors to the search or to the model.

    Args:
        lengths: the number of words of each source.
        output_scores: the objective of the search for each output.
        reference_scores: the same for each reference.
        equal: whether each output is equal to its reference.

    Returns:
        The counts; small bins of lengths are merged.

    >>> found = find_search_errors([3, 4, 5], [-2.0, -1.0, -3.0], [-1.5, -4.0, -3.0], [False, False, True])
    >>> found.search, found.model, found.share
    (1, 1, 0.5)
    """
    is_equal = np.asarray(equal, dtype=np.bool_)
    is_search = ~is_equal & (np.asarray(reference_scores) > np.asarray(output_scores))
    bins = numbered(lengths, LENGTHS, is_search, ~is_equal)
    by_length = merged(Slice("sentences", "words of the source", bins))
    return SearchErrors(len(is_equal), int(is_equal.sum()), int(is_search.sum()), by_length)
