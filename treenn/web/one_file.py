"""Modules and styles of `treenn/web`, inlined into pages that open offline."""

from __future__ import annotations

import re
from importlib.resources import files

from markupsafe import Markup

_IMPORT = re.compile(r'^import \{[^}]*\} from "\./[\w-]+\.mjs";\n', re.MULTILINE)


def inline_modules(*names: str) -> Markup:
    """Returns modules as the text of one `<script type="module">`, the imported ones first.

    Their imports of each other are removed, so no two modules may have the same name at the top level.

    Args:
        names: the files, such as `tree.mjs`.
    """
    return _without_end_tags("\n".join(_IMPORT.sub("", _text(name)) for name in names))


def inline_styles(*names: str) -> Markup:
    """Returns stylesheets as the text of one `<style>`."""
    return _without_end_tags("\n".join(map(_text, names)))


def inline_json(text: str) -> Markup:
    r"""Returns JSON as the text of a `<script type="application/json">`; each `<` becomes `\u003c`."""
    return Markup(text.replace("<", "\\u003c"))


def _text(name: str) -> str:
    return (files("treenn.web") / name).read_text(encoding="utf-8")


def _without_end_tags(text: str) -> Markup:
    """The text of a script or style element, which ends at the first end tag and changes its rules at a comment."""
    assert not re.search(r"</(script|style)|<!--", text, re.IGNORECASE)
    return Markup(text)
