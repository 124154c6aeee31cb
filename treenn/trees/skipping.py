"""Skipping sentences that cannot be read: one protocol for all readers of many sentences.

A reader takes `on_error`. By default it is None and the first error is raised. Otherwise the reader calls it with the
`InputError` of each sentence that it skips, in the order of the file: `read_trees(path, on_error=errors.append)`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias, TypeVar

from treenn.trees.errors import InputError

S = TypeVar("S")
T = TypeVar("T")

OnError: TypeAlias = Callable[[InputError], object]
"""What a reader calls with the error of each sentence that it skips."""


def read_each(items: Iterable[S], read: Callable[[S], T], on_error: OnError | None, nothing: InputError) -> list[T]:
    """Read sentences one by one.

    Args:
        items: one a sentence.
        read: reads one; it raises `InputError` if it cannot.
        on_error: called with each such error (default: the first one is raised).
        nothing: the error if there is no item.

    Raises:
        InputError: with `on_error`, only if no sentence can be read.
    """
    results, errors = list[T](), list[InputError]()
    for item in items:
        try:
            results.append(read(item))
        except InputError as error:
            if on_error is None:
                raise
            errors.append(error)
    return require_some(results, errors, on_error, nothing)


def require_some(
    results: list[T], errors: Sequence[InputError], on_error: OnError | None, nothing: InputError
) -> list[T]:
    """The results, if there are any; `on_error` is called with each error.

    Raises:
        InputError: if there is no result: `nothing`, or what the first error says.
    """
    if not results and not errors:
        raise nothing
    if not results:
        first = errors[0]
        several = f"all {len(errors)} sentences are wrong; the first: " if len(errors) > 1 else ""
        raise InputError(f"{several}{first.marked}", source=first.source, line=first.line, column=first.column)
    if on_error is not None:
        for error in errors:
            on_error(error)
    return results
