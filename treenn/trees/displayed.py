"""`Displayed`: the repr and the notebook displays of all trees, by `treenn.trees.display`, imported on first use."""

from __future__ import annotations

from typing import Any


class Displayed:
    """The base of `Tree`, `NaryTree` and `DependencyTree`, which are dataclasses with `repr=False`."""

    def __repr__(self: Any) -> str:
        """At most 200 characters: the bracket notation or the fields; for a large tree, its size."""
        from treenn.trees.display import tree_repr

        return tree_repr(self)

    def _repr_svg_(self: Any) -> str | None:
        from treenn.trees.display import tree_svg

        return tree_svg(self)

    def _repr_html_(self: Any) -> str:
        from treenn.trees.display import tree_html

        return tree_html(self)
