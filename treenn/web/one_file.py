"""Modules and styles of `treenn/web`, inlined into pages that open offline."""

from __future__ import annotations

import re
from importlib.resources import files

from markupsafe import Markup

_IMPORT = re.compile(r'^import \{([^}]*)\} from "\./(\w+\.mjs)";$', re.MULTILINE)
_EXPORT = re.compile(r"^export ((?:async )?function|class|const) (\w+)", re.MULTILINE)
_UNKNOWN = re.compile(r"^(?:import|export|await)\b.*", re.MULTILINE)


def inline_modules(*names: str) -> Markup:
    """Returns modules with all that they import as the text of one `<script>`, in strict mode and without imports.

    Each module becomes a function that returns its exports, so that names of different modules do not collide. Imports
    have names in braces and files in the same folder; exports are functions, classes and constants; there is no `await`
    outside functions.

    Args:
        names: the files, such as `worker.mjs`.

    >>> print(*inline_modules("feature_hash.mjs").splitlines()[:2], sep="\\n")
    "use strict";
    const feature_hash_mjs = (() => {
    """
    parts: dict[str, str] = {}
    for name in names:
        _add(name, parts, ())
    return _without_end_tags("\n".join(['"use strict";', *parts.values(), ""]))


def inline_styles(*names: str) -> Markup:
    """Returns stylesheets as the text of one `<style>`."""
    return _without_end_tags("\n".join(map(_text, names)))


def _add(name: str, parts: dict[str, str], above: tuple[str, ...]) -> None:
    """Add the modules that a module imports, then the module.

    Raises:
        ValueError: if modules import each other, or a module has another form of import or export.
    """
    if name in parts:
        return
    if name in above:
        raise ValueError(f"{' imports '.join((*above, name))}: a cycle")
    source = _text(name)
    for match in _IMPORT.finditer(source):
        _add(match[2], parts, (*above, name))
    parts[name] = _as_function(name, source)


def _as_function(name: str, source: str) -> str:
    exports = [match[2] for match in _EXPORT.finditer(source)]
    body = _IMPORT.sub(lambda match: f"const {{{match[1]}}} = {_variable(match[2])};", source)
    body = _EXPORT.sub(r"\1 \2", body)
    if other := _UNKNOWN.search(body):
        raise ValueError(f"{name}: {other[0]!r} is not supported in a single file")
    return f"const {_variable(name)} = (() => {{\n{body}return {{ {', '.join(exports)} }};\n}})();"


def _variable(name: str) -> str:
    return name.replace(".", "_")


def _text(name: str) -> str:
    return (files("treenn.web") / name).read_text(encoding="utf-8")


def _without_end_tags(text: str) -> Markup:
    """The text of a script or style element, which ends at the first end tag and changes its rules at a comment."""
    assert not re.search(r"</(script|style)|<!--", text, re.IGNORECASE)
    return Markup(text)
