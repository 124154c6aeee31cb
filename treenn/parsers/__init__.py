"""From words to a tree: one interface, and the parsers that fill it."""

from treenn.parsers.long_sentences import divide, join_trees
from treenn.parsers.parser import Parser

__all__ = ["Parser", "divide", "join_trees"]
