"""Stratified folds of a treebank for cross-validation."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Any

from treebanks import AnyTreebank, Pair
from treebanks.own_data.raw_dataset import RawExample, root_label
from treebanks.own_data.splitting import content_key, stratified_split
from treenn.trees.arguments import Range, Seed, checked
from treenn.trees.errors import InputError, argument

HELD_OUT = "held-out"
"""The split of the fold in the treebank of this fold, and of all folds in pooled results."""

Folds = Annotated[int, Range(2, 100)]
"""A number of folds."""

_DEV = 0.1  # of the examples of the other folds


@dataclass(frozen=True)
class Fold:
    """One fold of a cross-validation.

    Args:
        number: its number, from 1.
        of: the number of folds.
        seed: the seed of the partition.
        examples: the indices of its examples in the concatenation of train and dev.
        unread: the sizes of the treebank's other splits, such as test.
    """

    number: int
    of: int
    seed: int
    examples: tuple[int, ...]
    unread: Mapping[str, int] = field(default_factory=dict)


@checked
def cross_validation_folds(treebank: AnyTreebank, folds: Folds, seed: Seed = 0) -> list[tuple[Fold, AnyTreebank]]:
    """Divide the examples of train and dev into folds, each with a treebank for its training and evaluation.

    Folds are stratified by label, or by the deciles of scores. Examples with equal words are in one fold. In the
    treebank of a fold, the split `held-out` is the fold. Of the other examples, a stratified tenth is dev, the rest
    train. Other splits, such as test, are omitted.

    Args:
        treebank: the treebank.
        folds: the number of folds.
        seed: the seed of the partition (default: 0).

    Raises:
        InputError: if a class has fewer different examples than there are folds, or if no example remains for dev.
    """
    examples = pooled_examples(treebank)
    _check_sizes(treebank, examples, folds)
    parts = _split(treebank, examples, [1 / folds] * folds, seed)
    unread = {split: len(some) for split, some in treebank.splits.items() if split not in ("train", "dev")}
    return [
        (Fold(number, folds, seed, tuple(part), unread), _treebank_of_fold(treebank, examples, part, seed))
        for number, part in enumerate(parts, start=1)
    ]


def pooled_examples(treebank: AnyTreebank) -> tuple[Any, ...]:
    """The examples of all folds: those of train, then those of dev, if there is such a split."""
    return (*treebank.train, *treebank.splits.get("dev", ()))


def _split(treebank: AnyTreebank, examples: Sequence[Any], shares: Sequence[float], seed: int) -> list[list[int]]:
    raw = [_raw(example) for example in examples]
    keys, labels = map(content_key, raw), map(root_label, raw)
    return stratified_split([*keys], [*labels], shares, seed, scores=treebank.scale == "score")


def _raw(example: Any) -> RawExample:
    """Convert an example to that of a data set in files."""
    return (example.left, example.right, str(example.target)) if isinstance(example, Pair) else example


def _treebank_of_fold(treebank: AnyTreebank, examples: Sequence[Any], fold: Sequence[int], seed: int) -> AnyTreebank:
    held_out = set(fold)
    others = [example for index, example in enumerate(examples) if index not in held_out]
    share = max(_DEV, 1 / len(others))  # one example at least
    train, dev = _split(treebank, others, (1 - share, share), seed)
    if not dev:
        raise InputError(
            f"{argument('folds')}: {treebank.name} has too few examples; without a fold, {len(others)} are left, of "
            "which none can be spared to select the epoch"
        )
    splits = {
        "train": [others[index] for index in train],
        "dev": [others[index] for index in dev],
        HELD_OUT: [examples[index] for index in fold],
    }
    of_any_kind: Any = treebank
    made: AnyTreebank = replace(of_any_kind, splits=splits)
    return made


def _check_sizes(treebank: AnyTreebank, examples: Sequence[Any], folds: int) -> None:
    """Validate that every class has an example for each fold."""
    members: dict[str, set[Hashable]] = {"the whole": set()}
    for example in map(_raw, examples):
        members["the whole"].add(content_key(example))
        label = root_label(example)
        if treebank.classes is not None and label is not None:
            members.setdefault(f"class {treebank.classes[int(label)]!r}", set()).add(content_key(example))
    for name, different in members.items():
        if len(different) < folds:
            count = f"{len(different)} different example{'s' * (len(different) > 1)}"
            remedy = f"must be at most {len(different)}" if len(different) > 1 else "every class must have 2 or more"
            raise InputError(
                f"{argument('folds')} {folds}: {name} has only {count} in train and dev of {treebank.name}; {remedy}"
            )
