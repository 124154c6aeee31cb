"""Import of objects of other packages by name, `package.module:attribute`, and the trust that saved models require."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from treenn.trees.errors import InputError, argument

_NAME = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*(\.[^\W\d]\w*)*")


def is_external(name: str) -> bool:
    """True if a name has the form `package.module:attribute`.

    >>> is_external("mycell:factory"), is_external("tree-lstm"), is_external("my cell:factory")
    (True, False, False)
    """
    return _NAME.fullmatch(name) is not None


def check_trust(name: str, trust: str | Sequence[str], source: str | Path) -> None:
    """Validate that the caller trusts the module of a name that a file contains, before it is imported.

    Args:
        name: the name; one without a module needs no trust.
        trust: the trusted modules; a package includes its submodules.
        source: the file.

    Raises:
        InputError: if the module is not trusted.
    """
    if not is_external(name):
        return
    module = name.partition(":")[0]
    trusted = (trust,) if isinstance(trust, str) else trust
    if not any(module == each or module.startswith(f"{each}.") for each in trusted):
        raise InputError(
            f"this names the module {module}, which is imported only if you trust it: "
            f"{argument('trust', repr(module))}",
            source=source,
        )


def load_object(name: str, parameter: str) -> Any:
    """Import the object of a name; the module's code runs.

    Args:
        name: `package.module:attribute`.
        parameter: the argument that has this value, for messages.

    Raises:
        InputError: if there is no such module or attribute, or the module's import fails.
    """
    module, _, path = name.partition(":")
    try:
        target: Any = _import(module)
    except Exception as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise InputError(
            f"{argument(parameter)} {name}: cannot import {module} ({reason}); must be importable from sys.path"
        ) from error
    for attribute in path.split("."):
        if not hasattr(target, attribute):
            raise InputError(f"{argument(parameter)} {name}: {module} has no attribute {path}")
        target = getattr(target, attribute)
    return target


def _import(module: str) -> Any:
    """Import a module, also from the working directory, which the script `treenn` does not search."""
    folder = str(Path.cwd())
    if folder in sys.path:
        return import_module(module)
    sys.path.append(folder)  # last, so that files there shadow no installed module
    try:
        return import_module(module)
    finally:
        sys.path.remove(folder)
