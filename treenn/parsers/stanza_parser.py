"""`StanzaParser`: Stanza's dependencies as binary trees."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, final

from treenn.parsers.head_final import binarize_by_head
from treenn.parsers.parser import Parser, check_sentences
from treenn.trees import DependencyTree, InputError, Tree

if TYPE_CHECKING:
    from stanza.models.common.doc import Sentence


@final
class StanzaParser(Parser):
    """Universal Dependencies trees of Stanza, binarized by `binarize_by_head`.

    Args:
        language: the code of a language whose Stanza models are downloaded (default: `"en"`).

    Raises:
        InputError: if Stanza or its models are not installed.
    """

    def __init__(self, language: str = "en") -> None:
        self._language = language
        try:
            import stanza
        except ImportError as error:
            raise InputError("Stanza is not installed; install it by python -m pip install 'treenn[stanza]'") from error
        try:
            self._pipeline = stanza.Pipeline(
                language,
                processors="tokenize,pos,lemma,depparse",
                tokenize_pretokenized=True,
                download_method=None,
                verbose=False,
            )
        except (FileNotFoundError, ValueError) as error:
            remedy = f"python -c \"import stanza; stanza.download('{language}')\""
            raise InputError(
                f"language {language!r}: Stanza has no models of it here; install them by {remedy}"
            ) from error

    def extra_repr(self) -> str:
        """As `Parser.extra_repr`."""
        return f"{self._language!r}"

    def parse_batch(self, sentences: Sequence[Sequence[str]]) -> list[Tree]:
        """As `Parser.parse_batch`."""
        sentences = check_sentences(sentences)
        if not sentences:
            return []
        parses = self._pipeline([list(words) for words in sentences]).sentences
        pairs = zip(map(tuple, sentences), parses, strict=True)
        return [binarize_by_head(_dependencies(words, sentence)) for words, sentence in pairs]


def _dependencies(words: tuple[str, ...], sentence: Sentence) -> DependencyTree:
    """Convert a sentence to a dependency tree; in Stanza, words are numbered from 1, and the root's head is 0."""
    heads = tuple(word.head - 1 for word in sentence.words)
    return DependencyTree(words, heads, tuple(word.deprel for word in sentence.words))
