"""Atomic writing of files: an output file is complete, or absent."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from treenn.trees.errors import InputError
from treenn.trees.file_kind import check_replaceable, kind_of
from treenn.trees.output_streams import open_device, stream_descriptor
from treenn.trees.temporary import remove_stale, temporary_prefix


def write_bytes(path: str | Path, data: bytes, *, make_folder: bool = True) -> None:
    """Write atomically, via a temporary file in the same folder and a rename.

    Temporary files of killed processes with the same target are removed. System devices and open streams, such as
    `/dev/stdout`, are written to in place. Other devices and pipes, which could block forever, are refused.

    Args:
        path: the file.
        data: the content.
        make_folder: whether to create a missing folder; False for a folder that may have been removed concurrently
            (default: True).

    Raises:
        InputError: if the folder cannot be created or written to, the path is a pipe or a device outside of `/dev` and
            `/proc`, or data of a known kind (`kind_of`) would replace a file of another kind.
    """
    with open_atomic(path, kind=kind_of(data), make_folder=make_folder) as file:
        file.write(data)


@contextmanager
def open_atomic(path: str | Path, *, kind: str | None = None, make_folder: bool = True) -> Iterator[BinaryIO]:
    """Open a file for writing in parts, as atomically as `write_bytes`. An error in the context leaves no file.

    Args:
        path: the file.
        kind: the kind of its content, as `kind_of` returns it (default: None, a file of any kind is replaced).
        make_folder: whether to create a missing folder (default: True).

    Raises:
        InputError: as `write_bytes`.
    """
    path = Path(path)
    temporary = path.parent / f"{temporary_prefix(path.name)}{secrets.token_hex(4)}"
    try:
        if stream_descriptor(path) is not None or (path.exists() and not path.is_file() and not path.is_dir()):
            with open_device(path) as device:
                yield device
            return
        if kind:
            check_replaceable(path, kind)
        if make_folder:
            path.parent.mkdir(parents=True, exist_ok=True)
        remove_stale(path.parent, path.name)
        with temporary.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        raise InputError(f"cannot write here: {error.strerror or error}", source=path) from error
    finally:
        with suppress(OSError):  # the folder may have been removed concurrently
            temporary.unlink(missing_ok=True)


def write_text(path: str | Path, text: str, *, make_folder: bool = True) -> None:
    """Write text atomically, as UTF-8.

    Raises:
        InputError: as `write_bytes`, and if the text has a lone surrogate, which UTF-8 cannot encode.
    """
    try:
        data = text.encode("utf-8")
    except UnicodeEncodeError as error:
        problem = f"character {text[error.start]!r} is half of a surrogate pair, which UTF-8 cannot encode"
        raise InputError(f"cannot write this text: {problem}", source=path) from error
    write_bytes(path, data, make_folder=make_folder)
