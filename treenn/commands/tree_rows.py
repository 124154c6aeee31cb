"""Rows of `treenn parse`: trees in brackets and JSON objects."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from treenn.commands.text_input import Line, Parsed
from treenn.trees import Tree


def bracket_row(trees: Sequence[Tree]) -> str:
    """Format the trees of a record in brackets, one line each; an empty line if there are none."""
    return "".join(f"{tree}\n" for tree in trees) or "\n"


def sentence_trees(pairs: Sequence[Parsed], *, one_line: bool) -> list[Tree]:
    """The trees of a record's sentences. If the record is one sentence, the joined tree of its parts."""
    from treenn.parsers import join_trees

    trees = [tree for _, tree in pairs]
    return [join_trees(trees)] if one_line and trees else trees


def parse_object(line: Line, pairs: Sequence[Parsed]) -> dict[str, Any]:
    """The object of `treenn parse --json` for a record and its parsed sentences."""
    sentences = [_tree_as_dict(sentence.text, sentence.words, tree) for sentence, tree in pairs]
    words = tuple(word for sentence, _ in pairs for word in sentence.words)
    tree = pairs[0][1] if len(pairs) == 1 else None
    return _tree_as_dict(line.text, words, tree) | {"sentences": sentences}


def _tree_as_dict(text: str, words: tuple[str, ...], tree: Tree | None) -> dict[str, Any]:
    if tree is None:
        return {"text": text, "words": words, "tree": None, "merges": [], "labels": []}
    return {"text": text, "words": words, "tree": str(tree), "merges": tree.merges, "labels": tree.labels}
