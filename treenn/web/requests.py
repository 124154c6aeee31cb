"""The JSON requests of the playground, validated."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, TypeVar

from treenn.trees import InputError, Tree
from treenn.trees.json_records import from_json
from treenn.trees.json_values import not_an_object

LONGEST_TEXT = 20_000
"""The maximum number of characters of a text."""

MAX_WORDS = 400
"""The maximum number of words of a tree."""

LONGEST_WORD = 200
"""The maximum number of characters of a word."""

_SOURCE = "request"


@dataclass(frozen=True)
class ScalesRequest:
    """A request for the scales of all models."""


@dataclass(frozen=True)
class ParseRequest:
    """A text, or the words of one sentence, to parse and predict.

    Args:
        text: the text (default: None).
        words: the words (default: None).
    """

    text: str | None = None
    words: list[str] | None = None

    def __post_init__(self) -> None:
        if (self.text is None) == (self.words is None):
            raise InputError("must have either the key 'text' or the key 'words'")
        if self.text is not None and len(self.text) > LONGEST_TEXT:
            raise InputError(f"the text has {len(self.text)} characters; must have at most {LONGEST_TEXT}")
        if self.words is not None:
            _check_words(self.words)


@dataclass(frozen=True)
class TreeRequest:
    """A tree to predict.

    Args:
        words: its words.
        merges: its merges, as in `Tree`.
        nodes: the nodes whose states are requested (default: None, all).
    """

    words: list[str]
    merges: list[list[int]]
    nodes: list[int] | None = None

    def __post_init__(self) -> None:
        _check_words(self.words)
        if any(not 0 <= node < 2 * len(self.words) - 1 for node in self.nodes or ()):
            raise InputError(f"'nodes' must be numbers from 0 to {2 * len(self.words) - 2}")

    @property
    def tree(self) -> Tree:
        """The tree.

        Raises:
            InputError: if it is no binary tree.
        """
        merges: Any = self.merges
        return Tree(tuple(self.words), merges)


Request = TypeVar("Request")


def read_request(kind: type[Request], body: bytes) -> Request:
    """Read the body of a request.

    Args:
        kind: the class of the request, a dataclass.
        body: the body, JSON in UTF-8.

    Raises:
        InputError: if it is not JSON, a key is unknown or missing, or a value is invalid. A key `model` is unknown, so
            that no request names a file.
    """
    try:
        value: Any = json.loads(body.decode("utf-8"), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise InputError("the body must be a JSON object in UTF-8", source=_SOURCE) from error
    known = [field.name for field in fields(kind)]  # type: ignore[arg-type]
    if not isinstance(value, dict):
        raise not_an_object(value, _SOURCE, "the body")
    if unknown := sorted(set(value) - set(known)):
        keys = ", ".join(map(repr, known)) or "none"
        raise InputError(f"the key {unknown[0][:40]!r} is unknown; the keys are {keys}", source=_SOURCE)
    return from_json(kind, value, _SOURCE)


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _check_words(words: Sequence[str]) -> None:
    if not 1 <= len(words) <= MAX_WORDS:
        raise InputError(f"the sentence has {len(words)} words; must have 1 to {MAX_WORDS}")
    for position, word in enumerate(words, start=1):
        if not word or len(word) > LONGEST_WORD or any(letter.isspace() for letter in word):
            raise InputError(f"word {position} must have 1 to {LONGEST_WORD} characters and no spaces")
