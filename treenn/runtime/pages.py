"""Templates of HTML pages that open offline."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template


def page_template(folder: Path, file: str = "page.html", /, **filters: Callable[[Any], object]) -> Template:
    """Returns a template, which escapes values and refuses undefined names.

    Args:
        folder: the folder.
        file: the file in it (default: "page.html").
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
    return environment.get_template(file)
