"""Trees of texts: tokenized, divided into sentences, parsed, and joined to one tree per text."""

from __future__ import annotations

from collections.abc import Sequence

from treenn.datasets.tokenizers import DEFAULT, load_tokenizer
from treenn.parsers.loading import SHIPPED, load_parser
from treenn.parsers.long_sentences import divide_sentences, join_trees
from treenn.parsers.parser import Parser
from treenn.runtime.progress import Progress, ignore
from treenn.trees.arguments import checked
from treenn.trees.errors import InputError, argument
from treenn.trees.tree import Tree

_BATCH = 256  # sentences between two calls of the progress callback


class TextError(InputError):
    """Invalid text, with its index, so that a caller can add the file and the line.

    Args:
        message: as in `InputError`.
        index: the index of the text.
    """

    def __init__(self, message: str, index: int) -> None:
        super().__init__(message)
        self.index = index


@checked
def trees_of_texts(
    texts: Sequence[str],
    *,
    trees: str = SHIPPED,
    tokenizer: str = DEFAULT,
    language: str | None = None,
    progress: Progress = ignore,
) -> list[Tree]:
    """Parse texts.

    A text of several sentences becomes one tree, with its sentences below a balanced binary tree
    (`treenn.parsers.join_trees`). A sentence longer than the parser's `max_words` is divided at punctuation.

    Args:
        texts: the texts.
        trees: the parser, by its name in `treenn.load_parser`, or its folder (default: `"chart"`, for English).
        tokenizer: the tokenizer, by its name in `load_tokenizer` (default: `"treebank"`).
        language: the ISO 639-1 code of the language (default: None, unknown).
        progress: called with the number of parsed sentences (default: no-op).

    Returns:
        One tree per text, without labels.

    Raises:
        TextError: (an InputError) if a text has no words.
        InputError: if there is no such parser or tokenizer.

    >>> print(trees_of_texts(["春眠不覺曉"], trees="right", tokenizer="characters")[0])
    (X (X 春) (X (X 眠) (X (X 不) (X (X 覺) (X 曉)))))
    """
    splitter, parser = load_tokenizer(tokenizer), load_parser(trees)
    sentences = [divide_sentences(splitter.sentences(text), parser.max_words) for text in texts]
    if not all(sentences):
        index = sentences.index([])
        raise TextError(f"{argument('texts')}[{index}] has no words; must have at least one", index)
    parsed = iter(_parsed(parser, [each.words for parts in sentences for each in parts], progress))
    return [join_trees([next(parsed) for _ in parts]) for parts in sentences]


def _parsed(parser: Parser, sentences: Sequence[tuple[str, ...]], progress: Progress) -> list[Tree]:
    """Parse sentences in batches of similar length; distinct sentences once. Returns unlabelled trees in order."""
    distinct = sorted(dict.fromkeys(sentences), key=len)
    trees: dict[tuple[str, ...], Tree] = {}
    for start in range(0, len(distinct), _BATCH):
        batch = distinct[start : start + _BATCH]
        trees |= zip(batch, map(_unlabelled, parser.parse_batch(batch)), strict=True)
        progress(len(trees), len(distinct), "parsing sentences")
    return [trees[words] for words in sentences]


def _unlabelled(tree: Tree) -> Tree:
    return tree.with_labels([None] * len(tree))
