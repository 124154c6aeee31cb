"""Labels of trees as class numbers."""

from __future__ import annotations

from treenn.trees import DependencyTree, InputError, Tree

NO_LABEL = -100
"""The label of an unlabelled node: the index that `cross_entropy` ignores by default."""


def class_numbers(tree: Tree | DependencyTree) -> list[int]:
    """Returns a tree's labels, -100 for a node without label.

    Raises:
        InputError: if a label is not a class number.
    """
    for label in set(tree.labels):
        if isinstance(label, str) or (label is not None and label < 0):
            raise InputError(
                f"label {label!r} of node {tree.labels.index(label)} is not a class number; read the trees with "
                "classes=..., or make numbers of the labels with tree.map_labels(...)"
            )
    # The distinct labels are checked rather than every node: packing is a hot path.
    return [NO_LABEL if label is None else int(label) for label in tree.labels]
