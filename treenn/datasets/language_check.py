"""Checks that texts are in English, by the words that a vocabulary lacks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING

import regex

from treenn.datasets.script_check import is_mostly_of_other_scripts
from treenn.parsers.loading import SHIPPED, parser_folder
from treenn.trees.json_values import read_words
from treenn.trees.tree import Tree

if TYPE_CHECKING:
    from treenn.models.vocabulary import Vocabulary

MANY_UNKNOWN = 1 / 3
"""The share of unknown words above which predictions and trees are unreliable."""

NOT_ENGLISH = "not English"
"""The reason for which a text is not judged."""

_FEWEST = 5  # distinct words that are neither names nor numbers
_UNKNOWN_SHARE, _FUNCTION_SHARE = 0.4, 0.2

_FUNCTION_WORDS = frozenset(
    [
        "about",
        "am",
        "an",
        "and",
        "are",
        "be",
        "because",
        "been",
        "but",
        "could",
        "did",
        "does",
        "for",
        "from",
        "had",
        "has",
        "have",
        "his",
        "how",
        "if",
        "into",
        "is",
        "it",
        "its",
        "just",
        "like",
        "more",
        "most",
        "my",
        "n't",
        "not",
        "of",
        "only",
        "our",
        "out",
        "should",
        "some",
        "than",
        "that",
        "the",
        "their",
        "them",
        "then",
        "there",
        "these",
        "they",
        "this",
        "those",
        "too",
        "very",
        "we",
        "were",
        "what",
        "when",
        "where",
        "which",
        "while",
        "who",
        "why",
        "with",
        "would",
        "you",
        "your",
        "'s",
    ]
)
"""Frequent function words of English that are rare in other languages, unlike `a`, `in` or `so`."""

_WORD = regex.compile(r"\p{L}{2,}(?:['’-]\p{L}+)*")


def is_english(vocabulary: Vocabulary) -> bool:
    """Return True if a vocabulary has most function words of English, as after training on English text."""
    return 2 * len(vocabulary.unknown(sorted(_FUNCTION_WORDS))) < len(_FUNCTION_WORDS)


def is_foreign(words: Sequence[str], unknown: Collection[str]) -> bool:
    """Return True if a text is in another language than English.

    At least half of its letters are in other scripts than Latin. Or over 40 % of its words are unknown, and function
    words of English are fewer than a fifth of them. The second rule counts distinct words in lower case, of which there
    must be five: names, numbers, emoticons, capitals and addresses are no evidence.

    On UD EWT's 8,078 sentences, the second rule holds for 25 by the vocabulary of SST, and for none by that and the
    50,000 most frequent words of GloVe 6B.

    Args:
        words: the words of the text.
        unknown: the words that an English vocabulary lacks.

    >>> spanish = "el guion es flojo pero la fotografía es preciosa".split()
    >>> is_foreign(spanish, spanish), is_foreign(["Zoolander", "!"], ["Zoolander"])
    (True, False)
    """
    if is_mostly_of_other_scripts(words):
        return True
    if len(unknown) <= _FEWEST * _UNKNOWN_SHARE:  # for speed
        return False
    counted = {word for word in words if word.islower() and _WORD.fullmatch(word)}
    known_function_words = _FUNCTION_WORDS.intersection(map(str.lower, words))
    return (
        len(counted) >= _FEWEST
        and len(counted.intersection(unknown)) > _UNKNOWN_SHARE * len(counted)
        and len(known_function_words) < _FUNCTION_SHARE * len(counted)
    )


def unknown_share(trees: Iterable[Tree]) -> float:
    """The fraction of words with a letter that the vocabulary of the shipped parser lacks; 0 without such words."""
    folder = parser_folder(SHIPPED)
    assert folder is not None
    known = frozenset(read_words(folder / "vocabulary.json"))  # without the import of torch
    words = Counter(word.lower() for tree in trees for word in tree.words if any(map(str.isalpha, word)))
    return sum(count for word, count in words.items() if word not in known) / max(words.total(), 1)


def unknown_language(trees: Sequence[Tree]) -> str | None:
    """A warning if over a third of the words are unknown to the shipped parser, else None."""
    share = unknown_share(trees)
    if share <= MANY_UNKNOWN:
        return None
    remedy = "for another language, --trees right makes right-branching trees, without syntax"
    return f"warning: {share:.0%} of the words are unknown to the parser {SHIPPED} for English; {remedy}"
