"""`AnyTreebank`: a treebank of any kind of examples."""

from treebanks.dependency_treebank import DependencyTreebank
from treebanks.pairs import PairTreebank
from treebanks.treebank import Treebank

AnyTreebank = Treebank | PairTreebank | DependencyTreebank
"""A treebank of any kind of examples."""
