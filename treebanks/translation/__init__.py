"""Sentences with their translations: `ParallelCorpus`, and readers of parallel text."""

from treebanks.translation.corpus import ParallelCorpus, Translation
from treebanks.translation.reading import load_parallel, read_parallel

__all__ = ["ParallelCorpus", "Translation", "load_parallel", "read_parallel"]
