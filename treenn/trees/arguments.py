"""Validation of arguments against constraints that are declared in annotations.

`checked` validates the arguments of a function or constructor, `check_fields` the fields of a dataclass, and `check` a
single value. Each raises an `InputError` that names the argument, the item and the valid values.

>>> @checked
... def draw(count: Count, scale: Positive = 1.0) -> list[float]:
...     return [scale] * count
>>> draw(0)
Traceback (most recent call last):
    ...
treenn.trees.errors.InputError: count 0: must be 1 or more
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, fields
from functools import cache, wraps
from inspect import Parameter, signature
from pathlib import Path
from types import NoneType
from typing import Annotated, Any, Literal, ParamSpec, TypeVar, Union, get_args, get_origin, get_type_hints

from treenn.trees.annotation_types import fits, options, plain, plural, wanted_types
from treenn.trees.errors import InputError, argument

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True)
class Range:
    """An interval of valid numbers.

    Args:
        low: the minimum (default: None, unbounded).
        high: the maximum (default: None, unbounded).
        above: an exclusive lower bound (default: None).
        below: an exclusive upper bound (default: None).
    """

    low: float | None = None
    high: float | None = None
    above: float | None = None
    below: float | None = None

    def __contains__(self, value: float) -> bool:
        return (
            (self.low is None or value >= self.low)
            and (self.high is None or value <= self.high)
            and (self.above is None or value > self.above)
            and (self.below is None or value < self.below)
        )

    def __str__(self) -> str:
        match self:
            case Range(high=None, above=None, below=None):
                return f"{self.low} or more"
            case Range(low=None, high=None, below=None):
                return f"more than {self.above}"
            case Range(high=None, above=None):
                return f"at least {self.low} and below {self.below}"
            case Range(low=None, high=None):
                return f"between {self.above} and {self.below}"
            case Range(low=None, below=None):
                return f"more than {self.above} and at most {self.high}"
        return f"{self.low} to {self.high}"


class _Unordered:
    """A marker in the annotations of unordered items."""


Natural = Annotated[int, Range(low=0)]
Count = Annotated[int, Range(low=1)]
Layers = Annotated[int, Range(low=1, high=100)]
Depth = Annotated[int, Range(low=0, high=100)]
"""A number of additional layers, 0 included."""
Width = Annotated[int, Range(low=1, high=10_000)]
"""The width of a layer. A square matrix of the maximum width takes 400 MB."""
Runs = Annotated[int, Range(low=1, high=10_000)]
"""A number of seeds, trials or processes."""
Classes = Annotated[int, Range(low=1, high=10_000)]
Seed = Annotated[int, Range(low=0, high=2**63 - 1)]
"""A seed that is valid in Python, NumPy and torch."""
NonNegative = Annotated[float, Range(low=0)]
Positive = Annotated[float, Range(above=0)]
Share = Annotated[float, Range(low=0, below=1)]
"""A dropout probability or a decay."""
Probability = Annotated[float, Range(low=0, high=1)]
Device = Literal["cpu", "cuda"]
Texts = Annotated[Iterable[str], _Unordered]
"""Texts in any order, also as a set or as the keys of a mapping."""
LARGEST = 1e18
"""The maximum absolute value of real numbers. Their squares are finite in single precision."""
AnyPath = str | Path
"""A path; `checked` converts it to a `Path`."""

_ORIGINS: Mapping[str, str] = {
    "Tree": "treenn.parse_tree reads one from text",
    "NaryTree": "treenn.trees.parse_nary reads them from text",
    "DependencyTree": "treenn.trees.parse_conllu reads them from text",
    "PackedForest": "treenn.pack makes one from trees",
    "PackedDependencies": "treenn.pack_dependencies makes one from trees",
    "Network": "treenn.load_model(folder) returns one",
    "WordVectors": "treenn.read_vectors reads them from a file",
    "Treebank": "treebanks.load loads one by its name",
    "ParsingTreebank": "treebanks.parsing.load_parsing loads one by its name",
    "Settings": "treenn.Settings(epochs=3) is one",
    "Plan": "treenn.Plan.of(treebank, models) is one",
    "Parser": "treenn.load_parser loads one by its name",
}
"""How to obtain an object of each class, for error messages."""


def checked(function: Callable[P, R]) -> Callable[P, R]:
    """Validate the arguments of every call against the function's annotations.

    NumPy scalars are converted to Python numbers, arrays and iterators to tuples, and paths to `Path`s.
    """
    parameters = signature(function)

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        bound, hints = parameters.bind(*args, **kwargs), field_hints(function)
        for name, value in bound.arguments.items():
            if name not in hints:
                continue
            hint, kind = hints[name], parameters.parameters[name].kind
            if kind is Parameter.VAR_POSITIONAL:
                bound.arguments[name] = tuple(check(f"{name}[{i}]", item, hint) for i, item in enumerate(value))
            elif kind is Parameter.VAR_KEYWORD:
                bound.arguments[name] = {key: check(key, item, hint) for key, item in value.items()}
            else:
                bound.arguments[name] = check(name, value, hint)
        return function(*bound.args, **bound.kwargs)

    return run


def check_fields(record: Any) -> None:
    """Validate the fields of a dataclass, frozen or not, against their annotations. Called in `__post_init__`."""
    kind: Any = type(record)
    hints = field_hints(kind)
    for field in fields(record):
        object.__setattr__(record, field.name, check(field.name, getattr(record, field.name), hints[field.name]))


@cache
def field_hints(owner: Any) -> dict[str, Any]:
    """The annotations of a dataclass or function, with their constraints."""
    return get_type_hints(owner, include_extras=True)


def check(name: str, value: Any, hint: Any) -> Any:
    """Validate a value against an annotation.

    Args:
        name: the argument's name; for an item of a list, followed by its index: `trees[3]`.
        value: the argument.
        hint: a type, `Literal`, union or `Sequence[...]`, or one of them `Annotated` with a `Range`.

    Returns:
        The value, with a NumPy scalar converted to a Python number, a path to a `Path`, and any sequence except a list
        to a tuple.

    Raises:
        InputError: if the value is of another type or out of range.

    >>> check("epochs", 1.5, Count)
    Traceback (most recent call last):
        ...
    treenn.trees.errors.InputError: epochs 1.5: must be a whole number, 1 or more
    """
    kind, *constraints = get_args(hint) if get_origin(hint) is Annotated else (hint,)
    choices = [choice for choice in options(kind) if choice is not NoneType]
    if value is None and NoneType in options(kind):
        return None
    if set(choices) == {str, Path}:
        return _path(name, value)
    if _Unordered in constraints and isinstance(value, (Set, Mapping)):
        value = tuple(value)
    if len(choices) == 1 and choices[0] is not kind:
        return check(name, value, choices[0])
    if get_origin(kind) in (Sequence, Iterable, list, tuple):
        item = get_args(kind)[0]
        if all(isinstance(option, type) and option not in _SCALARS for option in options(item)):
            return check_items(name, value, *options(item))
        items = check_list(name, value, item)
        if not (item is str and {str}.issuperset(map(type, items))):  # fast path for vocabularies
            items = [check(f"{name}[{i}]", entry, item) for i, entry in enumerate(items)]
        return list(items) if isinstance(value, list) else tuple(items)
    for choice in choices:
        fitting = _converted(value, choice)
        if fitting is not _MISFIT:
            if choice is float and abs(fitting) > LARGEST:
                raise InputError(f"{_named(name)} {_shown(value)}: must be {LARGEST:g} or less in absolute value")
            for limits in constraints:
                if fitting not in limits:
                    raise InputError(f"{_named(name)} {_shown(value)}: must be {limits}")
            return fitting
    wanted = ", ".join([wanted_types(choices), *map(str, constraints)])
    raise refusal(name, value, wanted, choices)


def check_list(name: str, value: Any, item: Any = Any) -> Sequence[Any]:
    """Convert a list, tuple, one-dimensional array, pandas Series or iterator to a sequence, without validating items.

    Args:
        name: the argument's name.
        value: the argument.
        item: the type of an item, for messages (default: any).

    Raises:
        InputError: if the value is text, a single item, unordered, or has more than one dimension.
    """
    if isinstance(value, Sequence) and not isinstance(value, (str, bytes, bytearray, memoryview)):
        return value
    if isinstance(value, Iterable) and not isinstance(value, (str, bytes, Mapping, set, frozenset)):
        dimensions = getattr(value, "ndim", 1)
        if dimensions != 1:
            raise InputError(f"{_named(name)}: must be a list, not an array of {dimensions} dimensions")
        return list(value.tolist() if hasattr(value, "tolist") else value)
    kinds = [kind for kind in options(plain(item)) if kind is not NoneType]
    named = [kind for kind in kinds if kind is not int or float not in kinds]
    of = "" if item is Any else f" of {' or '.join(map(plural, named))}"
    if item is not Any and any(_converted(value, kind) is not _MISFIT for kind in kinds):
        raise InputError(f"{_named(name)} {_shown(value)}: must be a list{of}; for a single one, write [...]")
    raise refusal(name, value, f"a list{of}", kinds)


def check_items(name: str, value: Any, *kinds: type[Any]) -> Sequence[Any]:
    """Validate that an argument is a list of instances of the given classes. Returns the items.

    Raises:
        InputError: as `check_list`, and if an item is of another class; the message gives the item's index.
    """
    items = check_list(name, value, Union[kinds])  # noqa: UP007
    for index, item in enumerate(items):
        if not isinstance(item, kinds):
            raise refusal(f"{name}[{index}]", item, wanted_types(kinds), kinds)
    return items


def refusal(name: str, value: Any, wanted: str, kinds: Sequence[Any] = ()) -> InputError:
    """The error for an argument of the wrong type.

    Args:
        name: the argument's name.
        value: the argument.
        wanted: the valid types or values, in words.
        kinds: the accepted classes; the message names a function that returns an instance (default: none).
    """
    names = [getattr(kind, "__name__", "") for kind in kinds]
    origin = next((f"; {_ORIGINS[name]}" for name in names if name in _ORIGINS), "")
    is_choice = isinstance(value, str) and any(get_origin(kind) is Literal for kind in kinds)
    return InputError(f"{_named(name)} {value if is_choice else _shown(value)}: must be {wanted}{origin}")


_MISFIT = object()
_SCALARS = (bool, int, float, str)


def _converted(value: Any, kind: Any) -> Any:
    """Convert a value to a type. Returns `_MISFIT` if the value is of another type."""
    if kind is Any or isinstance(kind, TypeVar):
        return value
    origin = get_origin(kind) or kind
    if origin in _SCALARS or origin is Literal:
        scalar = value.item() if hasattr(value, "item") and getattr(value, "shape", None) == () else value
        if not fits(scalar, kind):
            return _MISFIT
        return float(scalar) if origin is float and not isinstance(scalar, (int, float)) else scalar
    return value if isinstance(value, origin) else _MISFIT


def _path(name: str, value: Any) -> Path:
    text = os.fspath(value) if isinstance(value, (str, os.PathLike)) else None
    if not isinstance(text, str) or not text or "\0" in text:
        raise refusal(name, value, "a path, as text or pathlib.Path")
    return Path(text)


def _named(name: str) -> str:
    """The name as marked by `argument`, followed by the index, if any."""
    base, bracket, index = name.partition("[")
    return f"{argument(base)}{bracket}{index}"


def _shown(value: Any) -> str:
    """The repr of a number or a text; the type of any other value."""
    if value is None or isinstance(value, (str, int, float)):
        text = repr(value)
        return text if len(text) <= 60 else f"{text[:59]}…"
    return f"of type {type(value).__name__}"
