"""HTML pages that open offline: their templates, and data within them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup


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


def inline_json(text: str) -> Markup:
    r"""Returns JSON as the text of a `<script type="application/json">`; each `<` becomes `\u003c`."""
    return Markup(text.replace("<", "\\u003c"))
