"""Command lines for records, without the absolute paths of one machine."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable
from pathlib import Path

# A path is at the start of an argument, or after the sign of `--out=DIR`, `NAME,NAME` or `KIND:PATH`, not `tcp://HOST`.
_SEPARATOR = re.compile(r"([=,]|:(?=/(?!/)))")


def portable_command(arguments: Iterable[str]) -> str:
    """A `treenn` command for a record, quoted for a shell.

    Args:
        arguments: the arguments after `treenn`.

    >>> portable_command(["compare", "--out", "/srv/ada/first try"])
    "treenn compare --out 'first try'"
    """
    return shlex.join(["treenn", *map(portable, arguments)])


def portable(argument: str) -> str:
    """An argument with each absolute path replaced by a path relative to the working directory, or by its last name.

    Relative paths and other text are unchanged.

    >>> portable("--out=/srv/ada/first"), portable("/data/a,chart"), portable("stanza:en"), portable("runs/first")
    ('--out=first', 'a,chart', 'stanza:en', 'runs/first')
    """
    return "".join(map(_shortened, _SEPARATOR.split(argument)))


def _shortened(part: str) -> str:
    path = Path(part)
    if not path.is_absolute():
        return part
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else path.name
