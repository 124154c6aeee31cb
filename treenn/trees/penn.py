"""Cleaning of Penn Treebank trees: traces, nodes without words, function tags and unlabelled roots."""

from __future__ import annotations

import re
from functools import lru_cache

from treenn.trees.arguments import checked
from treenn.trees.expand import Opened, expand
from treenn.trees.nary import NaryTree
from treenn.trees.tree import Label

TRACE = "-NONE-"
"""The tag of empty elements, such as the traces of moved phrases."""

# A category, such as NP, PRP$ or ADVP|PRT, before function tags and indices. Tags such as -LRB- begin with a hyphen.
_CATEGORY = re.compile(r"([^-=]+)[-=].*", re.DOTALL)


@checked
def clean_penn(tree: NaryTree, *, keep_traces: bool = False, keep_function_tags: bool = False) -> NaryTree | None:
    """Remove the parts of a Penn Treebank tree that parsers do not predict.

    - Words with the tag `-NONE-`, and nodes that dominate no other words.
    - Function tags and indices: `NP-SBJ-1` becomes `NP`. Tags that begin with a hyphen, such as `-LRB-`, are unchanged.
    - Unlabelled nodes above the root of the sentence.

    Args:
        tree: the tree, as `parse_nary` returns it.
        keep_traces: whether to keep words with the tag `-NONE-` (default: False).
        keep_function_tags: whether to keep function tags and indices (default: False).

    Returns:
        The cleaned tree; None if every word is a trace.

    >>> from treenn.trees import parse_nary
    >>> [tree] = parse_nary("( (S (NP-SBJ (-NONE- *PRO*)) (VP (VB go) (ADVP|PRT-CLR (RP on)))) )")
    >>> print(clean_penn(tree))
    (S (VP (VB go) (ADVP|PRT (RP on))))
    """
    n = len(tree.words)
    labels = tree.labels if keep_function_tags else tuple(map(_category, tree.labels))
    filled = [keep_traces or label != TRACE for label in tree.labels[:n]]
    for children in tree.children:
        filled.append(any(filled[child] for child in children))
    if not filled[-1]:
        return None
    kept = [tuple(child for child in children if filled[child]) for children in tree.children]
    root = len(tree.labels) - 1
    while root >= n and not labels[root] and len(kept[root - n]) == 1 and kept[root - n][0] >= n:
        [root] = kept[root - n]
    if all(filled) and root == len(tree.labels) - 1:
        return NaryTree._trusted(tree.words, tree.children, labels)

    def opened(node: int) -> Opened[int]:
        return labels[node], tree.words[node] if node < n else kept[node - n]

    return NaryTree._trusted(*expand(root, opened))


@lru_cache(maxsize=10_000)
def _category(label: Label) -> Label:
    match = _CATEGORY.fullmatch(label) if isinstance(label, str) else None
    return match[1] if match else label
