"""Types of annotations: whether a value has one, and their names in error messages."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import is_dataclass
from numbers import Integral, Real
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin


def plain(hint: Any) -> Any:
    """A type without its constraints."""
    return get_args(hint)[0] if get_origin(hint) is Annotated else hint


def options(kind: Any) -> Sequence[Any]:
    """The members of a union; any other type is its only member."""
    return get_args(kind) if get_origin(kind) in (Union, UnionType) else (kind,)


def fits(value: Any, hint: Any, *, finite: bool = True) -> bool:
    """True if a value has the type of an annotation, including the items of lists and the values of mappings.

    Args:
        value: the value.
        hint: a type, `Literal`, a union, or a list, sequence or mapping of them; `Annotated` constraints are ignored.
        finite: whether only finite numbers are accepted (default: True).

    >>> fits([1, 2], list[int]), fits(True, int), fits(1, float | None)
    (True, False, True)
    """
    kind = plain(hint)
    origin = get_origin(kind) or kind
    if kind is Any or kind is object:
        return True
    if origin in (Union, UnionType):
        return any(fits(value, option, finite=finite) for option in get_args(kind))
    if origin is Literal:
        return isinstance(value, (str, int)) and value in get_args(kind)
    if origin in (int, float):
        if not isinstance(value, Real) or isinstance(value, bool):
            return False
        return isinstance(value, Integral) if origin is int else not finite or _is_finite(value)
    if origin is kind or not isinstance(value, origin) or isinstance(value, str):
        return isinstance(value, origin)
    items = value.values() if isinstance(value, Mapping) else value
    return all(fits(item, get_args(kind)[-1], finite=finite) for item in items)


def _is_finite(value: Real) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number beyond the range of floats
        return False


def _alternatives(names: Sequence[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} or {last}" if others else last


def describe(hint: Any, names: Mapping[Any, str] | None = None) -> str:
    """A type in words, for error messages.

    Args:
        hint: a type, `Literal`, a union, or a list or mapping of them.
        names: the words for types (default: None, the words for Python's types).

    >>> describe(int | None), describe(Literal["cpu", "cuda"])
    ('a whole number or None', 'cpu or cuda')
    """
    kind, names = plain(hint), _NAMES if names is None else names
    origin = get_origin(kind) or kind
    if origin in (Union, UnionType):
        return _alternatives([describe(option, names) for option in get_args(kind)])
    if origin is Literal:
        return _alternatives([str(value) for value in get_args(kind)])
    if origin in (list, dict, tuple, Sequence, Mapping) and get_args(kind) and names is not _NAMES:
        item = next(part for part in reversed(get_args(kind)) if part is not Ellipsis)
        return f"{names[origin]} whose values are each {describe(item, names)}"
    if is_dataclass(kind) and dict in names:
        return names[dict]
    if origin in names:
        return names[origin]
    return f"{'an' if origin.__name__[0] in 'AEIOU' else 'a'} {origin.__name__}"


def wanted_types(kinds: Iterable[Any]) -> str:
    """Alternative types in words."""
    return _alternatives([describe(kind) for kind in kinds])


def plural(kind: Any) -> str:
    """The plural of a type in words."""
    origin = get_origin(kind) or kind
    return _PLURALS.get(origin) or f"{origin.__name__.removesuffix('s')}s"


_NAMES: Mapping[Any, str] = {
    bool: "True or False",
    int: "a whole number",
    float: "a finite number",
    str: "text",
    NoneType: "None",
    Mapping: "a mapping",
    Set: "a set",
    Callable: "a function",
}
_PLURALS: Mapping[Any, str] = {int: "whole numbers", float: "numbers", str: "texts", Path: "paths"}
