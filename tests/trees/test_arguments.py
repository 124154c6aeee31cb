"""Validation of arguments by their annotations."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest

from treenn.trees import InputError, Tree
from treenn.trees.arguments import AnyPath, Count, Probability, Range, Seed, Share, check, check_fields, check_items
from treenn.trees.arguments import checked as checked_arguments
from treenn.trees.errors import argument

TREE = Tree(("a",), ())


class Series:
    """The part of a pandas Series that is read."""

    ndim = 1

    def __init__(self, items: list[Any]) -> None:
        self.items = items

    def __iter__(self) -> Iterator[Any]:
        return iter(self.items)


@pytest.mark.parametrize(
    ("value", "hint", "result"),
    [
        (3, Count, 3),
        (np.int64(3), Count, 3),
        (np.array(3), Count, 3),
        (np.float32(0.5), Share, 0.5),
        (1, Probability, 1),
        (np.bool_(True), bool, True),
        (None, Count | None, None),
        ("up", Literal["up", "down"], "up"),
        (np.str_("up"), Literal["up", "down"], "up"),
        ("a/b", AnyPath, Path("a/b")),
        (Path("a"), AnyPath | None, Path("a")),
        (["a"], Sequence[str], ["a"]),
        (("a",), Sequence[str], ("a",)),
        (np.array(["a", "b"]), Sequence[str], ("a", "b")),
        (Series(["a", "b"]), Sequence[str], ("a", "b")),
        ((letter for letter in "ab"), Sequence[str], ("a", "b")),
        ({"a": 1}, Mapping[str, Any], {"a": 1}),
        (len, Callable[[str], int], len),
        (TREE, Tree | None, TREE),
    ],
)
def test_what_fits_is_returned_as_python_has_it(value: Any, hint: Any, result: Any) -> None:
    found = check("value", value, hint)
    assert found == result
    assert type(found) is type(result)


@pytest.mark.parametrize(
    ("value", "hint", "message"),
    [
        (0, Count, "value 0: must be 1 or more"),
        (1.5, Count, "value 1.5: must be a whole number, 1 or more"),
        (3.0, Count, "value 3.0: must be a whole number, 1 or more"),
        ("3", Count, "value '3': must be a whole number, 1 or more"),
        (True, Count, "value True: must be a whole number, 1 or more"),
        (None, Count, "value None: must be a whole number, 1 or more"),
        (-1, Seed, "value -1: must be 0 to 9223372036854775807"),
        (2**63, Seed, "value 9223372036854775808: must be 0 to 9223372036854775807"),
        (float("nan"), Share, "value nan: must be a finite number, at least 0 and below 1"),
        (float("inf"), float, "value inf: must be a finite number"),
        (10**400, float, f"value 1{'0' * 58}…: must be a finite number"),
        (True, float, "value True: must be a finite number"),
        (1j, float, "value of type complex: must be a finite number"),
        (1, bool, "value 1: must be True or False"),
        (3, Literal["up", "down"], "value 3: must be up or down"),
        ("on", Literal["up", "down"], "value on: must be up or down"),
        (["up"], Literal["up", "down"], "value of type list: must be up or down"),
        (b"a", str, "value of type bytes: must be text"),
        (3, AnyPath, "value 3: must be a path, as text or pathlib.Path"),
        ("", AnyPath, "value '': must be a path, as text or pathlib.Path"),
        ("a\0b", AnyPath, r"value 'a\x00b': must be a path, as text or pathlib.Path"),
        (b"a", AnyPath, "value of type bytes: must be a path, as text or pathlib.Path"),
        ("a", Sequence[str], "value 'a': must be a list of texts; for a single one, write [...]"),
        (None, Sequence[str], "value None: must be a list of texts"),
        ({"a"}, Sequence[str], "value of type set: must be a list of texts"),
        ({"a": 1}, Sequence[str], "value of type dict: must be a list of texts"),
        (["a", None], Sequence[str], "value[1] None: must be text"),
        ([1, 0], Sequence[Count], "value[1] 0: must be 1 or more"),
        (np.zeros((2, 2)), Sequence[float], "value: must be a list, not an array of 2 dimensions"),
        ([], Mapping[str, Any], "value of type list: must be a mapping"),
        (3, Callable[[str], int], "value 3: must be a function"),
        ("(3 a)", Tree, "value '(3 a)': must be a Tree; treenn.parse_tree reads one from text"),
    ],
)
def test_misfits_are_refused_with_a_remedy(value: Any, hint: Any, message: str) -> None:
    with pytest.raises(InputError) as refused:
        check("value", value, hint)
    assert str(refused.value) == message


@pytest.mark.parametrize(
    ("trees", "message"),
    [
        (TREE, "trees of type Tree: must be a list of Trees; for a single one, write [...]"),
        (["a b"], "trees[0] 'a b': must be a Tree; treenn.parse_tree reads one from text"),
        ([TREE, None], "trees[1] None: must be a Tree; treenn.parse_tree reads one from text"),
        ("(3 a)", "trees '(3 a)': must be a list of Trees; treenn.parse_tree reads one from text"),
        (None, "trees None: must be a list of Trees; treenn.parse_tree reads one from text"),
    ],
)
def test_trees_are_checked_one_by_one(trees: Any, message: str) -> None:
    with pytest.raises(InputError) as refused:
        check_items("trees", trees, Tree)
    assert str(refused.value) == message


@pytest.mark.parametrize(
    ("limits", "text"),
    [
        (Range(low=1), "1 or more"),
        (Range(above=0), "more than 0"),
        (Range(low=0, below=1), "at least 0 and below 1"),
        (Range(above=0, below=1), "between 0 and 1"),
        (Range(low=1, high=9), "1 to 9"),
    ],
)
def test_a_range_is_put_into_words(limits: Range, text: str) -> None:
    assert str(limits) == text


@checked_arguments
def draw(count: Count, *paths: AnyPath, factor: float = 1.0, **shares: Share) -> Any:
    return count, paths, factor, shares


def test_arguments_of_every_kind_are_checked() -> None:
    assert draw(np.int64(1), "a", factor=np.float64(2), left=0) == (1, (Path("a"),), 2.0, {"left": 0})
    for arguments, named, message in [
        ((0,), {}, "count 0: must"),
        ((1, "a", 3), {}, r"paths\[1\] 3: must"),
        ((1,), {"factor": "x"}, "factor 'x': must"),
        ((1,), {"left": 1.0}, "left 1.0: must"),
    ]:
        with pytest.raises(InputError, match=f"^{message}"):
            draw(*arguments, **named)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Record:
    size: Count
    paths: Sequence[AnyPath] = ()

    def __post_init__(self) -> None:
        check_fields(self)


def test_fields_are_checked_and_converted() -> None:
    assert Record(np.int32(3), np.array(["a"])) == Record(3, (Path("a"),))  # type: ignore[arg-type]
    with pytest.raises(InputError, match=r"^paths\[0\] 1: must be a path"):
        Record(1, [1])  # type: ignore[list-item]


def test_arguments_are_options_on_the_command_line() -> None:
    error = InputError(f"{argument('batch_size')} 0: must be 1 or more", source="x")
    for each in (error, pickle.loads(pickle.dumps(error))):
        assert str(each) == f"x: {each.message}" == "x: batch_size 0: must be 1 or more"
        assert each.for_command_line() == "x: --batch-size 0: must be 1 or more"
