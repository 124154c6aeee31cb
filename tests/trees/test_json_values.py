import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from treenn.trees import InputError
from treenn.trees.json_values import dump_json, read_object, read_words

KEYS = {"size": int, "classes": list[str] | None, "settings": dict, "loss": float, "shares": dict[str, float]}
GOOD = {"size": 4, "classes": ["a"], "settings": {}, "loss": 1, "shares": {"a": 0.5}}
INFINITE = float("inf")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config.json"


def test_an_object_with_its_keys_is_read(file: Path) -> None:
    for value in (GOOD, GOOD | {"classes": None, "loss": 0.5, "more": True}):
        file.write_text(json.dumps(value))
        assert read_object(file, KEYS) == value


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ([], "this file holds []; it must be a JSON object"),
        ([1], "this file holds a list; it must be a JSON object"),
        (None, "this file holds null; it must be a JSON object"),
        ({}, "the key 'size' is missing; it must be a whole number"),
        (GOOD | {"size": "4"}, "'size' is \"4\"; it must be a whole number"),
        (GOOD | {"size": 4.5}, "'size' is 4.5; it must be a whole number"),
        (GOOD | {"size": True}, "'size' is true; it must be a whole number"),
        (GOOD | {"loss": False}, "'loss' is false; it must be a number"),
        (GOOD | {"classes": [1]}, "'classes' is a list; it must be a list whose values are each text or null"),
        (GOOD | {"settings": []}, "'settings' is []; it must be an object"),
        (GOOD | {"shares": {"a": "b"}}, "'shares' is an object; it must be an object whose values are each a number"),
        (GOOD | {"size": "4" * 99}, "'size' is text; it must be a whole number"),
    ],
)
def test_errors_name_file_and_key(value: object, message: str, file: Path) -> None:
    file.write_text(json.dumps(value))
    with pytest.raises(InputError) as error:
        read_object(file, KEYS)
    assert str(error.value) == f"{file}: {message}"


@pytest.mark.parametrize("value", [{}, "words", ["a", 1], None])
def test_a_vocabulary_is_a_list_of_texts(value: object, file: Path) -> None:
    file.write_text(json.dumps(value))
    with pytest.raises(InputError, match="it must be a list whose values are each text"):
        read_words(file)
    file.write_text('["a", "b"]')
    assert read_words(file) == ["a", "b"]


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.tuples(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


def refuse(constant: str) -> None:
    raise AssertionError(constant)


@given(VALUES)
def test_json_never_holds_nan(value: object) -> None:
    for text in (dump_json(value), dump_json(value, indent=1), dump_json(value, compact=True, ensure_ascii=False)):
        assert isinstance(json.loads(text, parse_constant=refuse), (type(None), bool, int, float, str, list, dict))


def test_non_finite_numbers_are_null() -> None:
    value = {"a": [1.5, INFINITE, -INFINITE], "b": (np.float64("nan"), "NaN"), "é": 1}
    assert dump_json(value) == '{"a": [1.5, null, null], "b": [null, "NaN"], "\\u00e9": 1}'
    assert dump_json({"é": [1, 2]}, compact=True, ensure_ascii=False) == '{"é":[1,2]}'
