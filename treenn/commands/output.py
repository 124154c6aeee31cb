"""Output of commands: messages, JSON, progress bars and files."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from treenn.runtime.terminal import Grid, console
from treenn.trees import InputError
from treenn.trees.atomic_writing import write_text
from treenn.trees.draw import visible
from treenn.trees.json_values import dump_json


def print_json(value: Any) -> None:
    """Print JSON on standard output, with NaN as `null`."""
    print(dump_json(value, indent=2))


def deliver(results: dict[str, Any], out: Path | None, *, json: bool, show: Callable[[], None]) -> None:
    """Write results to a JSON file, and print them.

    Args:
        results: the results.
        out: the file (None: no file).
        json: whether to print JSON instead of tables.
        show: prints the tables.
    """
    if json:
        print_json(results)
    else:
        show()
    if out is not None:
        write_text(out, dump_json(results, indent=2) + "\n")
        say(f"results: {out}")


def print_table(rows: Iterable[Sequence[str]], *heads: str, title: str = "", prose: Collection[str] = ()) -> None:
    """Print a `Grid` of rows on standard output.

    Args:
        rows: the rows.
        heads: the column headings.
        title: the title (default: none).
        prose: the headings of columns whose text may wrap (default: none).
    """
    table = Grid(*heads, title=title, prose=prose)
    for row in rows:
        table.add_row(*row)
    console().print(table)


def percents(scores: Mapping[str, float | None], *names: str) -> Iterator[str]:
    """Yield the cells of a table row: scores in percent with two decimals, a dash for None."""
    for name in names:
        score = scores[name]
        yield "–" if score is None else f"{100 * score:.2f}"


def say(message: str) -> None:
    """Print a one-line message on standard error; standard output is for results."""
    print(one_line(message), file=sys.stderr)


def tell(message: str) -> None:
    """Print a one-line message on standard output."""
    print(one_line(message))


def one_line(message: str, longest: int | None = None) -> str:
    r"""Format a message as one line: line breaks become spaces, and control characters become escapes.

    Args:
        message: the message.
        longest: the maximum length; the middle of a longer message is replaced by `…` (default: no limit).

    >>> one_line("no such file:\n  a film.txt", longest=20)
    'no such fi…film.txt'
    """
    line = visible(re.sub(r"\s*[\r\n]+\s*", " ", message.strip("\r\n")))
    if longest is None or len(line) <= longest:
        return line
    end = (longest - 1) // 2
    return f"{line[: longest - 1 - end].rstrip()}…{line[-end:].lstrip()}"


@contextmanager
def skipping(wanted: bool) -> Iterator[dict[str, Any]]:
    """Yield the keyword arguments of readers under --skip-bad; on exit, summarize the errors on standard error.

    Args:
        wanted: whether --skip-bad is given. If not, no keyword arguments are yielded.
    """
    errors: list[InputError] = []
    yield {"on_error": errors.append} if wanted else {}
    if errors:
        which = "" if len(errors) == 1 else f" {len(errors)} times; the first {min(len(errors), 5)}"
        say(f"skipped malformed input{which}:")
        for error in errors[:5]:
            say(f"  {error.for_command_line()}")


def check_target(option: str, path: Path | None) -> None:
    """Validate that a file can be written, before anything is loaded.

    Missing folders are accepted, because they are created on writing. None, an absent option, is accepted too.

    Raises:
        InputError: if the path is a folder, or no file can be created there.
    """
    if path is None:
        return
    try:
        folder = next(each for each in path.absolute().parents if each.exists())
        why = "must be a file, not a folder" if path.is_dir() else ""
    except OSError as error:
        raise InputError(f"{option} {path}: cannot write here: {error.strerror or error}") from error
    if not folder.is_dir():
        why = f"{folder} must be a folder, not a file"
    elif not os.access(folder, os.W_OK):
        why = f"{folder} must be writable"
    if why:
        raise InputError(f"{option} {path}: {why}")


def shows_colour() -> bool:
    """Whether standard output is a terminal with colours, and NO_COLOR is unset (https://no-color.org)."""
    out = console()
    return out.color_system is not None and not out.no_color


@contextmanager
def progress_bar(what: str) -> Iterator[Callable[[int, int | None, str], None]]:
    """A progress bar on standard error, if that is a terminal; an error removes the bar.

    Yields a callback that takes the amount done, the total (None if unknown) and a text.
    """
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[text]}", markup=False),
    )
    terminal = console(stderr=True)
    with Progress(*columns, console=terminal, disable=not terminal.is_terminal) as bar:
        task = bar.add_task(one_line(what), total=None, text="starting")
        try:
            yield lambda done, total, text: bar.update(task, completed=done, total=total, text=one_line(text))
        except BaseException:
            bar.remove_task(task)
            raise
