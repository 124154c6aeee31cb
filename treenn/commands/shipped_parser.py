"""The parser of commands that draw a network over any tree."""

from __future__ import annotations

from treenn.commands.output import say
from treenn.parsers import Parser
from treenn.trees import InputError


def parser_or_right_branching(name: str | None) -> Parser:
    """Load a parser; the shipped one if the name is None, and if it is missing, right-branching trees with a message.

    Raises:
        InputError: if there is no such parser.
    """
    from treenn.parsers import loading

    if name is not None:
        return loading.load_parser(name)
    try:
        return loading.load_parser(loading.SHIPPED)
    except InputError:
        say("the shipped parser is missing; the tree is right-branching (--parser selects another parser)")
        return loading.load_parser("right")
