"""From words to a tree: one interface, and the parsers that fill it."""

from treenn.parsers.parser import Parser

__all__ = ["Parser"]
