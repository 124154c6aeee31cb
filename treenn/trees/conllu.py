"""Reader of CoNLL-U, the format of Universal Dependencies (https://universaldependencies.org/format.html).

The format has a line per word, ten columns separated by tabs, and a blank line after each sentence. The columns ID,
FORM, HEAD and DEPREL are read. Comments (lines that start with `#`), multiword tokens (ID 3-4, whose words follow) and
empty nodes (ID 8.1, which belong to the enhanced graph) are ignored. The escapes of `treenn.trees.ptb_escapes` in words
are resolved.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

from treenn.trees.arguments import AnyPath, checked
from treenn.trees.dependency import DependencyTree, head_fault
from treenn.trees.errors import InputError
from treenn.trees.files import read_text, split_lines
from treenn.trees.ptb_escapes import unescape
from treenn.trees.skipping import OnError, read_each

_NO_WORD = re.compile(r"[0-9]+[-.][0-9]+")
_HEAD = re.compile(r"[0-9]{1,9}")


class _Line(NamedTuple):
    number: int
    text: str


class _Word(NamedTuple):
    form: str
    head: int
    relation: str | None
    line: int
    column: int


@checked
def read_conllu(path: AnyPath, *, encoding: str = "utf-8", on_error: OnError | None = None) -> list[DependencyTree]:
    """Read the dependency trees of a CoNLL-U file, without labels; the relation of a DEPREL `_` is None.

    Args:
        path: the file.
        encoding: the encoding of the file (default: `"utf-8"`).
        on_error: called with the error of each sentence that is skipped (default: None, the first error is raised).

    Raises:
        InputError: if a sentence is malformed, with file, line and column; with `on_error`, only if all are.
    """
    return parse_conllu(read_text(path, encoding), source=path, on_error=on_error)


@checked
def parse_conllu(text: str, *, source: str | Path = "<text>", on_error: OnError | None = None) -> list[DependencyTree]:
    r"""Parse the dependency trees of a text in CoNLL-U.

    Args:
        text: the text.
        source: the file name in messages (default: `"<text>"`).
        on_error: called with the error of each sentence that is skipped (default: None, the first error is raised).

    Raises:
        InputError: if a sentence is malformed, with line and column; with `on_error`, only if all are.

    >>> lines = ["1 dogs _ _ _ _ 2 nsubj _ _", "2 bark _ _ _ _ 0 root _ _"]
    >>> [tree] = parse_conllu("\n".join(lines).replace(" ", "\t"))
    >>> tree.words, tree.heads, tree.relations
    (('dogs', 'bark'), (1, -1), ('nsubj', 'root'))
    """
    nothing = InputError("there is no sentence; CoNLL-U has a line of 10 columns per word", source=source)
    return read_each(_sentences(text), partial(_tree, source=source), on_error, nothing)


def _sentences(text: str) -> Iterator[list[_Line]]:
    """The lines of each sentence, without comments."""
    sentence: list[_Line] = []
    for number, line in enumerate([*split_lines(text), ""], start=1):
        if line.strip(" "):
            sentence += [] if line.startswith("#") else [_Line(number, line)]
        elif sentence:
            yield sentence
            sentence = []


def _tree(sentence: list[_Line], source: str | Path) -> DependencyTree:
    words: list[_Word] = []
    for line in sentence:
        words += _words(line, source, len(words) + 1)
    if not words:
        first = sentence[0].number
        raise InputError("this sentence has no word, only IDs such as 3-4 and 8.1", source=source, line=first)
    forms, heads, relations, lines, columns = zip(*words, strict=True)
    if fault := head_fault(heads, first=1):
        at, message = fault
        raise InputError(message, source=source, line=lines[at], column=columns[at])
    return DependencyTree(forms, heads, relations)


def _words(line: _Line, source: str | Path, word_id: int) -> list[_Word]:
    """The word of a line; empty for a multiword token or an empty node."""
    fields = line.text.split("\t")
    columns = [1 + sum(len(field) + 1 for field in fields[:k]) for k in range(len(fields))]

    def wrong(message: str, field: int) -> InputError:
        return InputError(message, source=source, line=line.number, column=columns[field])

    if len(fields) != 10:
        count = "1 column" if len(fields) == 1 else f"{len(fields)} columns"
        raise wrong(f"this line has {count}; CoNLL-U has 10, separated by tabs", -1)
    if _NO_WORD.fullmatch(fields[0]):
        return []
    if fields[0] != str(word_id):
        raise wrong(f"the ID of this word is {fields[0]!r}; it must be {word_id}: words are numbered from 1", 0)
    if not fields[1].strip(" "):
        problem = "consists of spaces" if fields[1] else "is empty"
        raise wrong(f"the FORM of this word {problem}; every word needs at least one character", 1)
    if not _HEAD.fullmatch(fields[6]):
        raise wrong(f"the HEAD of this word is {fields[6]!r}; it must be the ID of a word, or 0 for the root", 6)
    if not fields[7].strip(" "):
        raise wrong("the DEPREL of this word is empty; it must be a relation, or _ for none", 7)
    relation = None if fields[7] == "_" else fields[7]
    return [_Word(unescape(fields[1]), int(fields[6]) - 1, relation, line.number, columns[6])]
