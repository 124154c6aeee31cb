"""Writer of CoNLL-U."""

from __future__ import annotations

from collections.abc import Iterable

from treenn.trees.arguments import AnyPath, check_items, checked
from treenn.trees.atomic_writing import write_text
from treenn.trees.conllu_labels import LABEL_COLUMNS, LabelLevel
from treenn.trees.dependency import DependencyTree
from treenn.trees.errors import InputError, argument
from treenn.trees.ptb_escapes import escape, unescape

_SEPARATORS = "\t\r\n"


@checked
def write_conllu(
    path: AnyPath, trees: Iterable[DependencyTree], *, label: str = "Label", label_level: LabelLevel = "words"
) -> None:
    """Write dependency trees in CoNLL-U, atomically.

    Args:
        path: the file.
        trees: the trees.
        label: the key of the labels, as in `format_conllu` (default: `"Label"`).
        label_level: the labelled units, as in `format_conllu` (default: `"words"`).

    Raises:
        InputError: as `format_conllu`, and if the file cannot be written.
    """
    write_text(path, format_conllu(trees, label=label, label_level=label_level))


@checked
def format_conllu(trees: Iterable[DependencyTree], *, label: str = "Label", label_level: LabelLevel = "words") -> str:
    r"""Format dependency trees as CoNLL-U.

    `parse_conllu` is the inverse for trees with text labels. A `DependencyTree` has no lemmas, tags, features and
    multiword tokens, so these columns are `_`.

    Args:
        trees: the trees.
        label: the key of the labels in MISC, or in a comment (default: `"Label"`).
        label_level: `"words"` to write every label of a word to MISC, or `"sentence"` to write the label of the root to
            a comment (default: `"words"`).

    Raises:
        InputError: if a word, relation or label cannot be written, such as a word with a tab.

    >>> tree = DependencyTree(("dogs", "bark"), (1, -1), ("nsubj", "root"), (None, "good"))
    >>> print(format_conllu([tree]).replace("\t", " ").rstrip())
    1 dogs _ _ _ _ 2 nsubj _ _
    2 bark _ _ _ _ 0 root _ Label=good
    >>> print(format_conllu([tree], label="label", label_level="sentence").replace("\t", " ").rstrip())
    # label = good
    1 dogs _ _ _ _ 2 nsubj _ _
    2 bark _ _ _ _ 0 root _ _
    """
    is_reserved = label_level == "words" and label in LABEL_COLUMNS
    if not label or is_reserved or label != label.strip() or set("=|" + _SEPARATORS).intersection(label):
        raise InputError(f"{argument('label')} {label!r}: must be a key, such as Label, without = and |")
    return "".join(_formatted(tree, label, label_level) for tree in check_items("trees", trees, DependencyTree))


def _formatted(tree: DependencyTree, key: str, level: LabelLevel) -> str:
    lines = []
    if level == "sentence" and (label := tree.labels[tree.root]) is not None:
        lines.append(f"# {key} = {_writable('label', str(label), stripped=True)}")
    for index, (word, head, relation) in enumerate(zip(tree.words, tree.heads, tree.relations, strict=True)):
        form = _writable("word", word if unescape(word) == word else escape(word))
        deprel = "_" if relation is None else _writable("relation", "" if relation == "_" else relation)
        label = tree.labels[index] if level == "words" else None
        misc = "_" if label is None else f"{key}={_writable('label', str(label), forbidden=_SEPARATORS + '|')}"
        lines.append("\t".join([str(index + 1), form, "_", "_", "_", "_", str(head + 1), deprel, "_", misc]))
    return "\n".join([*lines, "", ""])


def _writable(noun: str, text: str, *, forbidden: str = _SEPARATORS, stripped: bool = False) -> str:
    """Validate and escape the text of a column or comment.

    Args:
        noun: the kind of content, for messages.
        text: the text.
        forbidden: the characters that it must not contain (default: tabs and line breaks).
        stripped: whether the text must not begin or end with whitespace (default: False).

    Raises:
        InputError: if the reader would not return this text.
    """
    if not text.strip(" ") or set(forbidden).intersection(text) or (stripped and text != text.strip()):
        raise InputError(f"{noun} {text!r}: must not be blank or _, or contain tabs, line breaks or, in MISC, |")
    return text
