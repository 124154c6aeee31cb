"""Templates of HTML pages that open offline."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template


def page_template(folder: Path, **filters: Callable[[Any], object]) -> Template:
    """Returns the template `page.html` of a folder, which escapes values and refuses undefined names.

    Args:
        folder: the folder.
        filters: the template's filters by name.
    """
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= filters
    return environment.get_template("page.html")
