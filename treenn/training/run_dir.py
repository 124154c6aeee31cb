"""Output folders: permission to write to one, by the run that made it, and removal by `overwrite`."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from fnmatch import fnmatchcase
from pathlib import Path

from treenn.training.run_marker import (
    COMPARISON,
    KINDS,
    MODEL,
    OLDER,
    PARSER,
    REPRODUCTION,
    RUN,
    SCHEMA,
    SEARCH,
    TRAINING,
    VERSION,
    Given,
    Kind,
    RunMarker,
)
from treenn.trees.atomic_writing import write_text
from treenn.trees.errors import InputError, argument
from treenn.trees.files import read_json
from treenn.trees.json_records import to_json
from treenn.trees.json_values import read_object
from treenn.trees.temporary import is_stale, remove_stale

LOCK = ".lock"
"""The file that a process locks while it writes to a folder (`treenn.training.folder_lock`)."""

_IGNORED = (".DS_Store", "Thumbs.db", "desktop.ini", ".gitkeep", LOCK)  # a folder that holds just these is empty
_NAMED = 5  # the maximum number of files that a message names


def check_run_dir(out: Path, run: RunMarker, *, resume: bool = False, overwrite: bool = False) -> bool:
    """Validate that a run may write to a folder; nothing is changed.

    Args:
        out: the folder.
        run: the run.
        resume: whether to resume the same run in the folder (default: False).
        overwrite: whether to replace what a treenn command left in the folder (default: False).

    Returns:
        Whether the folder has something to resume.

    Raises:
        InputError: if the folder cannot be made or written, or holds anything else, or `overwrite` would remove files
            that no treenn command made.
    """
    if resume and overwrite and run.kind.kept:
        both = f"{argument('resume', True)} and {argument('overwrite', True)}"
        raise InputError(f"{both} exclude each other: pass one of them", source=out)
    try:
        _check_place(out)
        entries = _entries(out)
        if not entries:
            return False
        kind, held = _identify(out)
        if overwrite:
            _refuse_foreign(_split(out, kind, held)[1], out)
            return False
        return _check_held(out, run, kind, held, entries, resume=resume)
    except OSError as error:
        raise InputError(f"cannot write here: {error.strerror or error}", source=out) from error


def open_run_dir(out: Path, run: RunMarker, *, resume: bool = False, overwrite: bool = False) -> bool:
    """Make a folder ready for a run: `check_run_dir`, then remove what it replaces and write its run.json.

    Temporary files that killed processes left are removed.

    Returns:
        Whether the folder has something to resume.
    """
    resumed = check_run_dir(out, run, resume=resume, overwrite=overwrite)
    try:
        out.mkdir(parents=True, exist_ok=True)
        kind, held = _identify(out)
        for folder in (out, *_folders(out, kind, held)):
            remove_stale(folder)
        if overwrite:
            _remove(out, kind, held)
    except OSError as error:
        raise InputError(f"cannot write here: {error.strerror or error}", source=out) from error
    if run.identity is not None and not (resumed and run.kind is TRAINING):
        if "schema" not in held:  # of an older treenn
            (out / RUN).unlink(missing_ok=True)
        write_marker(out, run)
    return resumed


def write_marker(out: Path, run: RunMarker) -> None:
    """Write the run.json of a run."""
    marker = {"schema": SCHEMA, "version": VERSION, "kind": run.kind.name, **to_json(run.identity)}
    write_text(out / RUN, json.dumps(marker, indent=2) + "\n")


def earlier_options(out: Path) -> Mapping[str, object]:
    """The command-line options in the run.json of a training run; empty for other folders and older runs."""
    kind, held = _identify(out)
    return _table(held, "options") if kind is TRAINING else {}


def check_still_there(out: Path) -> None:
    """Raise InputError if the folder of a run in progress was removed or emptied."""
    if not (out / RUN).exists():
        raise InputError("this folder was removed or emptied while a run was writing to it", source=out)


@contextmanager
def writing_to(out: Path) -> Iterator[None]:
    """Call `check_still_there` before and after, and if this context fails, as the cause of the failure."""
    check_still_there(out)
    try:
        yield
    except (InputError, OSError):
        check_still_there(out)
        raise
    check_still_there(out)


def kind_in(out: Path) -> Kind | None:
    """Return the kind of the run that made a folder, None if it is unknown."""
    return _identify(out)[0]


def parts_of(out: Path) -> Given:
    """Return the `parts` in the run.json of a reproduction, empty for other folders."""
    kind, held = _identify(out)
    return _table(held, "parts") if kind is REPRODUCTION else {}


def _check_place(out: Path) -> None:
    if out.is_dir():
        there = out
    elif out.exists():
        raise InputError(f"this is a file; {argument('out')} must name a folder", source=out)
    elif out.is_symlink():
        raise InputError(f"this is a link to nothing; {argument('out')} must name a folder", source=out)
    else:
        there = next((parent for parent in out.absolute().parents if parent.exists()), out)
        if not there.is_dir():
            raise InputError(f"cannot write here: {there} is a file", source=out)
    if not os.access(there, os.W_OK | os.X_OK):
        raise InputError("cannot write here: Permission denied", source=out)


def _entries(out: Path) -> list[Path]:
    """The entries of a folder, without files of the operating system, the lock, and abandoned temporary files."""
    if not out.is_dir():
        return []
    return [path for path in sorted(out.iterdir()) if path.name not in _IGNORED and not is_stale(path)]


def _check_held(
    out: Path,
    run: RunMarker,
    kind: Kind | None,
    held: Given,
    entries: Sequence[Path],
    *,
    resume: bool,
) -> bool:
    """Return whether the folder, which is not empty, has a run to resume; raise InputError if it is another run."""
    if (
        resume
        and run.kind is TRAINING
        and (out / RUN).is_file()
        and (kind is None or kind is TRAINING or held.get("schema") != SCHEMA)
        and (kind or _document(out / RUN).get("kind") == "train")
    ):
        read_object(out / RUN, {"settings": dict, "data": str})
    ways = f"pass {argument('overwrite', True)} to replace it, or another {argument('out')}"
    if kind is None:
        raise InputError(
            f"this folder holds files that this run did not make: {_named(entries, out)}; pass another "
            f"{argument('out')}",
            source=out,
        )
    if kind is not run.kind or run.identity is None:
        raise InputError(f"this folder holds a {kind.noun} already; {ways}", source=out)
    _check_marker(out, kind, held)
    if kind.kept and not resume and any((out / name).exists() for name in kind.kept):
        go_on = f"pass {argument('resume', True)} to go on with it, {argument('overwrite', True)} to replace it"
        raise InputError(f"this folder holds a run already; {go_on}, or another {argument('out')}", source=out)
    if other := run.difference(held, out / RUN):
        raise InputError(f"the {kind.noun} in this folder {other}; resume with the same, or {ways}", source=out)
    return not kind.kept or any((out / name).exists() for name in kind.kept)


def _check_marker(out: Path, kind: Kind, held: Given) -> None:
    """Validate the run.json of a folder that is known by its other files; it may have none."""
    if kind is TRAINING or held.get("schema") == SCHEMA or not (out / RUN).exists():
        return
    remedy = f"pass {argument('overwrite', True)} to replace the {kind.noun}, or another {argument('out')}"
    try:
        read_object(out / RUN, {"schema": str, "kind": str})
    except InputError as error:
        raise InputError(
            f"{error.message}; {remedy}", source=error.source, line=error.line, column=error.column
        ) from None
    raise InputError(f"this is not the {RUN} of a {kind.noun}; {remedy}", source=out / RUN)


def _identify(out: Path) -> tuple[Kind | None, Given]:
    """Return the kind of run that made a folder, and its run.json; without one, other files identify the kind."""
    run = _document(out / RUN)
    if run.get("schema") == SCHEMA:
        kind = KINDS.get(str(run.get("kind")))
        return (None if kind is TRAINING and not isinstance(run.get("settings"), dict) else kind), run
    if "data" in run and "epochs" in _table(run, "settings"):  # of an older treenn
        return TRAINING, run
    if _document(out / "plan.json").get("schema") == "treenn.comparison":
        return COMPARISON, OLDER
    if _document(out / "trials.json").get("schema") == "treenn.trials":
        return SEARCH, OLDER
    config = _document(out / "config.json")
    if "format" in config and "parser" in config:
        return PARSER, {}
    if "format" in config and "settings" in config:
        return MODEL, {}
    parts: dict[str, object] = {path.parent.parent.name: {} for path in out.glob(f"*/seed-[0-9]*/{RUN}")}
    return (REPRODUCTION, {"parts": parts}) if parts else (None, {})


def _table(given: Given, name: str) -> Given:
    """An object in run.json, empty if it is missing or malformed."""
    table = given.get(name)
    return table if isinstance(table, dict) else {}


def _document(path: Path) -> Given:
    """Read a JSON object, empty if the file is missing or is not one."""
    try:
        document = read_json(path) if path.is_file() else {}
    except InputError:
        return {}
    return document if isinstance(document, dict) else {}


def _patterns(kind: Kind | None, held: Given) -> list[list[str]]:
    files = [] if kind is None else kind.files
    parts = _table(held, "parts") if kind is REPRODUCTION else ("PART",)
    return [pattern.replace("PART", part).split("/") for pattern in files for part in parts]


def _split(out: Path, kind: Kind | None, held: Given) -> tuple[list[Path], list[Path], list[Path]]:
    """Return the files of a folder that its run made, other files and folders, and its subfolders, outer ones first."""
    files, foreign, folders = list[Path](), list[Path](), list[Path]()
    pending = [(out, _patterns(kind, held))]
    for folder, patterns in pending:
        for path in _entries(folder):
            below = [parts[1:] for parts in patterns if fnmatchcase(path.name, parts[0])]
            if path.is_dir() and not path.is_symlink() and any(below):
                folders.append(path)
                pending.append((path, [parts for parts in below if parts]))
            elif [] in below and not path.is_dir():
                files.append(path)
            else:
                foreign.append(path)
    return files, foreign, folders


def _folders(out: Path, kind: Kind | None, held: Given) -> list[Path]:
    return _split(out, kind, held)[2]


def _refuse_foreign(foreign: Sequence[Path], out: Path) -> None:
    if foreign:
        raise InputError(
            f"this folder holds what no treenn command made: {_named(foreign, out)}; {argument('overwrite', True)} "
            f"does not remove that: move it, or pass another {argument('out')}",
            source=out,
        )


def _named(paths: Sequence[Path], out: Path) -> str:
    names = [str(path.relative_to(out)) for path in paths[:_NAMED]]
    more = len(paths) - len(names)
    return ", ".join(names) + (f" and {more} more" if more else "")


def _remove(out: Path, kind: Kind | None, held: Given) -> None:
    """Remove the files of a run, identifying files last, and folders that become empty."""
    files, _, folders = _split(out, kind, held)
    for path in sorted(files, key=lambda path: path.parent == out):
        path.unlink()
    for folder in reversed(folders):
        if not any(folder.iterdir()):
            folder.rmdir()
