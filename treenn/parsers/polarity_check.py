"""Extrinsic evaluation of a parser: the accuracy of a sentiment model over its trees."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from treebanks import Treebank
from treenn.evaluation.measuring import measure
from treenn.evaluation.predictions import predict
from treenn.models.saving import load_model
from treenn.parsers.parser import Parser
from treenn.parsers.shapes import Balanced, Right
from treenn.trees import InputError, Tree

Accuracy = dict[str, float | None]


def root_accuracy(
    folder: str | Path, treebank: Treebank, split: str, parser: Parser, contextual: str | Sequence[str] = ()
) -> Mapping[str, Accuracy]:
    """Evaluate a saved model's accuracy on gold trees, predicted trees and fixed shapes of the same sentences.

    Args:
        folder: a model of `treenn train`.
        treebank: a treebank with the model's classes.
        split: the split to evaluate.
        parser: the parser to evaluate.
        contextual: the contextual encoders that the folder may name, see `treenn.load_model` (default: none).

    Returns:
        The accuracies `"root"` and `"root_binary"` on the trees of `"treebank"`, `"parser"`, `"right"` and
        `"balanced"`. `"root_binary"` is the accuracy of polarity, without sentences of the middle class.

    Raises:
        InputError: if the model cannot be read or has other classes.
    """
    model = load_model(folder, contextual)
    classes = model.classes or ()
    if classes != treebank.classes:
        wanted = f"must be those of {treebank.name}: {', '.join(treebank.classes or ())}"
        raise InputError(f"the model's classes are {', '.join(classes)}; {wanted}", source=folder)
    gold = treebank.splits[split]
    parsers = {"parser": parser, "right": Right(), "balanced": Balanced()}
    sentences = [tree.words for tree in gold]
    trees = {name: with_root_labels(each.parse_batch(sentences), gold) for name, each in parsers.items()}
    scores = {name: measure(predict(model, some)) for name, some in {"treebank": gold, **trees}.items()}
    return {name: {key: row[key] for key in ("root", "root_binary")} for name, row in scores.items()}


def with_root_labels(trees: Sequence[Tree], gold: Sequence[Tree]) -> list[Tree]:
    """Label the roots of trees with the classes of gold trees; other nodes have no label."""
    return [tree.with_labels([*[None] * (len(tree) - 1), right.label]) for tree, right in zip(trees, gold, strict=True)]
