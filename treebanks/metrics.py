"""Which metrics say something of a task."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def applies(results: Mapping[str, Any], metric: str) -> bool:
    """Whether a metric says anything of a task that others don't: of nodes where some below the roots are labelled, of
    two sides where more than two classes have them.
    """
    if metric.endswith("_binary"):
        classes = results["treebank"]["classes"]
        if len(classes) <= 2 or not any("positive" in name for name in classes):
            return False
    counts = (count for gold in results["gold"].values() for count in gold.get("nodes", ()))
    return not ("all_nodes" in metric or metric == "inner_nodes") or any(count > 1 for count in counts)
