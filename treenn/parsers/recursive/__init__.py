"""The recursive-network parser of Socher, Lin, Ng and Manning (ICML 2011): composition by merging neighbours."""

from treenn.parsers.recursive.recursive_parser import RecursiveNetworkParser
from treenn.parsers.recursive.recursive_settings import PAPER, RecursiveSettings
from treenn.parsers.recursive.recursive_training import train

__all__ = ["PAPER", "RecursiveNetworkParser", "RecursiveSettings", "train"]
