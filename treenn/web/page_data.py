"""The data of a static page besides weights: the tables, limits and scales of Python that its modules read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from treenn.models.spelling import LENGTHS
from treenn.parsers.chart import affixes
from treenn.parsers.long_sentences import CLOSING, STRONG_MARKS, WEAK_MARKS
from treenn.text.shared_tables import shared_tables
from treenn.web.playground import LONGEST_SECOND, MOST_SENTENCES
from treenn.web.readers import LONGEST, Reader
from treenn.web.requests import LONGEST_TEXT, LONGEST_WORD

LONGEST_SENTENCE = 200
"""The maximum number of words of a sentence; longer ones are divided. A server permits `MAX_WORDS`."""

MOST_WORDS = 1000
"""The maximum number of words of a text, which take a few seconds."""


def page_data(readers: Sequence[Reader]) -> dict[str, Any]:
    """The data that `LocalPlayground` of `local_playground.mjs` reads, as JSON values.

    Args:
        readers: the readers of the page's model (`make_readers`).
    """
    return {
        "scales": [reader.scale for reader in readers],
        "tables": shared_tables(),
        "marks": {"strong": sorted(STRONG_MARKS), "weak": sorted(WEAK_MARKS), "closing": sorted(CLOSING)},
        "ngrams": list(LENGTHS),
        "affixes": {
            "buckets": affixes.BUCKETS,
            "prefixes": list(affixes.PREFIXES),
            "suffixes": list(affixes.SUFFIXES),
            "shape": affixes.SHAPE,
        },
        "limits": {
            "longest_text": LONGEST_TEXT,
            "longest_word": LONGEST_WORD,
            "max_words": LONGEST_SENTENCE,
            "most_words": MOST_WORDS,
            "most_sentences": MOST_SENTENCES,
            "longest_second": LONGEST_SECOND,
            "longest_curve": LONGEST,
        },
    }
