"""Conversion between frozen dataclasses and JSON objects, with annotations as the schema.

`from_json` validates a value against a dataclass, and its errors name the file and the key. `to_json` is its inverse. A
field without a default is required and always written. A field with a default is optional, and is written only if its
value is another. Unknown keys are ignored. `Schema` adds a name and a version, and upgrades older versions.

>>> from dataclasses import dataclass
>>> @dataclass(frozen=True)
... class Bin:
...     right: int
...     start: Annotated[int | None, Key("from")] = None
>>> from_json(Bin, {"right": 3, "from": 10}, "results.json")
Bin(right=3, start=10)
>>> to_json(Bin(right=3))
{'right': 3}
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields, is_dataclass
from functools import cache, partial
from pathlib import Path
from types import NoneType
from typing import Annotated, Any, Generic, TypeAlias, TypeVar, cast, get_args, get_origin, get_type_hints

from treenn.trees.annotation_types import fits, options
from treenn.trees.errors import InputError
from treenn.trees.json_values import missing_key, not_an_object, read_object, wrong_type

T = TypeVar("T")

Upgrade = Callable[[Mapping[str, object], "str | Path"], Mapping[str, object]]
"""A function that converts an object to the next version; its second argument is the file, for error messages."""


@dataclass(frozen=True)
class Codec:
    """Conversion between a field's value and its JSON value, declared as `Annotated[kind, Codec(...)]`.

    Args:
        decode: converts the JSON value before validation; must return unknown values unchanged.
        encode: converts the field's value to a JSON value (default: unchanged).
    """

    decode: Callable[[Any], Any]
    encode: Callable[[Any], Any] = lambda value: value


@dataclass(frozen=True)
class Key:
    """The name of a field in JSON, declared as `Annotated[int, Key("from")]` (default: the field's name).

    Args:
        name: the key; if empty, the field is not in JSON.
    """

    name: str


@dataclass(frozen=True)
class Rest:
    """A mapping of all keys that are no field, declared as `Annotated[Mapping[str, Metrics], Rest("majority")]`.

    Args:
        marker: the key that an object must contain to belong to the mapping (default: None, all values belong).
    """

    marker: str | None = None

    def takes(self, value: object) -> bool:
        """True if the value of an unknown key belongs to the mapping."""
        return self.marker is None or (isinstance(value, dict) and self.marker in value)


@dataclass(frozen=True)
class Schema(Generic[T]):
    """A kind of JSON file with a version.

    Args:
        name: the value of the key `schema`.
        version: the current version.
        kind: the dataclass.
        noun: the description in error messages, such as "results.json of `treenn compare`".
        upgrades: the function that upgrades each older version to the next (default: none).
    """

    name: str
    version: int
    kind: type[T]
    noun: str
    upgrades: Mapping[int, Upgrade] = dataclasses.field(default_factory=dict)

    def read(self, path: str | Path) -> T:
        """Read the record of a file.

        Raises:
            InputError: as `read_object`, and if the schema differs, or a key is missing or of another type.
        """
        return self.parse(read_object(path), path)

    def parse(self, value: Mapping[str, object], source: str | Path) -> T:
        """Read the record of a JSON object; raises as `read`."""
        name, version = value.get("schema"), value.get("version")
        if name is None:
            raise InputError(f"this is not a {self.noun}: the key 'schema' is missing", source=source)
        if name != self.name or not isinstance(version, int) or version not in (*self.upgrades, self.version):
            raise InputError(
                f"this is {name} version {version}; must be {self.name} version {self.version}", source=source
            )
        for number in range(version, self.version):
            value = self.upgrades[number](value, source)
        return from_json(self.kind, value, source)

    def to_json(self, record: T) -> dict[str, object]:
        """The JSON object of a record, including the schema's name and version."""
        return {"schema": self.name, "version": self.version, **to_json(record)}


def from_json(kind: type[T], value: object, source: str | Path, where: str = "") -> T:
    """Build a dataclass from a JSON object.

    Args:
        kind: the dataclass; its fields are scalars, dataclasses, and sequences, mappings and unions of them.
        value: the object.
        source: the file, for messages.
        where: the object's path in the file, such as `tasks[0]` (default: `""`, the top level).

    Raises:
        InputError: if a required key is missing or a value has another type; the message names the file and the key.
    """
    if not isinstance(value, dict):
        raise not_an_object(value, source, where)
    record: Any = kind
    arguments = {}
    for field in _fields(record):
        if field.rest:
            others = {name: each for name, each in value.items() if name not in _keys(record)}
            rest = {name: each for name, each in others.items() if field.rest.takes(each)}
            arguments[field.name] = _read_mapping(field.hint, rest, source, where)
        elif field.key and field.key in value:
            arguments[field.name] = _read(field.hint, value[field.key], source, _join(where, field.key))
        elif field.default is None:
            raise missing_key(_join(where, field.key), field.hint, source)
    try:
        return kind(**arguments)
    except (InputError, TypeError, ValueError) as error:
        prefix = f"{where}: " if where else ""
        raise InputError(f"{prefix}{getattr(error, 'message', error)}", source=source) from error


def to_json(record: object) -> dict[str, object]:
    """The JSON object of a dataclass; `from_json` is the inverse."""
    kind: Any = type(record)
    result: dict[str, object] = {}
    for field in _fields(kind):
        value = getattr(record, field.name)
        if field.rest:
            result |= {name: _write(item, field.hint) for name, item in value.items()}
        elif field.key and (field.default is None or value != field.default()):
            result[field.key] = _write(value, field.hint)
    return result


@dataclass(frozen=True)
class _Field:
    """The representation of a dataclass field in JSON.

    Args:
        name: the field's name.
        key: the key; empty if the field is not in JSON.
        hint: the type; with `rest`, that of the mapping's values.
        default: a function that returns the default; None if the field is required.
        rest: the marker of a mapping of all keys that are no field (default: None).
    """

    name: str
    key: str
    hint: Any
    default: Callable[[], object] | None
    rest: Rest | None = None


@cache
def _fields(kind: Any) -> Sequence[_Field]:
    hints = get_type_hints(kind, include_extras=True)
    return [_field(field, hints[field.name]) for field in fields(kind)]


def _field(field: dataclasses.Field[Any], hint: Any) -> _Field:
    factory: Any = field.default_factory
    default = None if factory is MISSING else factory
    if field.default is not MISSING:
        default = partial(getattr, field, "default")
    kind, *marks = get_args(hint) if get_origin(hint) is Annotated else (hint,)
    for mark in marks:
        if isinstance(mark, Rest):
            return _Field(field.name, "", get_args(kind)[1], default, mark)
    key = next((mark.name for mark in marks if isinstance(mark, Key)), field.name)
    return _Field(field.name, key, hint, default)


@cache
def _keys(kind: Any) -> frozenset[str]:
    return frozenset(field.key for field in _fields(kind)) | {"schema", "version"}


def _join(where: str, name: str) -> str:
    return f"{where}.{name}" if where else name


def _read(hint: Any, value: object, source: str | Path, where: str) -> Any:
    """Validate the JSON value of a field. Lists become tuples, and objects dataclasses or dictionaries."""
    hint, codec = _codec(hint)
    if codec is not None:
        value = codec.decode(value)
    kinds = [kind for kind in options(hint) if kind is not NoneType]
    if value is None and len(kinds) < len(options(hint)):
        return None
    for kind in kinds:
        if is_dataclass(kind) and (isinstance(value, dict) or len(kinds) == 1):
            return from_json(cast(type[Any], kind), value, source, where)
        if isinstance(value, list) and get_origin(kind) in (Sequence, list, tuple):
            return _read_list(kind, value, source, where)
        if isinstance(value, dict) and get_origin(kind) in (Mapping, dict):
            return _read_mapping(get_args(kind)[1], value, source, where)
    if not fits(value, hint, finite=False):
        raise wrong_type(where, value, hint, source)
    return value


def _read_mapping(item: Any, value: Mapping[str, object], source: str | Path, where: str) -> dict[str, Any]:
    return {name: _read(item, entry, source, _join(where, name)) for name, entry in value.items()}


def _read_list(kind: Any, value: Sequence[object], source: str | Path, where: str) -> tuple[Any, ...]:
    items = get_args(kind)
    if get_origin(kind) is not tuple or items[-1] is Ellipsis:
        if items[0] in (int, str) and {items[0]}.issuperset(map(type, value)):  # fast path for labels
            return tuple(value)
        items = items[:1] * len(value)
    elif len(value) != len(items):
        raise InputError(f"{where!r} has {len(value)} values; it must have {len(items)}", source=source)
    pairs = zip(items, value, strict=True)
    return tuple(_read(item, entry, source, f"{where}[{index}]") for index, (item, entry) in enumerate(pairs))


def _codec(hint: Any) -> tuple[Any, Codec | None]:
    if get_origin(hint) is not Annotated:
        return hint, None
    kind, *constraints = get_args(hint)
    return kind, next((mark for mark in constraints if isinstance(mark, Codec)), None)


def _write(value: object, hint: Any = None) -> object:
    _, codec = _codec(hint)
    if codec is not None and value is not None:
        value = codec.encode(value)
    if is_dataclass(value):
        return to_json(value)
    if isinstance(value, Mapping):
        return {name: _write(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_write(item) for item in value]
    return value


_NO_LABEL = -100  # as treenn.encoders.NO_LABEL


def digits(classes: Iterable[int]) -> str | list[int]:
    """Convert classes to a digit string, with `-` for no label (-100), or to a list if a class is above 9.

    >>> digits([3, 0, -100]), digits([3, 10])
    ('30-', [3, 10])
    """
    classes = list(classes)
    if any(label != _NO_LABEL and not 0 <= label <= 9 for label in classes):
        return classes
    return "".join("-" if label == _NO_LABEL else str(label) for label in classes)


def _from_digits(value: Any) -> Any:
    if not isinstance(value, str) or not set(value) <= set("0123456789-"):
        return value
    return [_NO_LABEL if digit == "-" else int(digit) for digit in value]


Digits: TypeAlias = Annotated[tuple[int, ...] | None, Codec(_from_digits, digits)]
"""Classes, in JSON a string of one digit per item, with `-` for no label, or a list if a class is above 9."""
