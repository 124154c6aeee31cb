"""`AnyTreebank`: a treebank of any kind of examples."""

from treebanks.dependency_treebank import DependencyTreebank
from treebanks.pairs import PairTreebank
from treebanks.text.corpus import TextCorpus
from treebanks.treebank import Treebank

AnyTreebank = Treebank | PairTreebank | DependencyTreebank | TextCorpus
"""A treebank of any kind of examples."""
