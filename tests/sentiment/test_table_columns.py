"""Columns of predictions have distinct names."""

from __future__ import annotations

import pytest
from made_up_predictions import CLASSES, document

from treenn.sentiment.document import Document
from treenn.sentiment.table_columns import PredictionColumns
from treenn.trees import InputError


def test_one_model_has_plain_names() -> None:
    columns = PredictionColumns(("id", "text"), {"lstm": CLASSES})
    assert columns.header == ("id", "text", "class", "label", *CLASSES, "unknown_words", "unknown_share", "warning")
    found = Document.of("bad", document("(2 bad)").sentences, CLASSES)
    assert columns.cells({"lstm": found}) == ["good", "2", "0", "0", "1", "", "0", ""]


def test_taken_names_have_the_model_in_front() -> None:
    header = PredictionColumns(("text", "label"), {"lstm": ("a", "b")}).header
    names = ("class", "label", "a", "b", "unknown_words", "unknown_share", "warning")
    assert header[2:] == tuple(f"lstm.{name}" for name in names)
    header = PredictionColumns(("text",), {"x": ("a",), "y": ("b",)}).header
    assert [column for column in header if column.startswith("y.")] == [
        "y.class", "y.label", "y.b", "y.unknown_words", "y.unknown_share", "y.warning"
    ]  # fmt: skip


def test_class_with_the_name_of_a_column() -> None:
    header = PredictionColumns(("text",), {"x": ("label", "class")}).header
    assert header == ("text", "class", "label", "P(label)", "P(class)", "unknown_words", "unknown_share", "warning")


def test_own_output_as_input_is_refused() -> None:
    header = PredictionColumns(("text", "label"), {"lstm": CLASSES}).header
    with pytest.raises(InputError, match=r"^column 'lstm.class' of the input is also a column of the output"):
        PredictionColumns(header, {"lstm": CLASSES})


def test_blank_text_without_middle_class_is_empty() -> None:
    columns = PredictionColumns(("text",), {"lstm": ("no", "yes")})
    assert columns.cells({"lstm": Document.of(" ", [], ("no", "yes"))}) == ["", "", "", "", "", "0", ""]
