"""Treebanks: readers, generators and a catalogue of licences, sources and checksums.

Names listed here are imported on first use.

>>> import treebanks
>>> treebanks.names()[:4]
('corpus', 'corpus-characters', 'listops', 'listops-100')
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from treebanks.by_name import load, load_trees, names
    from treebanks.dependency_treebank import DependencyTreebank
    from treebanks.kinds import AnyTreebank
    from treebanks.pairs import Pair, PairTreebank
    from treebanks.text.corpus import Sentence, TextCorpus
    from treebanks.translation.corpus import ParallelCorpus, Translation
    from treebanks.treebank import Treebank

__all__ = [
    "AnyTreebank",
    "DependencyTreebank",
    "Pair",
    "PairTreebank",
    "ParallelCorpus",
    "Sentence",
    "TextCorpus",
    "Translation",
    "Treebank",
    "load",
    "load_trees",
    "names",
]

_HOME = {
    "AnyTreebank": "treebanks.kinds",
    "DependencyTreebank": "treebanks.dependency_treebank",
    "Pair": "treebanks.pairs",
    "PairTreebank": "treebanks.pairs",
    "ParallelCorpus": "treebanks.translation.corpus",
    "Sentence": "treebanks.text.corpus",
    "TextCorpus": "treebanks.text.corpus",
    "Translation": "treebanks.translation.corpus",
    "Treebank": "treebanks.treebank",
    "load": "treebanks.by_name",
    "load_trees": "treebanks.by_name",
    "names": "treebanks.by_name",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'treebanks' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)
