"""Typed answers: keys, words and class names, converted to the actions of a session."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

from treenn.labelling.cursor import Refused
from treenn.trees.draw import visible


class Key(NamedTuple):
    """A typed key with its action and help text.

    Args:
        key: the key; empty for Enter.
        word: the word that may be typed instead.
        action: one of the `ACTIONS` of a session, `"help"`, `"whole_tree"` or `"stop"`.
        help: the help text.
    """

    key: str
    word: str
    action: str
    help: str


KEYS = (
    Key("", "", "accept_rest", "accept the rest of this sentence as proposed"),
    Key("y", "yes", "accept", "accept the proposed label of this phrase"),
    Key("x", "none", "label", "no label for this phrase"),
    Key("b", "back", "back", "back one phrase, from the first one to the sentence before"),
    Key("n", "next", "forward", "next phrase, without an answer"),
    Key("u", "undo", "undo", "undo the last answer, skip or edit"),
    Key("r", "redo", "redo", "redo the last undone action"),
    Key("s", "skip", "skip", "skip this sentence"),
    Key("g", "go", "go_to", "g 12: go to sentence 12, also to reopen it"),
    Key("<", "left", "move_left", "move this phrase into a bracket with its left neighbour"),
    Key(">", "right", "move_right", "move this phrase into a bracket with its right neighbour"),
    Key("<<", "rotate left", "rotate_left", "rotate this bracket: (A (B C)) becomes ((A B) C)"),
    Key(">>", "rotate right", "rotate_right", "rotate this bracket: ((A B) C) becomes (A (B C))"),
    Key("t", "tree", "whole_tree", "show the whole tree"),
    Key("?", "help", "help", "show this help"),
    Key("q", "quit", "stop", "stop; the same command resumes"),
)
"""The keys of `treenn label`, in the order of its help."""

_GO = re.compile(r"(?:g|go)\s*([0-9]{1,9})")


class Answer(NamedTuple):
    """An action with its value, the arguments of `Session.perform`.

    Args:
        action: the action.
        value: the class, or the index of a sentence (default: None).
    """

    action: str
    value: int | None = None


def read_answer(text: str, classes: Sequence[str]) -> Answer:
    """Convert a typed answer to an action.

    In order of precedence, an answer is the name of a class, the number of a class, a key or word, or the beginning of
    a name. A slash excludes classes: `/s` is the key s.

    Args:
        text: the typed line.
        classes: the names of the classes.

    Raises:
        Refused: if it is not an answer, or is the beginning of several names.

    >>> read_answer("pos", ["neg", "pos"]), read_answer("p", ["neg", "pos"]), read_answer("g 12", ["neg", "pos"])
    (Answer(action='label', value=1), Answer(action='label', value=1), Answer(action='go_to', value=11))
    """
    typed = " ".join(text.split())
    if typed.startswith("/") and (answer := _command(_folded(typed[1:].strip()))):
        return answer
    if typed and (number := _class_of(typed, classes)) is not None:
        return Answer("label", number)
    if answer := _command(_folded(typed)):
        return answer
    beginning = [number for number, name in enumerate(classes) if _folded(name).startswith(_folded(typed))]
    if len(beginning) == 1:
        return Answer("label", beginning[0])
    if beginning:
        names = " and of ".join(visible(classes[number]) for number in beginning)
        raise Refused(f"“{visible(typed)}” is the beginning of {names}")
    raise Refused(f"“{visible(typed)}” is not an answer; ? lists the answers")


def has_numbers(classes: Sequence[str]) -> bool:
    """Return True if classes can be answered by number: no name is the number of another class.

    >>> has_numbers(["neg", "pos"]), has_numbers(["0", "1"]), has_numbers(["1", "2"])
    (True, True, False)
    """
    return all(not name.isdecimal() or name == str(number) for number, name in enumerate(classes))


def class_keys(classes: Sequence[str]) -> dict[str, int]:
    """The class of each digit that answers one, as `read_answer`.

    >>> class_keys(["neg", "pos"]), class_keys(["1", "2"])
    ({'0': 0, '1': 1}, {'1': 0, '2': 1})
    """
    found = {digit: _class_of(digit, classes) for digit in "0123456789"}
    return {digit: number for digit, number in found.items() if number is not None}


def _class_of(typed: str, classes: Sequence[str]) -> int | None:
    """The class with this name, or this number; None if there is none."""
    names = [" ".join(name.split()) for name in classes]
    if typed in names:
        return names.index(typed)
    folded = list(map(_folded, names))
    if folded.count(_folded(typed)) == 1:
        return folded.index(_folded(typed))
    if has_numbers(classes) and typed.isdecimal() and len(typed) < 6 and int(typed) < len(classes):
        return int(typed)
    return None


def _command(typed: str) -> Answer | None:
    """The action of a key or a word; None if it is neither."""
    if match := _GO.fullmatch(typed):
        return Answer("go_to", int(match[1]) - 1)
    actions = {name: key.action for key in KEYS for name in (key.key, key.word)}
    if (action := actions.get(typed)) == "go_to":
        raise Refused("g needs the number of a sentence, such as g 12")
    return None if action is None else Answer(action)


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()
