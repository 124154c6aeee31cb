"""ListOps (Nangia and Bowman 2018): nested operations on digits, the published test set and a generator for the rest.

The generator has the published one's settings (nyu-mll/spinn, `data/listops/make_data.py`): an operator of MIN, MAX,
MED and SUM_MOD has 2 to 5 arguments, each of which is an operator with probability 1/4, down to depth 20. The
published one may also draw a digit alone, of which there are ten; its test set has one of these.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from random import Random

from treebanks.catalogue import entry, synthetic
from treebanks.listops.expressions import labelled_tree
from treebanks.paths import data_home
from treebanks.plain_brackets import nested_tree
from treebanks.treebank import Treebank
from treenn.trees import InputError, OnError, Tree
from treenn.trees.files import read_text, split_lines
from treenn.trees.skipping import read_each

SIZES: Mapping[str, int] = {"train": 90_000, "dev": 2_000, "generalisation": 300}
"""Trees in train, in dev, and in each of the test sets that are generated."""

_LENGTHS = tuple((low, low + 100) for low in range(200, 1000, 100))
_ARGUMENTS, _DEEP = (10, 15), 30


def load_listops(longest: int | None = None, *, on_error: OnError | None = None) -> Treebank:
    """The published test set, with all else generated: the same on every machine.

    Beside train, dev and test there are test sets of what training does not show, drawn by the same generator:

    - `"200-300"` to `"900-1000"`: at least 200 and fewer than 300 tokens, and so on;
    - `"10-arguments"`, `"15-arguments"`: every operator has so many; 100 to 1000 tokens;
    - `"30-deep"`: 30 operators inside each other, all other arguments digits.

    Args:
        longest: the most tokens of an expression in train and dev; `None` as published. Later work has 100.
        on_error: called with the error of each line that is skipped (default: the first error is raised).

    Raises:
        InputError: where the test set is missing (and how to get it), or holds a wrong label: with its line.
    """
    test = tuple(_read(data_home() / entry("listops").folder / "test_d20s.tsv", on_error))
    return generate(longest=longest, known=test)


def generate(
    sizes: Mapping[str, int] = SIZES, seed: int = 0, *, longest: int | None = None, known: tuple[Tree, ...] = ()
) -> Treebank:
    """As `load_listops`, with any sizes and seed; no two trees are alike.

    Args:
        sizes: as in `SIZES`.
        seed: decides all that is drawn.
        longest: the most tokens of an expression in train and dev.
        known: the test set, none of which is drawn again.
    """
    from treebanks.listops.expression_sampling import Lengths, draw, draw_nested

    seen = {tree.words for tree in known}

    def split(name: str, size: int, one: Callable[[Random], tuple[str, ...]]) -> tuple[Tree, ...]:
        return tuple(labelled_tree(each) for each in _distinct(seen, size, one, Random(f"{seed} {name}")))

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
    """The trees of the published file: value, TAB, expression with round brackets around every two parts."""
    if not path.exists():
        raise InputError(
            "listops is not here, this file is missing; run `treenn data fetch listops`, or set TREEBANKS_HOME to the "
            "folder that holds listops/test_d20s.tsv",
            source=path,
        )
    nothing = InputError("there is no expression here; a line is a digit, TAB, and an expression", source=path)
    lines = enumerate(split_lines(read_text(path)), start=1)
    return read_each(lines, lambda line: _labelled(*line, path), on_error, nothing)


def _labelled(number: int, line: str, path: Path) -> Tree:
    label, _, brackets = line.partition("\t")
    wanted = "wanted is a digit, TAB, and an expression"
    if not brackets.strip():
        raise InputError(wanted, source=path, line=number)
    try:
        read = nested_tree(brackets)
        tree = labelled_tree(read.words)
    except InputError as error:
        raise InputError(f"{wanted}; {error.message}", source=path, line=number) from None
    if label != str(tree.label):
        raise InputError(f"the value is {tree.label}, not {label!r}", source=path, line=number)
    if read.merges != tree.merges:
        raise InputError("the round brackets are not those of the expression's operators", source=path, line=number)
    return tree
