"""Reader of CoNLL-U, the format of Universal Dependencies (https://universaldependencies.org/format.html).

Each word is a line of ten columns separated by tabs, and each sentence ends with a blank line. The columns ID, FORM,
HEAD and DEPREL are read, and on request the labels of sentences, from a comment `# label = pos`, or of words, from the
column UPOS, XPOS or DEPREL or from a key of MISC, `Label=pos`. Other comments (lines that start with `#`), multiword
tokens (such as ID 3-4) and empty nodes (such as ID 8.1) are ignored. The escapes of `treenn.trees.ptb_escapes` in words
are resolved.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

from treenn.trees.arguments import AnyPath, checked
from treenn.trees.conllu_labels import LabelLevel, Labels, is_comment, labels_of_words
from treenn.trees.dependency import DependencyTree, head_fault
from treenn.trees.errors import InputError
from treenn.trees.files import read_text, split_lines
from treenn.trees.lines import Line
from treenn.trees.ptb_escapes import unescape
from treenn.trees.skipping import OnError, read_each

_COLUMN = re.compile(r"(?:(?<=\t)|^)[^\t]*")
_NO_WORD = re.compile(r"[0-9]+[-.][0-9]+")
_HEAD = re.compile(r"[0-9]{1,9}")


class _Word(NamedTuple):
    form: str
    head: int
    relation: str | None
    line: Line


@checked
def read_conllu(
    path: AnyPath,
    *,
    label: str | None = None,
    label_level: LabelLevel = "sentence",
    encoding: str = "utf-8",
    on_error: OnError | None = None,
) -> list[DependencyTree]:
    """Read the dependency trees of a CoNLL-U file. The relation is None if DEPREL is `_`.

    Args:
        path: the file.
        label: the key of the labels: of a comment, `# label = pos`, whose value becomes the label of the root; or with
            `label_level="words"` the column UPOS, XPOS or DEPREL, or a key of MISC (default: None, no labels).
        label_level: `"sentence"`, or `"words"`, which may be unlabelled (default: `"sentence"`).
        encoding: the encoding of the file (default: `"utf-8"`).
        on_error: called with the error of each skipped sentence (default: None, the first error is raised).

    Raises:
        InputError: if a sentence is malformed or, with labels of sentences, unlabelled; with `on_error`, only if all
            are. The message contains file, line and column.
    """
    text = read_text(path, encoding)
    return parse_conllu(text, label=label, label_level=label_level, source=path, on_error=on_error)


@checked
def parse_conllu(
    text: str,
    *,
    label: str | None = None,
    label_level: LabelLevel = "sentence",
    source: str | Path = "<text>",
    on_error: OnError | None = None,
) -> list[DependencyTree]:
    r"""Parse the dependency trees of a text in CoNLL-U.

    Args:
        text: the text.
        label: the key of the labels, as in `read_conllu` (default: None).
        label_level: the labelled units, as in `read_conllu` (default: `"sentence"`).
        source: the file name in messages (default: `"<text>"`).
        on_error: called with the error of each skipped sentence (default: None, the first error is raised).

    Raises:
        InputError: as `read_conllu`.

    >>> lines = ["1 dogs _ NOUN _ _ 2 nsubj _ _", "2 bark _ VERB _ _ 0 root _ _"]
    >>> [tree] = parse_conllu("\n".join(lines).replace(" ", "\t"), label="UPOS", label_level="words")
    >>> tree.words, tree.heads, tree.relations, tree.labels
    (('dogs', 'bark'), (1, -1), ('nsubj', 'root'), ('NOUN', 'VERB'))
    """
    return parse_labelled(text, None if label is None else Labels(label, label_level), source, on_error)


def parse_labelled(
    text: str, labels: Labels | None, source: str | Path, on_error: OnError | None
) -> list[DependencyTree]:
    """Parse the dependency trees of a text, and validate their labels. Raises as `parse_conllu`."""
    nothing = InputError("there is no sentence; CoNLL-U has a line of 10 columns per word", source=source)
    return read_each(_sentences(text, source), partial(_tree, labels=labels), on_error, nothing)


def _sentences(text: str, source: str | Path) -> Iterator[list[Line]]:
    """The lines of each sentence, with its comments."""
    sentence: list[Line] = []
    for number, line in enumerate([*split_lines(text), ""], start=1):
        if line.strip(" "):
            sentence.append(Line(source, number, line, _COLUMN))
        elif sentence:
            if not all(map(is_comment, sentence)):
                yield sentence
            sentence = []


def _tree(sentence: list[Line], labels: Labels | None) -> DependencyTree:
    lines = [line for line in sentence if not is_comment(line)]
    words: list[_Word] = []
    for line in lines:
        words += _words(line, len(words) + 1)
    if not words:
        raise lines[0].error("this sentence has no word, only IDs such as 3-4 and 8.1; one ID must be 1")
    forms, heads, relations, lines_of_words = zip(*words, strict=True)
    if fault := head_fault(heads, first=1):
        at, message = fault
        raise lines_of_words[at].error(message, 6)
    return DependencyTree(forms, heads, relations, labels_of_words(sentence, lines_of_words, heads, labels))


def _words(line: Line, word_id: int) -> list[_Word]:
    """The word of a line; empty for a multiword token or an empty node."""
    fields = line.cells
    if len(fields) != 10:
        count = "1 column" if len(fields) == 1 else f"{len(fields)} columns"
        raise line.error(f"this line has {count}; CoNLL-U has 10, separated by tabs", -1)
    if _NO_WORD.fullmatch(fields[0]):
        return []
    if fields[0] != str(word_id):
        raise line.error(f"the ID of this word is {fields[0]!r}; it must be {word_id}, as words are numbered from 1", 0)
    if not fields[1].strip(" "):
        problem = "consists of spaces" if fields[1] else "is empty"
        raise line.error(f"the FORM of this word {problem}; every word needs at least one character", 1)
    if not _HEAD.fullmatch(fields[6]):
        raise line.error(f"the HEAD of this word is {fields[6]!r}; it must be the ID of a word, or 0 for the root", 6)
    if not fields[7].strip(" "):
        raise line.error("the DEPREL of this word is empty; it must be a relation, or _ for none", 7)
    relation = None if fields[7] == "_" else fields[7]
    return [_Word(unescape(fields[1]), int(fields[6]) - 1, relation, line)]
