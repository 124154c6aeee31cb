"""`AnyTreebank`: a treebank of any kind of examples."""

from treebanks.dependency_treebank import DependencyTreebank
from treebanks.grammar_treebank import GrammarTreebank
from treebanks.pairs import PairTreebank
from treebanks.text.corpus import TextCorpus
from treebanks.translation.corpus import ParallelCorpus
from treebanks.treebank import Treebank

AnyTreebank = Treebank | PairTreebank | DependencyTreebank | TextCorpus | GrammarTreebank | ParallelCorpus
"""A treebank of any kind of examples."""
