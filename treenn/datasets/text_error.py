"""`TextError`: an invalid text, with its index."""

from __future__ import annotations

from treenn.trees.errors import InputError, argument


class TextError(InputError):
    """An invalid text, with its index, by which callers report the file and the line.

    Args:
        problem: the problem and the remedy, with arguments marked by `argument`.
        index: the index of the text in the argument `texts`.
    """

    def __init__(self, problem: str, index: int) -> None:
        super().__init__(f"{argument('texts')}[{index}]: {problem}")
        self.problem, self.index = problem, index
