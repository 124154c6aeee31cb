"""`InputError`, the exception for invalid data and arguments."""

import re
from functools import partial
from pathlib import Path

_ARGUMENT = re.compile("\0(\\w+)(?:=([^\0]*))?\0")
_OPTIONS = {"factor": "binarize", "trust": "trust-module"}  # options whose name differs from the argument


def argument(name: str, value: object = None) -> str:
    """Mark the name of an argument in the message of an `InputError`.

    `str(error)` contains the name of the Python argument, and `error.for_command_line()` that of the option.

    Args:
        name: the name of the argument.
        value: its value, for text the repr (default: None, no value).

    >>> error = InputError(f"{argument('batch_size')} 0: must be 1 or more")
    >>> str(error), error.for_command_line()
    ('batch_size 0: must be 1 or more', '--batch-size 0: must be 1 or more')
    >>> error = InputError(f"pass {argument('overwrite', True)}, or {argument('size', 5)}")
    >>> str(error), error.for_command_line()
    ('pass overwrite=True, or size=5', 'pass --overwrite, or --size 5')
    >>> error = InputError(f"pass {argument('encoding', repr('latin-1'))}")
    >>> str(error), error.for_command_line()
    ("pass encoding='latin-1'", 'pass --encoding latin-1')
    """
    return f"\0{name}\0" if value is None else f"\0{name}={value}\0"


def option(name: str) -> str:
    """The option that corresponds to an argument.

    >>> option("batch_size")
    '--batch-size'
    """
    return "--" + _OPTIONS.get(name, name).replace("_", "-")


def _as_option(match: re.Match[str]) -> str:
    name, value = match.groups()
    return option(name) if value in (None, "True") else " ".join((option(name), value.strip("'")))


class InputError(ValueError):
    """Invalid input, with its position, the problem and the valid alternatives.

    Commands print it on one line and exit with code 2.

    Args:
        message: the problem and the valid alternatives, with names of arguments marked by `argument`. The attribute
            `message` is the text without marks, and the attribute `marked` the text with marks.
        source: the file or folder (default: None).
        line: the line, from 1 (default: None).
        column: the column, from 1 (default: None).

    >>> print(InputError("a tree needs a word", source="train.txt", line=3, column=7))
    train.txt:3:7: a tree needs a word
    """

    def __init__(
        self, message: str, *, source: str | Path | None = None, line: int | None = None, column: int | None = None
    ) -> None:
        self.marked, self.source, self.line, self.column = message, source, line, column
        self.message = _ARGUMENT.sub(lambda match: match[0].strip("\0"), message)
        super().__init__(self._placed(self.message))

    def for_command_line(self) -> str:
        """The message with the names of options instead of Python arguments."""
        return self._placed(_ARGUMENT.sub(_as_option, self.marked))

    def _placed(self, message: str) -> str:
        position = ":".join(str(part) for part in (self.source, self.line, self.column) if part is not None)
        return f"{position}: {message}" if position else message

    def __reduce__(self) -> tuple[object, ...]:
        # Workers return errors to the main process, but exceptions are pickled without their keyword arguments.
        return partial(InputError, source=self.source, line=self.line, column=self.column), (self.marked,)
