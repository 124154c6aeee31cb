"""Skipping of malformed sentences, with the protocol of `on_error` that all readers share.

The default of `on_error` is None: the first error is raised. Otherwise the reader skips malformed sentences and calls
`on_error` with the `InputError` of each, in file order: `read_trees(path, on_error=errors.append)`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias, TypeVar

from treenn.trees.errors import InputError

S = TypeVar("S")
T = TypeVar("T")

OnError: TypeAlias = Callable[[InputError], object]
"""A function that is called with the error of each skipped sentence."""


def read_each(items: Iterable[S], read: Callable[[S], T], on_error: OnError | None, nothing: InputError) -> list[T]:
    """Read sentences one by one, and skip malformed ones.

    Args:
        items: the unread sentences.
        read: a function that reads one; raises `InputError` if it is malformed.
        on_error: called with the error of each skipped sentence (default: None, the first error is raised).
        nothing: the error that is raised if `items` is empty.

    Returns:
        The results of `read`.

    Raises:
        InputError: if a sentence is malformed; with `on_error`, only if all are.
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
    """Validate that there is a result, and call `on_error` with each error. Returns the results.

    Raises:
        InputError: if there is no result. This is the first error, or `nothing` if there is none.
    """
    if not results and not errors:
        raise nothing
    if not results:
        first = errors[0]
        several = f"all {len(errors)} sentences are malformed; the first: " if len(errors) > 1 else ""
        raise InputError(f"{several}{first.marked}", source=first.source, line=first.line, column=first.column)
    if on_error is not None:
        for error in errors:
            on_error(error)
    return results
