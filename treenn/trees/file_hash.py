"""SHA-256 of files."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from treenn.trees.errors import InputError


def hash_file(path: Path) -> str:
    """The SHA-256 of a file.

    Raises:
        InputError: if it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise InputError(f"cannot read this file: {error.strerror or error}", source=path) from error


def hash_files(paths: Iterable[Path]) -> str:
    """The SHA-256 of the names and contents of files, in the given order.

    Raises:
        InputError: if a file cannot be read.
    """
    sha = hashlib.sha256()
    for path in paths:
        sha.update(path.name.encode() + b"\0" + bytes.fromhex(hash_file(path)))
    return sha.hexdigest()
