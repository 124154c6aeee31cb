"""The kind of an output file, by its first bytes; a file of another kind is not replaced."""

import re
from pathlib import Path

from treenn.trees.errors import InputError
from treenn.trees.output_streams import stream_descriptor

PREDICTIONS = "table of predictions"
"""The kind of CSV and TSV files by `treenn predict`."""

# The header ends with two columns, which may be prefixed by the name of a model.
_PREDICTIONS = re.compile(
    rb'[^\r\n]*(class|score)"?[,\t][^\r\n]*\bunknown_words"?[,\t][^,\t\r\n]*\bunknown_share"?([,\t][^,\t\r\n]*\bwarning"?)?\r?\n'
)

_SHOWN = 1 << 14  # the number of initial bytes that determine the kind of a file


def check_replaceable(path: str | Path, kind: str | None) -> None:
    """Refuse to replace a file of another kind.

    Args:
        path: the file, which need not exist.
        kind: the kind of the new file, as `kind_of` returns it. None, for plain text, refuses every file with content.

    Raises:
        InputError: if the file is not empty and of another kind.
    """
    path = Path(path)
    if not path.is_file() or stream_descriptor(path) is not None:
        return
    with path.open("rb") as file:
        start = file.read(_SHOWN)
    if start and (kind is None or kind_of(start) != kind):
        exists = "exists" if kind is None else f"exists and is no {kind}"
        raise InputError(f"this file {exists}: it is not replaced; move it or name another", source=path)


def kind_of(data: bytes) -> str | None:
    """The kind of an output file: a picture, a page, a report, JSON with a schema, or a table of predictions.

    Returns None for other files.

    >>> kind_of(b'{"schema": "treenn.bench", "version": 1}'), kind_of(b"{}")
    ('JSON of treenn.bench', None)
    """
    start = data[:_SHOWN].lstrip()
    if start.startswith(b"\x89PNG"):
        return "PNG"
    if start.startswith((b"<svg", b"<?xml")):
        return "SVG" if b"<svg" in start else None
    if schema := re.match(rb'\{\s*"schema": ?"(treenn\.\w+)"', start):
        return f"JSON of {schema[1].decode()}"
    if _PREDICTIONS.match(start):
        return PREDICTIONS
    if re.match(rb"(text|left,right),gold,predicted\b", start):
        return "CSV of an evaluation"
    if start.startswith(b"% An evaluation made by treenn"):
        return "evaluation of treenn in LaTeX"
    nouns = ("attention", "evaluation", "explanation", "map", "playground")
    noun = next((each for each in nouns if f"{each} made by treenn".encode() in start), "report")
    report = f"{noun} of treenn in " if b"made by treenn" in start else ""
    if start[:14].lower() == b"<!doctype html":
        return report + "HTML"
    return report + "Markdown" if report and start.startswith(b"# ") else None
