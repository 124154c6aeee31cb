"""SVG pictures of sentences: one file, or numbered files in a folder or by a pattern."""

from __future__ import annotations

import os
from collections.abc import Iterable
from itertools import islice
from pathlib import Path

from treenn.commands.output import check_target, progress_bar, say
from treenn.trees.atomic_writing import write_text
from treenn.trees.errors import InputError
from treenn.trees.file_kind import check_replaceable

PATTERN = "{}"
"""The part of a file name that is replaced by the number of the sentence."""


class SvgTarget:
    """The target of `--svg`, or of another option: a file for one sentence, or numbered files for several.

    `DIR/` writes DIR/1.svg, DIR/2.svg and so on, with leading zeros so that the names sort. `trees-{}.svg` writes
    trees-1.svg and so on. The folder must be missing or empty, or must contain only numbered pictures.

    Args:
        path: the argument of the option.
        option: the option (default: `--svg`).

    Raises:
        InputError: if the files cannot be written there.
    """

    def __init__(self, path: str, option: str = "--svg") -> None:
        self.path, self.option = path, option
        self.is_folder = path.endswith(("/", os.sep)) or _is_folder(path)
        self.is_pattern = not self.is_folder and PATTERN in Path(path).name
        if self.is_folder:
            self._check_folder()
        else:
            check_target(self.option, self._file("1"))

    def write(self, pictures: Iterable[str], remedy: str) -> None:
        """Write all pictures.

        Args:
            pictures: the pictures.
            remedy: the remedy in the error message on several pictures for a single file.

        Raises:
            InputError: if there is no picture, or several for a single file, or if an existing file is not a picture.
        """
        if self.is_folder or self.is_pattern:
            self._write_all(list(pictures))
            return
        some = list(islice(pictures, 2))
        if len(some) != 1:
            given = f"the input has several; {remedy}" if some else "the input has no words"
            raise InputError(f"{self.option} {self.path}: needs exactly one sentence, but {given}")
        write_text(self.path, some[0])
        say(f"drawn: {self.path}")

    def _write_all(self, pictures: list[str]) -> None:
        if not pictures:
            raise InputError(f"{self.option} {self.path}: the input has no words")
        digits = len(str(len(pictures)))
        files = [self._file(str(number).zfill(digits)) for number in range(1, len(pictures) + 1)]
        for file in files:
            check_replaceable(file, "SVG")
        with progress_bar("drawing") as progress:
            for number, (file, picture) in enumerate(zip(files, pictures, strict=True), start=1):
                write_text(file, picture)
                progress(number, len(files), "")
        if self.is_folder:
            for earlier in self._earlier() - set(files):
                earlier.unlink()
        last = "" if len(files) == 1 else f" to {files[-1].name}"
        say(f"drawn: {files[0]}{last}")

    def _file(self, number: str) -> Path:
        if self.is_folder:
            return Path(self.path) / f"{number}.svg"
        return (
            Path(self.path).with_name(Path(self.path).name.replace(PATTERN, number))
            if self.is_pattern
            else Path(self.path)
        )

    def _earlier(self) -> set[Path]:
        """The numbered pictures in the folder."""
        return {path for path in Path(self.path).iterdir() if path.stem.isdecimal() and path.suffix == ".svg"}

    def _check_folder(self) -> None:
        folder = Path(self.path)
        if not folder.is_dir():
            if folder.exists():
                raise InputError(f"{self.option} {self.path}: must be a folder, not a file")
            check_target(self.option, folder)
            return
        if not os.access(folder, os.W_OK | os.X_OK):
            raise InputError(f"{self.option} {self.path}: this folder must be writable")
        numbered = self._earlier()
        for path in sorted(folder.iterdir()):
            if path not in numbered or not _is_tree_picture(path):
                problem = f"this folder contains {path.name}, which is not a numbered picture of a tree"
                raise InputError(f"{self.option} {self.path}: {problem}; name an empty folder")


def _is_folder(path: str) -> bool:
    try:
        return Path(path).is_dir()
    except OSError:  # such as a too long name; the write reports it
        return False


def _is_tree_picture(path: Path) -> bool:
    """Return True if a file starts like the pictures of `draw_svg`."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        start = file.read(1 << 12)
    return start.startswith(b'<svg xmlns="http://www.w3.org/2000/svg" role="img"') and b"<title>Tree over" in start
