"""Dataclasses as JSON: round trips, and errors with file and key."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treenn.trees import InputError
from treenn.trees.arguments import check_fields
from treenn.trees.json_records import Digits, Key, Rest, Schema, digits, from_json, to_json


@dataclass(frozen=True)
class Inner:
    count: int
    start: Annotated[int | None, Key("from")] = None


@dataclass(frozen=True)
class Outer:
    name: str
    kind: Literal["a", "b"]
    share: float | None
    pair: tuple[str, int]
    bins: tuple[Inner, ...] = ()
    nested: Mapping[str, tuple[Inner, ...]] = field(default_factory=dict)
    roots: Digits = None
    rest: Annotated[Mapping[str, Inner], Rest("count")] = field(default_factory=dict)
    hidden: Annotated[int, Key("")] = 3


inner = st.builds(Inner, st.integers(), st.none() | st.integers())
bins = st.lists(inner, max_size=3).map(tuple)
classes = st.lists(st.sampled_from([*range(12), -100]), max_size=5).map(tuple)
records = st.builds(
    Outer,
    st.text(),
    st.sampled_from(["a", "b"]),
    st.none() | st.floats(allow_nan=False, allow_infinity=False),
    st.tuples(st.text(), st.integers()),
    bins,
    st.dictionaries(st.text(), bins, max_size=3),
    st.none() | classes,
    st.dictionaries(st.sampled_from(["test", "deep"]), inner),
)


@given(records)
def test_reading_undoes_writing(record: Outer) -> None:
    assert from_json(Outer, json.loads(json.dumps(to_json(record))), "a.json") == record


def test_defaults_are_omitted_unlike_required_nulls() -> None:
    value = to_json(Outer("x", "a", None, ("y", 1), rest={"test": Inner(2)}, hidden=9))
    assert value == {"name": "x", "kind": "a", "share": None, "pair": ["y", 1], "test": {"count": 2}}
    assert from_json(Outer, {**value, "unknown": 1, "other": {}}, "a.json").rest == {"test": Inner(2)}


GOOD = {"name": "x", "kind": "a", "share": 0.5, "pair": ["y", 1]}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"name": 3}, "'name' is 3; it must be text"),
        ({"kind": "c"}, """'kind' is "c"; it must be a or b"""),
        ({"share": True}, "'share' is true; it must be a number or null"),
        ({"pair": ["y"]}, "'pair' has 1 values; it must have 2"),
        ({"pair": ["y", "z"]}, """'pair[1]' is "z"; it must be a whole number"""),
        ({"bins": [{"count": 1}, {}]}, "the key 'bins[1].count' is missing; it must be a whole number"),
        ({"bins": [3]}, "bins[0] holds 3; it must be a JSON object"),
        ({"bins": {}}, "'bins' is {}; it must be a list whose values are each an object"),
        ({"nested": {"k": [{"count": 1, "from": []}]}}, "'nested.k[0].from' is []; it must be a whole number or null"),
        ({"roots": "01x"}, """'roots' is "01x"; it must be a list whose values are each a whole number or null"""),
        ({"test": {"count": None}}, "'test.count' is null; it must be a whole number"),
    ],
)
def test_errors_name_file_and_key(change: dict[str, object], message: str) -> None:
    with pytest.raises(InputError) as error:
        from_json(Outer, GOOD | change, "a.json")
    assert str(error.value) == f"a.json: {message}"


def test_a_dataclass_may_refuse_values() -> None:
    @dataclass(frozen=True)
    class Small:
        width: int

        def __post_init__(self) -> None:
            check_fields(self)
            if self.width > 9:
                raise InputError("width 10: must be 9 or less")

    globals()["Small"] = Small
    with pytest.raises(InputError, match=r"^a\.json: width 10: must be 9 or less$"):
        from_json(Small, {"width": 10}, "a.json")


SCHEMA = Schema("made.up", 3, Inner, "made-up file", {1: lambda value, source: {"number": value["n"]},
                                                      2: lambda value, source: {"count": value["number"]}})  # fmt: skip


@pytest.mark.parametrize(("version", "key"), [(1, "n"), (2, "number"), (3, "count")])
def test_older_versions_are_upgraded_step_by_step(version: int, key: str) -> None:
    assert SCHEMA.parse({"schema": "made.up", "version": version, key: 5}, "a.json") == Inner(5)
    assert SCHEMA.to_json(Inner(5)) == {"schema": "made.up", "version": 3, "count": 5}


@pytest.mark.parametrize(
    ("head", "message"),
    [
        ({}, "this is not a made-up file: the key 'schema' is missing"),
        ({"schema": "other", "version": 3}, "this is other version 3; must be made.up version 3"),
        ({"schema": "made.up", "version": 4}, "this is made.up version 4; must be made.up version 3"),
        ({"schema": "made.up", "version": []}, r"this is made.up version \[\]; must be made.up version 3"),
    ],
)
def test_files_of_another_kind_are_refused(head: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=f"^a.json: {message}$"):
        SCHEMA.parse(head, "a.json")


@pytest.mark.parametrize(("values", "text"), [([], ""), ([0, 9, -100], "09-"), ([10], [10]), ([-1], [-1])])
def test_classes_are_digits_if_each_has_one(values: list[int], text: object) -> None:
    assert digits(values) == text
