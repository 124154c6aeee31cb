"""The probabilistic context-free grammar: read off a treebank, the most probable tree found by a vectorised CKY."""

from treenn.parsers.pcfg.pcfg_parser import PCFGParser
from treenn.parsers.pcfg.pcfg_settings import Settings
from treenn.parsers.pcfg.pcfg_training import train

__all__ = ["PCFGParser", "Settings", "train"]
