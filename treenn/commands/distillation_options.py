"""The options --teacher and --unlabelled: distillation from trained models, also on sentences without labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from treenn.trees.errors import InputError

if TYPE_CHECKING:
    from treebanks import AnyTreebank
    from treenn.runtime.progress import Progress
    from treenn.training.distillation import FloatArray
    from treenn.trees import Tree

Teachers = Annotated[
    list[str],
    typer.Option(
        "--teacher",
        metavar="MODEL",
        help="Also learn the class probabilities of this trained model at every node; repeatable, for their mean.",
    ),
]

Unlabelled = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="With --teacher: further training sentences, one text a line, or bracketed trees as of `treenn parse`; "
        "labels are ignored.",
    ),
]


def with_unlabelled(treebank: AnyTreebank, file: Path | None, teachers: Sequence[str], progress: Progress) -> Any:
    """Append trees without labels to the training trees.

    Args:
        treebank: the treebank.
        file: the value of --unlabelled; None returns the treebank itself.
        teachers: the values of --teacher.
        progress: called while texts are parsed.

    Raises:
        InputError: if there is no teacher, the treebank is not one of binary trees with classes, or the file is
            malformed.
    """
    if file is None:
        return treebank
    if not teachers:
        raise InputError(f"--unlabelled {file}: needs --teacher MODEL, whose probabilities these sentences receive")
    if treebank.default_task != "nodes":
        raise InputError(f"--unlabelled {file}: must be combined with a treebank of binary trees with classes")
    splits: Any = {**treebank.splits, "train": (*treebank.train, *_unlabelled_trees(file, progress))}
    return replace(treebank, splits=splits)


def unlabelled_sentences(file: Path | None, teachers: Sequence[Path]) -> list[tuple[str, ...]]:
    """Read sentences as `with_unlabelled` does, and split and tokenize them without parsing; None has none.

    Raises:
        InputError: if there is no teacher, or the file is malformed.
    """
    from treenn.datasets.tokenizers import DEFAULT, load_tokenizer

    if file is None:
        return []
    if not teachers:
        raise InputError(
            f"--unlabelled {file}: needs --teacher DIR, whose distributions over trees these sentences receive"
        )
    lines, trees = _read(file)
    if trees:
        return [tuple(tree.words) for tree in trees]
    tokenizer = load_tokenizer(DEFAULT)
    return [sentence.words for line in lines for sentence in tokenizer.sentences(line)]


def _unlabelled_trees(file: Path, progress: Progress) -> list[Tree]:
    from treenn.datasets.text_trees import trees_of_texts

    lines, trees = _read(file)
    return trees or trees_of_texts(lines, progress=progress)


def _read(file: Path) -> tuple[list[str], list[Tree]]:
    """Read a file's texts, or trees without labels if its first line is one; the other list is empty."""
    from treenn.labelling.bracketed_input import is_bracketed
    from treenn.trees import parse_trees
    from treenn.trees.files import read_text

    text = read_text(file)
    lines = [line for line in text.split("\n") if line.strip()]
    if not lines:
        raise InputError("this file has no text", source=file)
    if is_bracketed(lines[0]):
        return [], [tree.unlabelled for tree in parse_trees(text, source=str(file), factor="right", untagged=True)]
    return lines, []


def targets_of(
    context: typer.Context, treebank: AnyTreebank, teachers: Sequence[str], progress: Progress
) -> list[FloatArray]:
    """The soft targets of all training trees; none without a teacher.

    Args:
        context: the context of the command, with the values of --trust-module.
        treebank: the treebank, with the trees without labels.
        teachers: the values of --teacher.
        progress: called after every batch of a teacher.

    Raises:
        InputError: if a model cannot be loaded, or the models have other classes than the treebank.
    """
    from treenn.models.saving import load_model
    from treenn.training.distillation import soft_targets

    if not teachers:
        return []
    models = [load_model(each, trust=context.params["trust_module"], task="nodes") for each in teachers]
    for name, model in zip(teachers, models, strict=True):
        if model.classes != treebank.classes:
            raise InputError(
                f"--teacher {name}: its classes are {', '.join(model.classes or ())}; must be those of "
                f"{treebank.name}: {', '.join(treebank.classes or ())}"
            )
    return soft_targets(models, list(treebank.trees("train")), progress=progress)
