"""`Target`: the output file of a run, and the folder next to it that holds its journal and unfinished rows."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from treenn.commands.output import check_target
from treenn.commands.shards.journal import NAME, Finished, Header, Journal, finished_size
from treenn.training.folder_lock import locked
from treenn.training.run_dir import LOCK
from treenn.trees.errors import InputError, argument
from treenn.trees.temporary import is_stale

ROWS = "rows"
"""The file of the rows in order of the records, to which chunks are appended."""

READY = "rows.ready"
"""The complete output file, if it is not the rows themselves."""

_EARLY = "rows-"


class Target:
    """The output of a run.

    The folder `FILE.run` has the journal, the rows so far, and files of chunks that ended before an earlier one. The
    output file does not exist before the run is finished. The journal remains, so that the same command ends at once.

    Args:
        out: the output file.

    Raises:
        InputError: if it cannot be written, or exists and was not written by `--out`.
    """

    def __init__(self, out: Path) -> None:
        check_target("--out", out)
        self.out, self.folder = out, out.with_name(f"{out.name}.run")
        self.rows = self.folder / ROWS
        if out.exists() and not (self.folder / NAME).is_file():
            raise InputError(
                "this file exists and is of no run with --out: it is not replaced; name another", source=out
            )

    @contextmanager
    def opened(self, header: Header, *, overwrite: bool, resumable: bool) -> Iterator[Journal]:
        """Lock the folder, and open the journal of an interrupted or new run.

        A folder without a finished chunk is removed on an error.

        Args:
            header: the header of this command line.
            overwrite: whether to restart a run of any header.
            resumable: whether the input can be read twice.

        Raises:
            InputError: if another process writes to the folder, it holds anything else, its run is of another header,
                or the output file is not as the run left it.
        """
        missing = [folder for folder in (self.folder, *self.folder.absolute().parents) if not folder.exists()]
        try:
            with locked(self.folder):
                yield from self._journal(header, overwrite, resumable)
        finally:
            with suppress(OSError):  # not empty
                for folder in missing or [self.folder]:
                    folder.rmdir()

    def _journal(self, header: Header, overwrite: bool, resumable: bool) -> Iterator[Journal]:
        """Yield the journal of a folder that is locked."""
        self._check_ours()
        if overwrite:
            self._remove_earlier()
        if (self.folder / NAME).exists() and not resumable:
            remedy = f"pass the file by --file, or restart with {argument('overwrite', True)}"
            raise InputError(f"a run that reads standard input cannot be resumed; {remedy}", source=self.out)
        journal = Journal(self.folder, header, self.rows)
        try:
            self._check_finished(journal)
            yield journal
        except BaseException:
            if not journal.done and journal.finished is None and not self._has_early():
                self._remove_run()
            raise
        finally:
            journal.close()

    def early(self, chunk: int) -> Path:
        """The file of a chunk that ended before an earlier one."""
        return self.folder / f"{_EARLY}{chunk}"

    def write_early(self, chunk: int, data: bytes) -> None:
        """Write the file of a chunk that ended before an earlier one, atomically."""
        temporary = self.folder / f"{_EARLY}unfinished"
        temporary.write_bytes(data)
        temporary.replace(self.early(chunk))

    def finish(self, journal: Journal) -> None:
        """Make the complete output file, `READY` or else the rows, the output file.

        Raises:
            InputError: if another process has created the output file.
        """
        self._check_absent()
        ready = self.folder / READY
        complete = ready if ready.exists() else self.rows
        with complete.open("rb+") as file:
            os.fsync(file.fileno())
        journal.append(Finished(complete.stat().st_size))
        complete.replace(self.out)
        self._clear()

    def _clear(self) -> None:
        """Remove the rows and chunks of a finished run."""
        for path in self.folder.iterdir():
            if self._is_rows(path):
                path.unlink()

    def _is_rows(self, path: Path) -> bool:
        return path.name.startswith((ROWS, _EARLY)) and path.is_file()

    def _has_early(self) -> bool:
        return any(path.name.startswith(_EARLY) for path in self.folder.iterdir())

    def _check_ours(self) -> None:
        """Validate that the folder has files of a run only."""
        for path in self.folder.iterdir():
            if not (path.name in (NAME, LOCK) or self._is_rows(path) or is_stale(path)):
                raise InputError(
                    f"this folder holds {path.name}, which is of no run; name another --out", source=self.folder
                )

    def _remove_earlier(self) -> None:
        """Remove an earlier run of any header, and its output if it is as the run left it."""
        if (self.folder / NAME).exists():
            size = finished_size(self.folder / NAME)
            if self.out.exists():
                self._check_size(size)
                self.out.unlink()
            self._remove_run()

    def _remove_run(self) -> None:
        self._clear()
        (self.folder / NAME).unlink(missing_ok=True)

    def _check_finished(self, journal: Journal) -> None:
        """Complete the renaming of a finished run that was killed before it, and validate its output."""
        if journal.finished is None:
            self._check_absent()
            return
        if not self.out.exists():
            for path in (self.folder / READY, self.rows):
                if path.exists() and path.stat().st_size == journal.finished:
                    path.replace(self.out)
                    break
            else:
                remedy = f"restart with {argument('overwrite', True)}"
                raise InputError(f"the output of this finished run is missing; {remedy}", source=self.out)
        self._check_size(journal.finished)
        self._clear()

    def _check_absent(self) -> None:
        if self.out.exists():
            raise InputError("this file was created during the run: it is not replaced; move it", source=self.out)

    def _check_size(self, size: int | None) -> None:
        if size is None or self.out.stat().st_size != size:
            problem = "this file has been changed since the run; it is not replaced: move it or name another"
            raise InputError(problem, source=self.out)
