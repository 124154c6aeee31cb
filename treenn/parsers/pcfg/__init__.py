"""The probabilistic context-free grammar: read off a treebank, the most probable tree found by a vectorised CKY."""

from treenn.parsers.pcfg.parser import PCFGParser
from treenn.parsers.pcfg.settings import Settings
from treenn.parsers.pcfg.training import train

__all__ = ["PCFGParser", "Settings", "train"]
