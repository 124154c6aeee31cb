"""Plain text for language models: sentences of words or characters, and the verse forms of poems."""

from treebanks.text.corpus import Sentence, TextCorpus, Unit
from treebanks.text.reading import load_corpus, read_corpus, read_sentences

__all__ = ["Sentence", "TextCorpus", "Unit", "load_corpus", "read_corpus", "read_sentences"]
