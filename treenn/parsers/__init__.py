"""Parsers: from words to a binary tree."""

from treenn.parsers.long_sentences import divide, join_trees
from treenn.parsers.parser import Parser

__all__ = ["Parser", "divide", "join_trees"]
