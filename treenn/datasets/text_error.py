"""`TextError`: an invalid text, with its index."""

from __future__ import annotations

from treenn.trees.errors import InputError, argument


class TextError(InputError):
    """An invalid text, with its index, so that a caller can report the file and the line instead.

    Args:
        problem: the problem and the valid alternatives, with names of arguments marked by `argument`.
        index: the index of the text in the argument `texts`.
    """

    def __init__(self, problem: str, index: int) -> None:
        super().__init__(f"{argument('texts')}[{index}]: {problem}")
        self.problem, self.index = problem, index
