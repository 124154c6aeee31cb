"""Defaults of `Task`, which a user-defined task may inherit."""

from collections.abc import Callable
from typing import Any

import pytest

from treenn.models.task import Task, make_task
from treenn.trees import InputError


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda task: task.unit_labels(None, roots_only=True), "controls predict classes, but .* numeric targets"),
        (lambda task: task.unit_words(None, roots_only=True), "controls need unit_words, which task .* not define"),
        (lambda task: task.from_probabilities(None, None, None), "controls need from_probabilities, which task"),
    ],
)
def test_controls_need_a_task_with_units(call: Callable[[Task], Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        call(make_task("relatedness", None))
