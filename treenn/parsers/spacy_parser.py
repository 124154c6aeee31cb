"""`SpacyParser`: spaCy's dependencies as binary trees."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, final

from treenn.parsers.head_final import binarize_by_head
from treenn.parsers.parser import Parser, check_sentences
from treenn.trees import DependencyTree, InputError, Tree

if TYPE_CHECKING:
    from spacy.tokens import Doc


@final
class SpacyParser(Parser):
    """Dependency trees of a spaCy pipeline, binarized by `binarize_by_head`.

    Args:
        model: the name of an installed pipeline with a dependency parser, or its folder (default: `"en_core_web_sm"`).

    Raises:
        InputError: if spaCy or the pipeline is not installed, or the pipeline has no parser.
    """

    def __init__(self, model: str = "en_core_web_sm") -> None:
        self._model = model
        try:
            import spacy
        except ImportError as error:
            raise InputError("spaCy is not installed; install it by python -m pip install 'treenn[spacy]'") from error
        try:
            self._pipeline = spacy.load(model, exclude=["ner", "lemmatizer", "senter"])
        except OSError as error:
            raise InputError(
                f"model {model!r}: spaCy has no such pipeline here; install it by python -m spacy download {model}"
            ) from error
        if "parser" not in self._pipeline.pipe_names:
            parts = ", ".join(self._pipeline.pipe_names) or "nothing"
            raise InputError(f"model {model!r}: must be a spaCy pipeline with a parser; it has {parts}")

    def extra_repr(self) -> str:
        """As `Parser.extra_repr`."""
        return f"{self._model!r}"

    def parse_batch(self, sentences: Sequence[Sequence[str]]) -> list[Tree]:
        """As `Parser.parse_batch`."""
        sentences = check_sentences(sentences)
        documents = self._pipeline.pipe(map(self._document, sentences))
        return [binarize_by_head(_dependencies(document)) for document in documents]

    def _document(self, words: Sequence[str]) -> Doc:
        """Build a document of one sentence, without the pipeline's sentence splitting."""
        from spacy.tokens import Doc

        starts: list[bool | int | None] = [True, *[False] * (len(words) - 1)]
        return Doc(self._pipeline.vocab, words=list(words), sent_starts=starts)


def _dependencies(document: Doc) -> DependencyTree:
    """Convert a document to a dependency tree; in spaCy, the root is its own head."""
    heads = tuple(-1 if token.head.i == token.i else token.head.i for token in document)
    return DependencyTree(tuple(token.text for token in document), heads, tuple(token.dep_ for token in document))
