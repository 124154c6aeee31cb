"""Language models: n-grams with Kneser-Ney smoothing, and networks; evaluation and generation.

>>> from treebanks import Sentence, TextCorpus
>>> sentences = [Sentence("a b a"), Sentence("a b")]
>>> corpus = TextCorpus("two", "word", {"train": sentences, "dev": sentences})
>>> model = NGramModel.fit(corpus, order=3)
>>> generate(model, [["a"]], length=5, sampling=Sampling(top_k=1))
[['a', 'b']]
"""

from treenn.lm.generation import Sampling, generate
from treenn.lm.interpolation import best_weight, interpolated
from treenn.lm.kneser_ney import KneserNey
from treenn.lm.language_model import LanguageModel
from treenn.lm.loading import load_language_model
from treenn.lm.network_model import NetworkModel
from treenn.lm.ngram_model import NGramModel
from treenn.lm.poems import sample_poems

__all__ = [
    "KneserNey",
    "LanguageModel",
    "NGramModel",
    "NetworkModel",
    "Sampling",
    "best_weight",
    "generate",
    "interpolated",
    "load_language_model",
    "sample_poems",
]
