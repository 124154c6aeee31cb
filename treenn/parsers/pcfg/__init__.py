"""A probabilistic context-free grammar estimated from a treebank, with vectorized CKY parsing."""

from treenn.parsers.pcfg.pcfg_parser import PCFGParser
from treenn.parsers.pcfg.pcfg_settings import PCFGSettings
from treenn.parsers.pcfg.pcfg_training import train

__all__ = ["PCFGParser", "PCFGSettings", "train"]
