"""The one exception for a user's mistake in data or arguments."""

import re
from pathlib import Path

_ARGUMENT = re.compile("\0(\\w+)(?:=([^\0]*))?\0")
_OPTIONS = {"factor": "binarize", "trust": "trust-module"}  # those of another name than their argument


def argument(name: str, value: object = None) -> str:
    """The name of an argument, marked for the message of an `InputError`.

    `str(error)` spells it as Python does, `error.for_command_line()` as an option.

    Args:
        name: the argument.
        value: its value, if the message gives one; a text with its quotes.

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
    """The option of a command that sets an argument.

    >>> option("batch_size")
    '--batch-size'
    """
    return "--" + _OPTIONS.get(name, name).replace("_", "-")


def _as_option(match: re.Match[str]) -> str:
    name, value = match.groups()
    return option(name) if value in (None, "True") else " ".join((option(name), value.strip("'")))


class InputError(ValueError):
    """Bad input, told so that its author can mend it: where it is, what is wrong, what would be right.

    Commands print it as one line and exit with code 2; from Python it is a `ValueError`.

    Args:
        message: what is wrong and what would be right; names of arguments are marked by `argument`. The attribute
            `message` has them as in Python, `marked` for another error of the same message.
        source: the file or folder.
        line: in the file, from 1.
        column: in the line, from 1.

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
        """The message with options in place of Python arguments."""
        return self._placed(_ARGUMENT.sub(_as_option, self.marked))

    def _placed(self, message: str) -> str:
        place = ":".join(str(part) for part in (self.source, self.line, self.column) if part is not None)
        return f"{place}: {message}" if place else message

    def __reduce__(self) -> tuple[object, ...]:
        # Exceptions pickle by their arguments; without this one raised in a worker process could not come home.
        return _rebuild, (self.marked, self.source, self.line, self.column)


def _rebuild(message: str, source: str | Path | None, line: int | None, column: int | None) -> InputError:
    return InputError(message, source=source, line=line, column=column)
