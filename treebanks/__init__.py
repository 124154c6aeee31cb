"""Treebanks: readers, generators and a catalogue of licences, sources and checksums.

>>> import treebanks
>>> treebanks.names()[:4]
('listops', 'listops-100', 'logic', 'reviews')
"""

from treebanks.by_name import load, load_trees, names
from treebanks.pairs import Pair, PairTreebank
from treebanks.treebank import Treebank

__all__ = ["Pair", "PairTreebank", "Treebank", "load", "load_trees", "names"]
