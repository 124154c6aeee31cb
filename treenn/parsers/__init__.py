"""From words to a tree: one interface, and the parsers that fill it."""

from treenn.parsers.parser import Parser
from treenn.parsers.sentences import divide, join_trees

__all__ = ["Parser", "divide", "join_trees"]
