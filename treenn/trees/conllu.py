"""Dependency treebanks in CoNLL-U, the format of Universal Dependencies (https://universaldependencies.org/format.html).

One word a line, ten columns with tabs between them, a blank line after each sentence. Of the columns are read ID, FORM,
HEAD and DEPREL. Lines that start with `#` (comments), multiword tokens (ID 3-4: the words follow on their own lines)
and empty nodes (ID 8.1: they belong to the enhanced graph, not to the tree) are passed over. `-LRB-` and the other
escapes of `treenn.trees.ptb_escapes` are undone in words.
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
    """The dependency trees of a CoNLL-U file; a DEPREL of `_` is a relation of `None`, and no word has a label.

    Args:
        path: the file.
        encoding: the name of the file's encoding (default: UTF-8).
        on_error: called with the error of each sentence that is skipped (default: the first error is raised).

    Raises:
        InputError: names the file, the line and the column of what is wrong, and what would be right. With `on_error`,
            if no sentence of the file can be read.
    """
    return parse_conllu(read_text(path, encoding), source=path, on_error=on_error)


@checked
def parse_conllu(text: str, *, source: str | Path = "<text>", on_error: OnError | None = None) -> list[DependencyTree]:
    r"""As `read_conllu`, from a string.

    >>> lines = ["1 dogs _ _ _ _ 2 nsubj _ _", "2 bark _ _ _ _ 0 root _ _"]
    >>> [tree] = parse_conllu("\n".join(lines).replace(" ", "\t"))
    >>> tree.words, tree.heads, tree.relations
    (('dogs', 'bark'), (1, -1), ('nsubj', 'root'))
    """
    nothing = InputError("there is no sentence here; CoNLL-U has a word a line, in 10 columns", source=source)
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
        raise InputError(
            "this sentence has no word of its own, only IDs such as 3-4 and 8.1", source=source, line=first
        )
    forms, heads, relations, lines, columns = zip(*words, strict=True)
    if fault := head_fault(heads, first=1):
        at, message = fault
        raise InputError(message, source=source, line=lines[at], column=columns[at])
    return DependencyTree(forms, heads, relations)


def _words(line: _Line, source: str | Path, word_id: int) -> list[_Word]:
    """The word of a line, where the line is one."""
    fields = line.text.split("\t")
    columns = [1 + sum(len(field) + 1 for field in fields[:k]) for k in range(len(fields))]

    def wrong(message: str, field: int) -> InputError:
        return InputError(message, source=source, line=line.number, column=columns[field])

    if len(fields) != 10:
        count = "1 column" if len(fields) == 1 else f"{len(fields)} columns"
        raise wrong(f"this line has {count}, CoNLL-U has 10, with a tab between them", -1)
    if _NO_WORD.fullmatch(fields[0]):
        return []
    if fields[0] != str(word_id):
        raise wrong(f"the ID of this word is {fields[0]!r}; it must be {word_id}: words count from 1 on", 0)
    if not fields[1].strip(" "):
        held = "holds spaces alone" if fields[1] else "is empty"
        raise wrong(f"the FORM of this word {held}; every word needs at least one character", 1)
    if not _HEAD.fullmatch(fields[6]):
        raise wrong(f"the HEAD of this word is {fields[6]!r}; it must be the ID of a word, or 0 for the root", 6)
    if not fields[7].strip(" "):
        raise wrong("the DEPREL of this word is empty; it must be a relation, or _ for none", 7)
    relation = None if fields[7] == "_" else fields[7]
    return [_Word(unescape(fields[1]), int(fields[6]) - 1, relation, line.number, columns[6])]
