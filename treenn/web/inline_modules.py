"""JavaScript modules of treenn/web as one script, for pages that are a single file."""

from __future__ import annotations

import re
from importlib.resources import files

_IMPORT = re.compile(r'^import \{([^}]*)\} from "\./(\w+\.mjs)";$', re.MULTILINE)
_EXPORT = re.compile(r"^export ((?:async )?function|class|const) (\w+)", re.MULTILINE)
_UNKNOWN = re.compile(r"^(?:import|export)\b.*", re.MULTILINE)


def inline_modules(entry: str) -> str:
    """Combine a module with all that it imports into one script without imports.

    Each module becomes a function that returns its exports, so that names of different modules do not collide. Modules
    have imports of names in braces from files next to them, exports of functions, classes and constants, and no `await`
    outside functions.

    Args:
        entry: the file name of the module, such as `worker.mjs`.

    Returns:
        The script, in strict mode. It is safe between `<script>` tags.

    >>> inline_modules("feature_hash.mjs").splitlines()[:2]
    ['"use strict";', 'const feature_hash_mjs = (() => {']
    """
    parts: dict[str, str] = {}
    _add(entry, parts, ())
    return "\n".join(['"use strict";', *parts.values()])


def _add(name: str, parts: dict[str, str], above: tuple[str, ...]) -> None:
    """Add the modules that a module imports, then the module.

    Raises:
        ValueError: if modules import each other, or a module has another form of import or export.
    """
    if name in parts:
        return
    if name in above:
        raise ValueError(f"{' imports '.join((*above, name))}: a cycle")
    source = (files("treenn.web") / name).read_text("utf-8")
    for match in _IMPORT.finditer(source):
        _add(match[2], parts, (*above, name))
    parts[name] = _as_function(name, source)


def _as_function(name: str, source: str) -> str:
    exports = [match[2] for match in _EXPORT.finditer(source)]
    body = _IMPORT.sub(lambda match: f"const {{{match[1]}}} = {_variable(match[2])};", source)
    body = _EXPORT.sub(r"\1 \2", body)
    if other := _UNKNOWN.search(body) or re.search(r"</script|<!--", body, re.IGNORECASE):
        raise ValueError(f"{name}: {other[0]!r} is not supported in a single file")
    return f"const {_variable(name)} = (() => {{\n{body}return {{ {', '.join(exports)} }};\n}})();"


def _variable(name: str) -> str:
    return name.replace(".", "_")
