"""Examples of estimators: texts, tokenized texts, trees and dependency trees."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from treenn.datasets.text_error import TextError
from treenn.datasets.text_trees import as_sentences, parse_texts, trees_of_texts, trees_of_tokens
from treenn.datasets.tokenizers import load_tokenizer
from treenn.parsers import Parser
from treenn.trees import DependencyTree, InputError, Label, Tree
from treenn.trees.arguments import check, check_items, refusal
from treenn.trees.errors import argument

CACHED_FROM = 100
"""The minimum number of texts whose trees are cached on disk; fewer are parsed fast."""

AnyTree: TypeAlias = Tree | DependencyTree


@dataclass(frozen=True)
class TreeReader:
    """The conversion of the argument X to trees.

    Args:
        parser: a parser, its name or its folder.
        tokenizer: the name of a tokenizer.
        language: the language; None if it is unknown.
    """

    parser: str | Parser
    tokenizer: str
    language: str | None

    def read(self, X: Any) -> list[AnyTree | None]:
        """The tree of each item; None for a text without words.

        Raises:
            InputError: if X is empty, an item is of another type, or dependency trees are mixed with others.
        """
        items = check_items("X", X, str, list, tuple, Tree, DependencyTree)
        if not items:
            raise InputError(f"{argument('X')} is empty: must have one text or tree, or more")
        if len({isinstance(item, DependencyTree) for item in items}) == 2:
            raise InputError(f"{argument('X')} has dependency trees and other items: must have only one kind")
        trees: list[AnyTree | None] = [item if isinstance(item, AnyTree) else None for item in items]
        of_texts = [index for index, item in enumerate(items) if isinstance(item, str) and item]
        of_tokens = [index for index, item in enumerate(items) if isinstance(item, list | tuple) and item]
        for index in of_tokens:
            _check_tokens(f"X[{index}]", items[index])
        for indices, parse in ((of_texts, self._of_texts), (of_tokens, self._of_tokens)):
            for index, tree in self._parsed(items, indices, parse):
                trees[index] = tree
        return trees

    def _parsed(
        self, items: Sequence[Any], indices: list[int], parse: Callable[[list[Any]], list[Tree]]
    ) -> Iterable[tuple[int, Tree]]:
        """Parse the items with words. Errors name the argument X."""
        try:
            return self._attempt(items, indices, parse)
        except TextError as error:
            worded = [index for index in indices if self._has_words(items[index])]
            if worded == indices:
                raise InputError(f"{argument('X')}[{indices[error.index]}]: {_renamed(error.problem)}") from None
            return self._attempt(items, worded, parse)
        except InputError as error:
            raise InputError(_renamed(error.marked), source=error.source, line=error.line) from None

    def _attempt(
        self, items: Sequence[Any], indices: list[int], parse: Callable[[list[Any]], list[Tree]]
    ) -> Iterable[tuple[int, Tree]]:
        trees = parse([items[index] for index in indices]) if indices else []
        return zip(indices, trees, strict=True)

    def _has_words(self, item: Any) -> bool:
        return bool(load_tokenizer(self.tokenizer).sentences(item) if isinstance(item, str) else item)

    def _of_texts(self, texts: list[str]) -> list[Tree]:
        if isinstance(self.parser, Parser):
            return parse_texts(texts, load_tokenizer(self.tokenizer).sentences, self.parser)
        cache, language = len(texts) >= CACHED_FROM, self.language
        return trees_of_texts(texts, trees=self.parser, tokenizer=self.tokenizer, language=language, cache=cache)

    def _of_tokens(self, tokens: list[Sequence[str]]) -> list[Tree]:
        if isinstance(self.parser, Parser):
            return parse_texts(tokens, as_sentences, self.parser)
        return trees_of_tokens(tokens, trees=self.parser, cache=len(tokens) >= CACHED_FROM)


def _check_tokens(name: str, words: Any) -> None:
    for index, word in enumerate(check(name, words, Sequence[str])):
        if not word or any(map(str.isspace, word)):
            raise refusal(f"{name}[{index}]", word, "a word without white space")


def _renamed(message: str) -> str:
    """Replace the argument `trees` in a message by the parameter `parser`."""
    return message.replace(argument("trees"), argument("parser"))


def without_labels(tree: AnyTree) -> AnyTree:
    """The tree without labels."""
    return tree.with_labels([None] * len(tree)) if isinstance(tree, Tree) else tree.unlabelled


def root_label(tree: AnyTree) -> Label:
    """The label of the root."""
    return tree.labels[tree.root]


def labelled(tree: AnyTree, root: Label, change: Callable[[Label], Label]) -> AnyTree:
    """The tree with the label `root` at its root, and `change(label)` at all other nodes."""
    labels = [change(label) for label in tree.labels]
    labels[tree.root] = root
    return tree.with_labels(labels) if isinstance(tree, Tree) else replace(tree, labels=tuple(labels))
