"""The comment with the names of the classes, also of names that look like its separators."""

from __future__ import annotations

import pytest

from treenn.trees.class_comment import class_comment, classes_in_comments, parse_class_comment


@pytest.mark.parametrize("names", [("bad", "good"), ("a, b", "c"), ("a", "very good", "c"), ("", "x"), ("0", "1")])
def test_names_are_read_as_written(names: tuple[str, ...]) -> None:
    assert parse_class_comment(class_comment(names)) == names


def test_a_name_on_several_lines() -> None:
    assert class_comment(["a\n b", "c"]) == "# labels: 0 a b, 1 c"


def test_comments_before_the_first_tree() -> None:
    assert classes_in_comments("# by ann\r\n# labels: 0 bad, 1 good\r\n(1 x)\n") == (("bad", "good"), "ordinal")
    assert classes_in_comments("# labels: 0 a, 1 b\n# scale: nominal\n(1 x)\n") == (("a", "b"), "nominal")
    assert classes_in_comments("(1 x)\n# labels: 0 bad, 1 good\n") is None
    assert classes_in_comments("# labels: 0 bad\n(0 x)\n") is None
    assert classes_in_comments("# labels: 0 bad, 1 bad\n(0 x)\n") is None
    assert classes_in_comments("# labels of ann\n") is None
