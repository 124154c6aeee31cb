"""Trees of the sources of a parallel corpus, parsed once and cached on disk."""

from __future__ import annotations

from dataclasses import replace

from treebanks import ParallelCorpus, Translation
from treenn.datasets.text_error import TextError
from treenn.datasets.text_trees import trees_of_texts
from treenn.parsers.loading import SHIPPED
from treenn.runtime.progress import Progress, ignore
from treenn.trees.errors import InputError

LANGUAGE_OF_PARSER = "en"
"""The language of the shipped parser."""


def with_trees(corpus: ParallelCorpus, trees: str | None = None, progress: Progress = ignore) -> ParallelCorpus:
    """The corpus with a tree for each source.

    Sources are tokenized like the Stanford Sentiment Treebank. The trees are cached by the parser and the texts
    (`treenn.datasets.tree_cache`).

    Args:
        corpus: the corpus.
        trees: the parser, by its name in `treenn.load_parser`, or its folder (default: None, `"chart"` for English,
            else `"right"`).
        progress: called while sources are parsed (default: no report).

    Raises:
        InputError: if there is no such parser, a source has no words, or the shipped parser is not for its language.
    """
    language = corpus.languages[0]
    parser = trees or (SHIPPED if language == LANGUAGE_OF_PARSER else "right")
    splits = {}
    for split, pairs in corpus.splits.items():
        texts = [pair.source for pair in pairs]
        try:
            parsed = trees_of_texts(texts, trees=parser, language=language, progress=progress)
        except TextError as error:
            raise InputError(f"pair {error.index} of {corpus.name} {split}: {error.problem}") from None
        splits[split] = tuple(
            Translation(pair.source, pair.target, tree) for pair, tree in zip(pairs, parsed, strict=True)
        )
    return replace(corpus, splits=splits, parser=parser)
