"""A shift-reduce parser of bracketed text, with the position of every error."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from treenn.trees.errors import InputError, argument
from treenn.trees.files import line_and_column, line_starts
from treenn.trees.ptb_escapes import unescape, unescape_label
from treenn.trees.skipping import OnError, require_some
from treenn.trees.tree import Label

T = TypeVar("T")

_TOKEN = re.compile(r"\([^() \t\r\n]*|\)|[^() \t\r\n]+")
_COMMENT = re.compile(r"(?:^|(?<=\r))#[^\r\n]*", re.MULTILINE)
_NO_TREE = "there is no tree; a tree looks like (3 (2 not) (1 bad))"


class RawTree(NamedTuple):
    """A parsed tree before numbering.

    Args:
        words: the words.
        tags: the label of each word.
        children: the children of each inner node; inner node `k` is `~k`, since the number of words is not known yet.
        labels: the label of each inner node.
        leaf_at: the index of each word's token.
        node_at: the index of each inner node's first token.
    """

    words: list[str]
    tags: list[Label]
    children: list[list[int]]
    labels: list[Label]
    leaf_at: list[int]
    node_at: list[int]


class ParseError(Exception):
    """An error at the token with index `at`; line and column are computed only if it is reported."""

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
    """Parse bracketed text.

    Args:
        text: the text.
        source: the file name in messages.
        make: a function that converts a parsed tree; raises `ParseError` to refuse it.
        untagged: whether a word next to other words or subtrees is a word without a tag (default: False, an error).
        on_error: called with the error of each skipped tree (default: None, the first error is raised).

    Returns:
        The results of `make`.

    Raises:
        InputError: if a tree is malformed, with line and column; with `on_error`, only if all are.
    """
    if "#" in text:
        text = _COMMENT.sub(lambda match: " " * len(match[0]), text)
    if on_error is not None:
        return _group_good(text, source, make, untagged, on_error)
    try:
        trees = [make(raw) for raw in _raw_trees(_TOKEN.findall(text), untagged)]
    except ParseError as fault:
        raise _located([fault], text, source)[0] from None
    if not trees:
        raise InputError(_NO_TREE, source=source)
    return trees


def _located(faults: Sequence[ParseError], text: str, source: str | Path) -> list[InputError]:
    starts, tokens = line_starts(text), list(_TOKEN.finditer(text))
    positions = (line_and_column(starts, tokens[fault.at].start()) for fault in faults)
    return [
        InputError(fault.message, source=source, line=line, column=column)
        for fault, (line, column) in zip(faults, positions, strict=True)
    ]


def _group_good(
    text: str, source: str | Path, make: Callable[[RawTree], T], untagged: bool, on_error: OnError
) -> list[T]:
    """Parse the well-formed trees and skip the others.

    After an unclosed bracket, the next tree begins at the next line that starts with a bracket. The same applies after
    other errors, unless a well-formed tree of this text contains such a line.
    """
    matches = list(_TOKEN.finditer(text))
    tokens = [match[0] for match in matches]
    at_margin = [
        index
        for index, match in enumerate(matches)
        if match[0][0] == "(" and (match.start() == 0 or text[match.start() - 1] in "\r\n")
    ]
    closing = _closing(tokens)
    for split_at_margin in (False, True):
        trees, faults, spread = list[T](), list[ParseError](), False
        for start, end in _pieces(tokens, closing, at_margin, split_at_margin):
            try:
                trees += [make(raw) for raw in _raw_trees(tokens[start:end], untagged)]
                spread |= bisect_right(at_margin, end - 1) > bisect_right(at_margin, start)
            except ParseError as error:
                faults.append(ParseError(start + error.at, error.message))
        if not faults or spread:
            break
    return require_some(trees, _located(faults, text, source), on_error, InputError(_NO_TREE, source=source))


def _closing(tokens: Sequence[str]) -> dict[int, int]:
    """The index of the closing token of each opening token."""
    closing: dict[int, int] = {}
    stack: list[int] = []
    for at, token in enumerate(tokens):
        if token[0] == "(":
            stack.append(at)
        elif token == ")" and stack:
            closing[stack.pop()] = at
    return closing


def _pieces(
    tokens: Sequence[str], closing: dict[int, int], at_margin: Sequence[int], split_at_margin: bool
) -> Iterator[tuple[int, int]]:
    """Ranges of tokens, each with one tree or with tokens outside of any tree.

    Args:
        tokens: the tokens.
        closing: the index of the closing token by that of the opening token.
        at_margin: the indices of the brackets at the start of a line, in order.
        split_at_margin: whether each of these brackets begins a tree. If False, only one that follows an unclosed
            bracket does.
    """
    start = 0
    while start < len(tokens):
        after = bisect_right(at_margin, start)
        fresh = at_margin[after] if after < len(at_margin) else len(tokens)
        if tokens[start][0] == "(":
            end = closing[start] + 1 if start in closing else fresh
            end = min(end, fresh) if split_at_margin else end
        else:
            end = start + 1
            while end < len(tokens) and tokens[end][0] != "(":
                end += 1
        yield start, end
        start = end


def _raw_trees(tokens: list[str], untagged: bool) -> Iterator[RawTree]:
    """Parse tokens with a stack of frames [index of the token "(", label, words or nodes...]."""
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
        raise ParseError(stack[0][0], "this bracket is never closed; every ( needs a )")


def _close(frame: list[Any], raw: RawTree) -> int:
    """Add the node of a closed bracket to its tree. Returns its number."""
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
    """Convert words without a tag in a closing bracket to leaves; the tag of a single word is the label."""
    _, label, *parts = frame
    single = 1 if label else 2  # without a label next to the bracket, the first of two words is the label
    if len(parts) > single or int in map(type, parts):
        _add_words(frame, raw)


def _add_words(frame: list[Any], raw: RawTree) -> None:
    """Convert the words without a tag in an open bracket to leaves."""
    at, label, *parts = frame
    if not label and parts and type(parts[0]) is str:
        label = parts.pop(0)
    frame[1:] = [label, *(_add_word(raw, part, None, at) if type(part) is str else part for part in parts)]


def _is_wrapper(frame: list[Any]) -> bool:
    """True for unlabelled brackets around a whole tree, as in the Penn Treebank."""
    return len(frame) == 3 and not frame[1] and type(frame[2]) is int


def _outside(token: str) -> str:
    if token == ")":
        return "this bracket is never opened; every ) needs a ("
    return f"{token!r} is outside of any tree; a tree looks like (3 (2 not) (1 bad))"


def _odd_parts(label: str, parts: list[Any]) -> str:
    if not parts:
        problem = f"this node has a label, {label}, but neither a word nor children" if label else "this node is empty"
        return f"{problem}; a leaf looks like (2 word)"
    words = [part for part in parts if type(part) is str]
    shown = " ".join(words[:5]) + " …" * (len(words) > 5)
    remedy = f"or {argument('untagged', True)} for words without a tag"
    if len(words) == len(parts):
        return f"this leaf has {len(words)} words, {shown}; each word needs its own brackets, {remedy}"
    return f"the word {words[0]!r} is next to a subtree; each word needs its own brackets, (2 {words[0]}), {remedy}"
