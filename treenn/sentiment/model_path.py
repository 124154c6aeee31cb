"""`ModelPath`: a trained model by its readable name and its folder."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

Note = Callable[[str], None]
"""A function that receives the message on an omitted model."""


class ModelPath(NamedTuple):
    """A trained model.

    Args:
        name: its readable name.
        folder: its folder, or the name of the shipped model.
        parser: the parser of the trees that it was trained on, if its comparison records one (default: None).
    """

    name: str
    folder: str
    parser: str | None = None
