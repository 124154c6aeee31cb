"""What commands show while they work and when they are done."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from treenn.trees import InputError, Tree


def print_json(value: Any) -> None:
    """Print JSON on standard output, NaN as `null`."""
    from treenn.trees.json_values import dump_json

    print(dump_json(value, indent=2))


def say(message: str) -> None:
    """Print a message on standard error as one line; standard output is for results."""
    print(one_line(message), file=sys.stderr)


def tell(message: str) -> None:
    """Print a message among the results, as one line."""
    print(one_line(message))


def one_line(message: str, longest: int | None = None) -> str:
    r"""A message in one line that steers no terminal: line ends become spaces, other control characters escapes.

    Args:
        message: the message.
        longest: the most characters; from the middle of a longer message, what is too much is left out.

    >>> one_line("no such file:\n  a film.txt", longest=20)
    'no such fi…film.txt'
    """
    from treenn.trees.draw import visible

    line = visible(re.sub(r"\s*[\r\n]+\s*", " ", message.strip("\r\n")))
    if longest is None or len(line) <= longest:
        return line
    end = (longest - 1) // 2
    return f"{line[: longest - 1 - end].rstrip()}…{line[-end:].lstrip()}"


@contextmanager
def skipping(wanted: bool) -> Iterator[dict[str, Any]]:
    """The keyword arguments of readers under --skip-bad; at the end, standard error has the errors' number and places.

    Args:
        wanted: whether --skip-bad was given; if not, there are none.
    """
    errors: list[InputError] = []
    yield {"on_error": errors.append} if wanted else {}
    if errors:
        which = "" if len(errors) == 1 else f" {len(errors)} times; the first {min(len(errors), 5)}"
        say(f"skipped what cannot be read{which}:")
        for error in errors[:5]:
            say(f"  {error.for_command_line()}")


def write_svg(path: Path, trees: Iterator[Tree], remedy: str, classes: int = 5) -> None:
    """Draw the one tree into a file, and say so.

    Args:
        path: the file.
        trees: as many as there are sentences.
        remedy: what to do if there is more than one.
        classes: the number of classes.

    Raises:
        InputError: where there is no tree, or more than one.
    """
    from treenn.trees import InputError, draw_svg
    from treenn.trees.files import write_text

    some = list(islice(trees, 2))
    if len(some) != 1:
        given = f"more are given; {remedy}" if some else "none is given"
        raise InputError(f"--svg {path}: one sentence is drawn, {given}")
    write_text(path, draw_svg(some[0], classes=classes))
    say(f"drawn: {path}")


def check_target(option: str, path: Path | None) -> None:
    """Validate that a file can be written, before anything is loaded; missing folders are made along with the file.

    Raises:
        InputError: if the path is a folder, or no file can be made there.
    """
    import os

    from treenn.trees import InputError

    if path is None:
        return
    try:
        folder = next(each for each in path.absolute().parents if each.exists())
        why = "this is a folder; name a file" if path.is_dir() else ""
    except OSError as error:
        raise InputError(f"{option} {path}: cannot write here: {error.strerror or error}") from error
    if not folder.is_dir():
        why = f"{folder} is not a folder"
    elif not os.access(folder, os.W_OK):
        why = f"{folder} is not writable"
    if why:
        raise InputError(f"{option} {path}: {why}")


def shows_colour() -> bool:
    """Whether standard output is a terminal that shows colours, and its user wants them (https://no-color.org)."""
    from rich.console import Console

    console = Console()
    return console.color_system is not None and not console.no_color


@contextmanager
def progress_bar(what: str) -> Iterator[Callable[[int, int | None, str], None]]:
    """A bar on standard error; the callback takes what is done, what there is to do if it is known, and how it goes."""
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    from treenn.runtime.terminal import console

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[text]}", markup=False),
    )
    with Progress(*columns, console=console(stderr=True)) as bar:
        task = bar.add_task(one_line(what), total=None, text="starting")
        yield lambda done, total, text: bar.update(task, completed=done, total=total, text=one_line(text))
