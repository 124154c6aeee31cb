"""Readers of SICK as preprocessed by Tai et al. 2015: parallel files with one line per sentence.

`a.toks` contains the words, with the escapes of `treenn.trees.ptb_escapes`. `a.parents` contains the head of each word,
numbered from 1, or 0 for the root. `a.rels` contains the relations. `a.cparents` contains the parent of each node of
the binary constituency tree, or 0 for the root. Nodes 1 to n are the words, followed by the n - 1 inner nodes in any
order.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path

from treenn.trees.arguments import AnyPath, checked
from treenn.trees.dependency import DependencyTree, head_fault
from treenn.trees.errors import InputError
from treenn.trees.files import read_text, split_lines
from treenn.trees.lines import Line
from treenn.trees.ptb_escapes import unescape
from treenn.trees.skipping import OnError, read_each
from treenn.trees.tree import Tree

_TOKEN = re.compile(r"[^ \t\r]+")
_EMPTY = "this line is empty; every line is a sentence of one word or more"
_NUMBER = re.compile(r"-?[0-9]{1,9}")


@checked
def read_sick_dependencies(
    prefix: AnyPath, *, encoding: str = "utf-8", on_error: OnError | None = None
) -> list[DependencyTree]:
    """Read the dependency trees of `PREFIX.toks`, `PREFIX.parents` and `PREFIX.rels`.

    Args:
        prefix: the path of the files without the suffix, such as `sick/train/a`.
        encoding: the encoding of the files (default: `"utf-8"`).
        on_error: called with the error of each skipped sentence (default: None, the first error is raised).

    Raises:
        InputError: if a sentence is malformed, with file, line and column; with `on_error`, only if all are. Also if
            the files differ in the number of lines.
    """
    return read_each(dependencies_by_line(prefix, encoding), lambda read: read(), on_error, _nothing(prefix))


@checked
def read_sick_constituents(prefix: AnyPath, *, encoding: str = "utf-8", on_error: OnError | None = None) -> list[Tree]:
    """Read the unlabelled binary trees of `PREFIX.toks` and `PREFIX.cparents`.

    Args:
        prefix: the path of the files without the suffix, such as `sick/train/a`.
        encoding: the encoding of the files (default: `"utf-8"`).
        on_error: called with the error of each skipped sentence (default: None, the first error is raised).

    Raises:
        InputError: as `read_sick_dependencies`.
    """
    return read_each(constituents_by_line(prefix, encoding), lambda read: read(), on_error, _nothing(prefix))


def dependencies_by_line(prefix: str | Path, encoding: str = "utf-8") -> list[Callable[[], DependencyTree]]:
    """One function per line that parses its dependency tree. Pairs use them to skip a pair if a line is malformed."""
    return [partial(_dependencies, *lines) for lines in _parallel(prefix, encoding, "toks", "parents", "rels")]


def constituents_by_line(prefix: str | Path, encoding: str = "utf-8") -> list[Callable[[], Tree]]:
    """One function per line that parses its binary tree, as `dependencies_by_line`."""
    return [partial(_constituents, *lines) for lines in _parallel(prefix, encoding, "toks", "cparents")]


def _nothing(prefix: str | Path) -> InputError:
    return InputError("there is no sentence; every line is one", source=f"{prefix}.toks")


def _parallel(prefix: str | Path, encoding: str, *suffixes: str) -> list[tuple[Line, ...]]:
    """The corresponding lines of the files, which must have the same number of lines."""
    files = []
    for suffix in suffixes:
        path = Path(f"{prefix}.{suffix}")
        lines = split_lines(read_text(path, encoding))
        if not lines:
            raise InputError(_EMPTY, source=path, line=1)
        files.append([Line(path, number, text, _TOKEN) for number, text in enumerate(lines, start=1)])
    shortest, longest = min(files, key=len), max(files, key=len)
    if len(shortest) < len(longest):
        other = f"{Path(longest[0].source).name} has {len(longest)} lines"
        raise shortest[-1].error(f"this file ends at line {len(shortest)}, {other}")
    return list(zip(*files, strict=True))


def _tokens(line: Line) -> list[str]:
    if not line.cells:
        raise line.error(_EMPTY)
    return line.cells


def _dependencies(toks: Line, parents: Line, rels: Line) -> DependencyTree:
    words, relations = tuple(map(unescape, _tokens(toks))), rels.cells
    heads = [parent - 1 for parent in _numbers(parents)]
    for line, entries in ((parents, heads), (rels, relations)):
        if len(entries) != len(words):
            expected = f"the one of {Path(toks.source).name} has {len(words)}"
            raise line.error(f"this line has {len(entries)} entries, but {expected}")
    if fault := head_fault(heads, first=1):
        at, message = fault
        raise parents.error(message, at)
    return DependencyTree(words, tuple(heads), tuple(relations))


def _constituents(toks: Line, cparents: Line) -> Tree:
    words, parents = tuple(map(unescape, _tokens(toks))), _numbers(cparents)
    nodes = 2 * len(words) - 1
    if len(parents) != nodes:
        expected = f"a binary tree over the {len(words)} words in {Path(toks.source).name} has {nodes}"
        raise cparents.error(f"this line has {len(parents)} entries; {expected}")
    _check_parents(cparents, parents, len(words))
    try:
        return Tree(words, tuple(_merges(parents, len(words))))
    except InputError as error:
        raise cparents.error(f"this is not one binary tree over the words in order: {error.message}") from None


def _check_parents(line: Line, parents: list[int], n: int) -> None:
    counts = Counter(parents)  # if each inner node has two children, exactly one of the 2n - 1 nodes is the root
    for at, parent in enumerate(parents):
        if not (parent == 0 or n < parent < 2 * n):
            right = f"an inner node, {n + 1} to {2 * n - 1}, or 0 for the root"
            raise line.error(f"the parent of node {at + 1} is {parent}; it must be {right}", at)
        if at >= n and counts[at + 1] != 2:
            raise line.error(f"node {at + 1} is the parent of {counts[at + 1]} nodes; it must be the parent of 2", at)


def _merges(parents: list[int], n: int) -> list[tuple[int, int]]:
    """The merges of a `Tree`: ascend from each word, left to right, while both children of the parent are known."""
    merges: list[tuple[int, int]] = []
    left: dict[int, int] = {}  # the first child of nodes whose second child is not known yet
    for word in range(n):
        node, parent = word, parents[word]
        while parent in left:
            merges.append((left.pop(parent), node))
            node, parent = n + len(merges) - 1, parents[parent - 1]
        left[parent] = node
    return merges


def _numbers(line: Line) -> list[int]:
    tokens = _tokens(line)
    for at, token in enumerate(tokens):
        if not _NUMBER.fullmatch(token):
            raise line.error(f"{token!r} is not the number of a node; it must be a whole number", at)
    return list(map(int, tokens))
