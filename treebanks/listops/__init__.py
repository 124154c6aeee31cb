"""ListOps (Nangia and Bowman 2018), nested operations on digits: the published test set, and generated splits.

The settings are those of the published generator (nyu-mll/spinn, `data/listops/make_data.py`). Each operator (MIN, MAX,
MED, SUM_MOD) has 2 to 5 arguments. Each argument is an operator with probability 1/4, up to depth 20. Single digits,
which the published generator also permits, are not generated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from random import Random

from treebanks.catalogue import synthetic
from treebanks.listops.expressions import labelled_tree
from treebanks.paths import published_file
from treebanks.plain_brackets import nested_tree
from treebanks.treebank import Treebank
from treenn.trees import InputError, OnError, Tree
from treenn.trees.lines import read_lines

SIZES: Mapping[str, int] = {"train": 90_000, "dev": 2_000, "generalisation": 300}
"""The number of trees in train, in dev, and in each generated test set."""

FRESH_SEED = 2026
"""The seed of the test sets of `load_fresh_listops`."""

FRESH_SIZES: Mapping[str, int] = {"train": 2_000, "dev": 0, "generalisation": 500}
"""The number of trees in them; `train` is the size of test."""

_SHORT = 100  # the maximum number of tokens in training

_LENGTHS = tuple((low, low + 100) for low in range(200, 1000, 100))
_ARGUMENTS, _DEEP = (10, 15), 30


def load_listops(longest: int | None = None, *, on_error: OnError | None = None) -> Treebank:
    """Load the published test set, and generate the other splits, identically on every machine.

    Additional test sets measure generalization beyond the training distribution:

    - `"200-300"` to `"900-1000"`: at least 200 and fewer than 300 tokens, and so on;
    - `"10-arguments"`, `"15-arguments"`: every operator has this number of arguments; 100 to 1000 tokens;
    - `"30-deep"`: 30 nested operators, all other arguments are digits.

    Args:
        longest: the maximum number of tokens in train and dev, 100 in much later work (default: None, no maximum, as in
            the paper).
        on_error: called with the error of each skipped line (default: None, the first error is raised).

    Raises:
        InputError: if the test set is missing (the message describes how to get it), or a line is malformed or has a
            wrong label.
    """
    test = tuple(_read(published_file("listops", "test_d20s.tsv"), on_error))
    return generate(longest=longest, known=test)


def load_fresh_listops(*, on_error: OnError | None = None) -> Treebank:
    """Load train and dev of `load_listops(100)` with newly generated test sets, identical on every machine.

    The test sets have the names and distributions of those of `load_listops`, except that test has at most 100 tokens,
    as train. No expression of them is in a split of `load_listops(100)`, which includes the published test set.

    Args:
        on_error: as in `load_listops`.

    Raises:
        InputError: as `load_listops`.
    """
    return with_fresh_tests(load_listops(_SHORT, on_error=on_error))


def with_fresh_tests(known: Treebank, sizes: Mapping[str, int] = FRESH_SIZES, seed: int = FRESH_SEED) -> Treebank:
    """Replace the test sets of a treebank by generated ones without its expressions, as in `load_fresh_listops`.

    Args:
        known: the treebank.
        sizes: the sizes of the generated sets, as `FRESH_SIZES` (default: `FRESH_SIZES`).
        seed: the random seed (default: `FRESH_SEED`).
    """
    excluded = tuple(tree for trees in known.splits.values() for tree in trees)
    fresh = generate(sizes, seed, longest=_SHORT, known=excluded)
    splits = {**fresh.splits, "train": known.train, "dev": known.dev, "test": fresh.train}
    return replace(fresh, name="listops-fresh", splits=splits)


def generate(
    sizes: Mapping[str, int] = SIZES, seed: int = 0, *, longest: int | None = None, known: tuple[Tree, ...] = ()
) -> Treebank:
    """Generate the splits of `load_listops`, without duplicates.

    Args:
        sizes: the number of trees, with the keys of `SIZES` (default: `SIZES`).
        seed: the random seed (default: 0).
        longest: the maximum number of tokens in train and dev (default: None, no maximum).
        known: trees that are excluded, such as those of the test set (default: none).
    """
    from treebanks.listops.expression_sampling import Lengths, draw, draw_nested

    seen = {tree.words for tree in known}

    def split(name: str, size: int, one: Callable[[Random], tuple[str, ...]]) -> tuple[Tree, ...]:
        return tuple(labelled_tree(expression) for expression in _distinct(seen, size, one, Random(f"{seed} {name}")))

    plain = {name: split(name, sizes[name], lambda random: draw(random, longest)) for name in ("train", "dev")}
    splits, size, lengths = {**plain, "test": known}, sizes["generalisation"], Lengths(1000)
    for low, high in _LENGTHS:
        name = f"{low}-{high}"
        splits[name] = split(name, size, lambda random, low=low, high=high: lengths.draw(random, low, high))  # type: ignore[misc]
    for count in _ARGUMENTS:
        wide, name = Lengths(1000, (count, count)), f"{count}-arguments"
        splits[name] = split(name, size, lambda random, wide=wide: wide.draw(random, 100, 1001))  # type: ignore[misc]
    splits[f"{_DEEP}-deep"] = split("deep", size, lambda random: draw_nested(random, _DEEP))
    name = "listops" if longest is None else f"listops-{longest}"
    return Treebank(name, tuple("0123456789"), splits, synthetic("listops"))


def _distinct(
    seen: set[tuple[str, ...]], size: int, one: Callable[[Random], tuple[str, ...]], random: Random
) -> Iterator[tuple[str, ...]]:
    for _ in range(size):
        while (expression := one(random)) in seen:
            pass
        seen.add(expression)
        yield expression


def _read(path: Path, on_error: OnError | None = None) -> list[Tree]:
    """Read the published file, whose lines are a value, TAB, and an expression with brackets around every two parts."""
    return read_lines(
        path, _labelled, on_error, "this file has no expression; a line is a digit, TAB, and an expression"
    )


def _labelled(line: str) -> Tree:
    label, _, brackets = line.partition("\t")
    expected = "this line must be a digit, TAB, and an expression"
    if not brackets.strip():
        raise InputError(expected)
    try:
        unlabelled = nested_tree(brackets)
        tree = labelled_tree(unlabelled.words)
    except InputError as error:
        raise InputError(f"{expected}; {error.message}") from None
    if label != str(tree.label):
        raise InputError(f"the value is {tree.label}, not {label!r}")
    if unlabelled.merges != tree.merges:
        raise InputError("the round brackets are not those of the expression's operators")
    return tree
