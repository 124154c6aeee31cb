"""What a parser's trees are worth to a sentiment model, beside the treebank's own and the fixed shapes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from treebanks import Treebank
from treenn.evaluation.metrics import measure
from treenn.evaluation.predictions import predict
from treenn.models.building import load_model
from treenn.parsers.parser import Parser
from treenn.parsers.shapes import Balanced, Right
from treenn.trees import InputError, Tree

Accuracy = dict[str, float | None]


def root_accuracy(
    folder: str | Path, treebank: Treebank, split: str, parser: Parser, contextual: str | Sequence[str] = ()
) -> Mapping[str, Accuracy]:
    """How often a saved model gets the sentence's class right over several trees of the same sentences.

    Args:
        folder: the model, as `treenn train` writes it.
        treebank: what has the classes, the same as the model's.
        split: which of its trees.
        parser: what finds other trees.
        contextual: the contextual encoders that the folder may name (`treenn.load_model`).

    Returns:
        For `"treebank"`, `"parser"`, `"right"` and `"balanced"` the shares of `"root"`, all classes, and of
        `"root_binary"`, the sentences that are not in the middle of the scale as negative or positive.

    Raises:
        InputError: where the model cannot be read or has other classes.
    """
    model, _, classes = load_model(folder, contextual)
    if classes != treebank.classes:
        raise InputError(
            f"the model's classes are {', '.join(classes)}; those of {treebank.name} are {', '.join(treebank.classes)}",
            source=folder,
        )
    gold = treebank.splits[split]
    parsers = {"parser": parser, "right": Right(), "balanced": Balanced()}
    trees = {"treebank": list(gold)} | {
        name: _labelled(each.parse_batch([tree.words for tree in gold]), gold) for name, each in parsers.items()
    }
    found = {name: measure(predict(model, some)) for name, some in trees.items()}
    return {name: {key: each[key] for key in ("root", "root_binary")} for name, each in found.items()}


def _labelled(trees: Sequence[Tree], gold: Sequence[Tree]) -> list[Tree]:
    """The trees with the gold class at the root, which is the one node that both have."""
    return [tree.with_labels([*[None] * (len(tree) - 1), right.label]) for tree, right in zip(trees, gold, strict=True)]
