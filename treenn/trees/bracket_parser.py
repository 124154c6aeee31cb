"""Bracketed text to raw trees: tokens grouped with a stack, and the place of every error."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from treenn.trees.errors import InputError, argument
from treenn.trees.files import line_starts, place, place_among
from treenn.trees.ptb_escapes import unescape, unescape_label
from treenn.trees.skipping import OnError, require_some
from treenn.trees.tree import Label

T = TypeVar("T")

_TOKEN = re.compile(r"\([^() \t\r\n]*|\)|[^() \t\r\n]+")
_COMMENT = re.compile(r"(?:^|(?<=\r))#[^\r\n]*", re.MULTILINE)
_NO_TREE = "there is no tree here; a tree looks like (3 (2 not) (1 bad))"


class RawTree(NamedTuple):
    """One tree as it was read: inner node `k` is the number `~k` until the number of words is known."""

    words: list[str]
    tags: list[Label]
    children: list[list[int]]
    labels: list[Label]
    leaf_at: list[int]
    node_at: list[int]


class ParseError(Exception):
    """What is wrong at token number `at`; the file, line and column are found once it is known to be needed."""

    def __init__(self, at: int, message: str) -> None:
        self.at, self.message = at, message
        super().__init__(message)


def group(
    text: str,
    source: str | Path,
    make: Callable[[RawTree], T],
    *,
    untagged: bool = False,
    on_error: OnError | None = None,
) -> list[T]:
    """Group bracketed text into trees.

    Args:
        text: the text.
        source: the file, for messages.
        make: makes a tree of what was read; it raises `ParseError` for a tree that it refuses.
        untagged: read a word next to other words or subtrees as a word without a tag (default: an error).
        on_error: called with the error of each tree that is skipped (default: the first error is raised).

    Returns:
        What `make` returned for each tree.

    Raises:
        InputError: with the line and the column; with `on_error`, only if no tree can be read.
    """
    if "#" in text:
        text = _COMMENT.sub(lambda match: " " * len(match[0]), text)
    if on_error is not None:
        return _group_good(text, source, make, untagged, on_error)
    try:
        trees = [make(raw) for raw in _raw_trees(_TOKEN.findall(text), untagged)]
    except ParseError as fault:
        raise _located(fault, text, source) from None
    if not trees:
        raise InputError(_NO_TREE, source=source)
    return trees


def _located(fault: ParseError, text: str, source: str | Path) -> InputError:
    start = next(islice(_TOKEN.finditer(text), fault.at, None)).start()
    line, column = place(text, start)
    return InputError(fault.message, source=source, line=line, column=column)


def _group_good(
    text: str, source: str | Path, make: Callable[[RawTree], T], untagged: bool, on_error: OnError
) -> list[T]:
    """The trees that can be read.

    Where a bracket is never closed, the next tree begins at the next line that starts with a bracket. So it does after
    any error, unless a tree of this text that can be read has such a line inside.
    """
    matches = list(_TOKEN.finditer(text))
    tokens = [match[0] for match in matches]
    at_margin = [
        number
        for number, match in enumerate(matches)
        if match[0][0] == "(" and (match.start() == 0 or text[match.start() - 1] in "\r\n")
    ]
    closing = _closing(tokens)
    for every in (False, True):
        trees, faults, spread = list[T](), list[ParseError](), False
        for start, end in _pieces(tokens, closing, at_margin, every):
            try:
                trees += [make(raw) for raw in _raw_trees(tokens[start:end], untagged)]
                spread |= bisect_right(at_margin, end - 1) > bisect_right(at_margin, start)
            except ParseError as error:
                faults.append(ParseError(start + error.at, error.message))
        if not faults or spread:
            break
    errors, starts = list[InputError](), line_starts(text)
    for fault in faults:
        line, column = place_among(starts, matches[fault.at].start())
        errors.append(InputError(fault.message, source=source, line=line, column=column))
    return require_some(trees, errors, on_error, InputError(_NO_TREE, source=source))


def _closing(tokens: Sequence[str]) -> dict[int, int]:
    """For each bracket that is closed the number of the token that closes it."""
    closing: dict[int, int] = {}
    stack: list[int] = []
    for at, token in enumerate(tokens):
        if token[0] == "(":
            stack.append(at)
        elif token == ")" and stack:
            closing[stack.pop()] = at
    return closing


def _pieces(
    tokens: Sequence[str], closing: dict[int, int], at_margin: Sequence[int], every: bool
) -> Iterator[tuple[int, int]]:
    """Ranges of tokens that hold one tree each, or a run of tokens outside of any.

    Args:
        tokens: all of them.
        closing: the number of the closing token by that of the opening one.
        at_margin: the brackets that lines start with, in order.
        every: whether each of these begins a tree; if not, only one after a bracket that is never closed does.
    """
    start = 0
    while start < len(tokens):
        after = bisect_right(at_margin, start)
        fresh = at_margin[after] if after < len(at_margin) else len(tokens)
        if tokens[start][0] == "(":
            end = closing[start] + 1 if start in closing else fresh
            end = min(end, fresh) if every else end
        else:
            end = start + 1
            while end < len(tokens) and tokens[end][0] != "(":
                end += 1
        yield start, end
        start = end


def _raw_trees(tokens: list[str], untagged: bool) -> Iterator[RawTree]:
    """Group tokens into trees with a stack; a frame is [number of the token "(", label, parts…]: words or nodes."""
    raw, stack = RawTree([], [], [], [], [], []), list[list[Any]]()
    for at, token in enumerate(tokens):
        if token[0] == "(":
            if untagged and stack:
                _add_words(stack[-1], raw)
            stack.append([at, token[1:]])
            continue
        if not stack:
            raise ParseError(at, _outside(token))
        if token != ")":
            stack[-1].append(token)
            continue
        frame = stack.pop()
        if untagged:
            _close_words(frame, raw)
        if stack:
            stack[-1].append(_close(frame, raw))
            continue
        if not _is_wrapper(frame):
            _close(frame, raw)
        yield raw
        raw = RawTree([], [], [], [], [], [])
    if stack:
        raise ParseError(stack[0][0], "this bracket is never closed; every ( needs its )")


def _close(frame: list[Any], raw: RawTree) -> int:
    """Add the node of a closed bracket to its tree and return its number."""
    at, label, *parts = frame
    if not label and len(parts) > 1 and type(parts[0]) is str:
        label = parts.pop(0)
    if len(parts) == 1 and type(parts[0]) is str:
        return _add_word(raw, parts[0], unescape_label(label), at)
    if not parts or str in map(type, parts):
        raise ParseError(at, _odd_parts(label, parts))
    raw.children.append(parts)
    raw.labels.append(unescape_label(label))
    raw.node_at.append(at)
    return -len(raw.children)


def _add_word(raw: RawTree, word: str, tag: Label, at: int) -> int:
    raw.words.append(unescape(word))
    raw.tags.append(tag)
    raw.leaf_at.append(at)
    return len(raw.words) - 1


def _close_words(frame: list[Any], raw: RawTree) -> None:
    """Make leaves of the words without a tag in a bracket that closes; for a word alone, its label is the tag."""
    _, label, *parts = frame
    alone = 1 if label else 2  # without a label next to the bracket, the first of two words is the label
    if len(parts) > alone or int in map(type, parts):
        _add_words(frame, raw)


def _add_words(frame: list[Any], raw: RawTree) -> None:
    """Make leaves of the words without a tag that an open bracket holds so far."""
    at, label, *parts = frame
    if not label and parts and type(parts[0]) is str:
        label = parts.pop(0)
    frame[1:] = [label, *(_add_word(raw, part, None, at) if type(part) is str else part for part in parts)]


def _is_wrapper(frame: list[Any]) -> bool:
    """Whether these are the brackets without a label that the Penn Treebank puts around a whole tree."""
    return len(frame) == 3 and not frame[1] and type(frame[2]) is int


def _outside(token: str) -> str:
    if token == ")":
        return "this bracket closes nothing; every ) needs its ("
    return f"{token!r} stands outside of any tree; a tree looks like (3 (2 not) (1 bad))"


def _odd_parts(label: str, parts: list[Any]) -> str:
    if not parts:
        what = f"this node has a label, {label}, but neither a word nor children" if label else "this node is empty"
        return f"{what}; a leaf looks like (2 word)"
    words = [part for part in parts if type(part) is str]
    shown = " ".join(words[:5]) + " …" * (len(words) > 5)
    remedy = f"or {argument('untagged', True)} for words without a tag"
    if len(words) == len(parts):
        return f"this leaf has {len(words)} words, {shown}; each word needs brackets of its own, {remedy}"
    return (
        f"the word {words[0]!r} stands beside a subtree; each word needs brackets of its own, (2 {words[0]}), {remedy}"
    )
