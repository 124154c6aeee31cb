"""Treebanks: readers, generators and a catalogue of licences, sources and checksums.

>>> import treebanks
>>> treebanks.names()[:4]
('listops', 'listops-100', 'logic', 'reviews')
"""

from treebanks.by_name import load, load_trees, names
from treebanks.dependency_treebank import DependencyTreebank
from treebanks.pairs import Pair, PairTreebank
from treebanks.treebank import Treebank

AnyTreebank = Treebank | PairTreebank | DependencyTreebank
"""A treebank of any kind of examples."""

__all__ = ["AnyTreebank", "DependencyTreebank", "Pair", "PairTreebank", "Treebank", "load", "load_trees", "names"]
