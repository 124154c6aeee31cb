"""`tokenize`: text as people write it, split into words as the sentiment treebank's (SST's) are."""

from __future__ import annotations

import re
import sys
import unicodedata
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from treenn.trees.errors import InputError

if TYPE_CHECKING:
    from nltk.tokenize import NLTKWordTokenizer

_APOSTROPHE = "\u02bc"
"""Stands, while the tokenizer runs, for an apostrophe that belongs to its word; it counts as a letter there."""

_AS_TYPED = {"\u2018": "'", "\u2019": "'", _APOSTROPHE: "'", "\u201c": "``", "\u201d": "''"}
_DASHES = {"\u2010": "-", "\u2011": "-", "\u2013": "--", "\u2014": "--", "\u2015": "--", "\u2026": "..."}
_ELISION = re.compile(r"(?i)(?<!\w)'(n'(?!\w)|(?:em|til|tis|twas|cause|n|\d0s|\d\d)\b)")
_OPENING = re.compile(r"(?i)(?<![\w'.,!?)\]])'(?!(?:re|ve|ll|m|t|s|d)\b)(?=[\w(])")
_FULL_STOP = re.compile(r"\b([a-z]{2,})\.(?=\s+['`\"]*[A-Z])")
_ABBREVIATIONS = {"al", "etc", "no", "vs"}


def tokenize(text: str) -> list[str]:
    r"""The words of a sentence, by nltk's `NLTKWordTokenizer`, written as SST writes them.

    Double quotes become \`\` and '', an opening single quote becomes \`, dashes become -- and an ellipsis three dots;
    'em and '70s stay whole; a full stop between two sentences is a word. Brackets are themselves (files write -LRB-).
    Control characters, byte order marks and zero-width spaces separate words, as spaces do.

    Raises:
        InputError: where the text holds no word.

    >>> tokenize("It's \"the '70s\" (more or less), isn't it?")
    ['It', "'s", '``', 'the', "'70s", "''", '(', 'more', 'or', 'less', ')', ',', 'is', "n't", 'it', '?']
    """
    text = text.translate(_plain())
    text = _ELISION.sub(lambda match: match[0].replace("'", _APOSTROPHE), text)
    text = _FULL_STOP.sub(_apart, _OPENING.sub("`", text))
    words = [word.replace(_APOSTROPHE, "'") for word in _tokenizer().tokenize(text)]
    if not words:
        raise InputError("there is no word in this text")
    return words


@cache
def _plain() -> dict[int, str]:
    """What each character is replaced with before the text is split: the typewriter's, as SST has them, or a space."""
    controls = (chr(code) for code in range(0x100) if unicodedata.category(chr(code)) == "Cc")
    return str.maketrans(dict.fromkeys((*controls, "\u200b", "\ufeff"), " ") | _AS_TYPED | _DASHES)


def _apart(match: re.Match[str]) -> str:
    return match[0] if match[1] in _ABBREVIATIONS else f"{match[1]} . "


@cache
def _tokenizer() -> NLTKWordTokenizer:
    """nltk's tokenizer alone: all of nltk, with scikit-learn and SciPy behind it, would take a second to import.

    Python runs a package's `__init__` before any module in it, so empty packages stand in for these meanwhile.
    """
    if "nltk" not in sys.modules:
        places = getattr(find_spec("nltk"), "submodule_search_locations", None) or []
        for name, folder in (("nltk", ""), ("nltk.tokenize", "tokenize")):
            sys.modules[name] = package = ModuleType(name)
            package.__path__ = [str(Path(place, folder)) for place in places]
        try:
            return _nltk_word_tokenizer()
        finally:
            for name in [name for name in sys.modules if name.partition(".")[0] == "nltk"]:
                del sys.modules[name]
    return _nltk_word_tokenizer()


def _nltk_word_tokenizer() -> NLTKWordTokenizer:
    from nltk.tokenize.destructive import NLTKWordTokenizer

    return NLTKWordTokenizer()
