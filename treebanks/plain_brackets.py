"""Binary trees in nested brackets without labels: `( ( not a ) ( and b ) )`."""

from __future__ import annotations

from treenn.trees import InputError, Tree


def nested_tree(text: str) -> Tree:
    """Parse one expression with spaces around every bracket and word.

    Raises:
        InputError: if the brackets are not one binary tree.

    >>> nested_tree("( ( not a ) ( and b ) )").merges
    ((0, 1), (2, 3), (4, 5))
    """
    tokens = text.split()
    words = tuple(token for token in tokens if token not in ("(", ")"))
    merges: list[tuple[int, int]] = []
    open_nodes: list[list[int]] = [[]]  # the nodes of the whole expression and of each open bracket
    n, word = len(words), 0
    for token in tokens:
        if token == "(":
            open_nodes.append([])
            continue
        if token == ")":
            children = open_nodes.pop()
            if len(children) != 2 or not open_nodes:
                raise InputError(f"a pair of brackets must have two parts, in {_shown(text)}")
            merges.append((children[0], children[1]))
            node = n + len(merges) - 1
        else:
            node, word = word, word + 1
        open_nodes[-1].append(node)
    if len(open_nodes) != 1 or len(open_nodes[0]) != 1:
        raise InputError(f"these brackets are not one tree: {_shown(text)}")
    return Tree(words, tuple(merges))


def _shown(text: str) -> str:
    return repr(text if len(text) <= 100 else f"{text[:99]}…")
