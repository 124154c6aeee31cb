"""`BeneparParser`: constituents of the Berkeley Neural Parser as binary trees."""

from __future__ import annotations

from collections.abc import Sequence
from typing import final

from treenn.parsers.parser import Parser, check_sentences
from treenn.trees import InputError, Tree, binarize, nary_from_nltk


@final
class BeneparParser(Parser):
    """Constituency trees of benepar (Kitaev and Klein 2018), right-factored; nodes keep their categories.

    Args:
        model: the name of a downloaded benepar model, or its path (default: `"benepar_en3"`).

    Raises:
        InputError: if benepar or the model is not installed.
    """

    def __init__(self, model: str = "benepar_en3") -> None:
        self._model = model
        try:
            import benepar
        except ImportError as error:
            raise InputError(
                "benepar is not installed; install it by python -m pip install 'treenn[benepar]'"
            ) from error
        try:
            self._parser = benepar.Parser(model)
        except (LookupError, OSError) as error:
            remedy = f"python -c \"import benepar; benepar.download('{model}')\""
            raise InputError(f"model {model!r}: benepar has no such model here; install it by {remedy}") from error
        self._sentence = benepar.InputSentence

    def extra_repr(self) -> str:
        """As `Parser.extra_repr`."""
        return f"{self._model!r}"

    def parse_batch(self, sentences: Sequence[Sequence[str]]) -> list[Tree]:
        """As `Parser.parse_batch`."""
        sentences = check_sentences(sentences)
        parses = self._parser.parse_sents([self._sentence(words=list(words)) for words in sentences])
        trees = [binarize(nary_from_nltk(tree), "right", lossless=False) for tree in parses]
        return [Tree(tuple(words), tree.merges, tree.labels) for words, tree in zip(sentences, trees, strict=True)]
