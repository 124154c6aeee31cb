"""Open streams and devices of the system, such as `/dev/stdout`, as output files."""

import os
import re
from pathlib import Path
from typing import BinaryIO

from treenn.trees.errors import InputError

_STREAM = re.compile(r"/dev/(?P<name>stdout|stderr)|(/dev|/proc/(self|thread-self))/fd/(?P<number>\d{1,9})")


def stream_descriptor(path: Path) -> int | None:
    """The descriptor of an open stream, possibly redirected to a regular file; None for other paths.

    A rename would replace the link in `/dev`.
    """
    stream = _STREAM.fullmatch(os.path.abspath(path))  # noqa: PTH100 (links are not followed)
    if stream is None:
        return None
    return int(stream["number"] or {"stdout": 1, "stderr": 2}[stream["name"]])


def open_device(path: Path) -> BinaryIO:
    """Open a stream, or a pipe or device of the system, for writing in place.

    Raises:
        InputError: if the path is a pipe or a device outside of `/dev` and `/proc`, which could block forever.
    """
    if (descriptor := stream_descriptor(path)) is not None:
        return os.fdopen(os.dup(descriptor), "wb")  # with the position of the stream
    if not path.absolute().is_relative_to("/dev") and not path.absolute().is_relative_to("/proc"):
        raise InputError("cannot write here: this is a pipe or a device; name a file", source=path)
    return path.open("wb")
