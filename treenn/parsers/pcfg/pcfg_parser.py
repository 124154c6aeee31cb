"""`PCFGParser`: a grammar that finds trees, and its folder on disk."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from itertools import groupby
from pathlib import Path
from typing import Any, Self, final

from nltk.grammar import PCFG, Nonterminal, ProbabilisticProduction

from treenn.parsers.config import read_config, readable
from treenn.parsers.parser import Parser, check_sentences
from treenn.parsers.pcfg.induction import START
from treenn.parsers.pcfg.lexicon import terminal
from treenn.parsers.pcfg.markov import CONTEXT, PART
from treenn.parsers.pcfg.pcfg_settings import Settings
from treenn.parsers.pcfg.rules import compiled
from treenn.parsers.pcfg.signatures import UNKNOWN
from treenn.parsers.pcfg.viterbi import Parse, search
from treenn.trees import InputError, Tree
from treenn.trees.arguments import AnyPath, checked
from treenn.trees.files import write_text
from treenn.trees.json_values import check_object, read_object, read_settings

FORMAT = 1
"""The version of a parser folder's layout."""

MAX_WORDS = 200
"""The longest sentence that is parsed: time grows with the cube of its length, memory with the square."""

_PROBE = (("a",), ("a", "a", "a"))  # sentences for which any grammar that was trained has a tree

_COLUMNS = 256  # words of sentences of one length that are searched at once


@final
class PCFGParser(Parser):
    """The most probable tree by a grammar read off a treebank.

    Its trees are labelled as `treenn.trees.binarize` labels: with tags and categories, unary chains joined with `+`,
    parts of nodes marked `@`; so `unbinarize` gives the tree as the treebank would have it. Where the grammar has no
    tree for a whole sentence, it has one for the fewest fragments: they stand side by side under a root without a
    label. Fragments cost so much that a sentence rarely has two where one will do.

    Args:
        grammar: as `treenn.parsers.pcfg.induction.induced` makes it.
        settings: what it was made with.
    """

    max_words = MAX_WORDS

    def __init__(self, grammar: PCFG, settings: Settings) -> None:
        self.grammar, self.settings, self.rules = grammar, settings, compiled(grammar)

    def parse_batch(self, sentences: Sequence[Sequence[str]]) -> list[Tree]:
        """See `Parser`.

        Raises:
            InputError: where a sentence has no words, or more than `MAX_WORDS`.
        """
        sentences = check_sentences(sentences, self.max_words)
        trees: dict[int, Tree] = {}
        order = sorted(range(len(sentences)), key=lambda number: len(sentences[number]))
        for length, group in groupby(order, key=lambda number: len(sentences[number])):
            same, size = [*group], max(1, _COLUMNS // length)
            for start in range(0, len(same), size):
                batch = same[start : start + size]
                trees |= zip(batch, self._parse([sentences[number] for number in batch]), strict=True)
        return [trees[number] for number in range(len(sentences))]

    def _parse(self, sentences: list[Sequence[str]]) -> list[Tree]:
        """The trees of sentences of one length."""
        known = self.rules.lexicon
        terminals = [
            [terminal(word, first=place == 0, known=known) for place, word in enumerate(words)] for words in sentences
        ]
        return [_labelled(parse, words) for parse, words in zip(search(self.rules, terminals), sentences, strict=True)]

    @checked
    def save(self, folder: AnyPath) -> None:
        """Write the parser as `config.json` and `grammar.json`: the probabilities of each symbol's rules."""
        folder = Path(folder)
        rules: dict[str, list[list[Any]]] = defaultdict(list)
        words: dict[str, dict[str, float]] = defaultdict(dict)
        for production in self.grammar.productions():
            symbol, below = production.lhs().symbol(), production.rhs()
            if isinstance(below[0], str):
                words[symbol][below[0]] = production.prob()
            else:
                rules[symbol].append([*(child.symbol() for child in below), production.prob()])
        write_text(folder / "grammar.json", json.dumps({"rules": rules, "words": words}, ensure_ascii=False) + "\n")
        config = {"format": FORMAT, "parser": "pcfg", "settings": asdict(self.settings)}
        write_text(folder / "config.json", json.dumps(config, indent=2) + "\n")

    @classmethod
    @checked
    def load(cls, folder: AnyPath) -> Self:
        """A saved parser.

        Raises:
            InputError: where the folder does not hold such a parser, or one of another format.
        """
        folder = Path(folder)
        config = read_config(folder, "pcfg", FORMAT)
        check_object(config, {"settings": dict}, folder / "config.json")
        settings = read_settings(Settings, config["settings"], folder / "config.json")
        held = read_object(folder / "grammar.json", _GRAMMAR)
        with readable(folder / "grammar.json"):
            grammar = PCFG(Nonterminal(START), [*_productions(held)], calculate_leftcorners=False)
            parser = cls(grammar, settings)
            parser.parse_batch(_PROBE)
        return parser


_GRAMMAR = {"rules": dict[str, list[list[object]]], "words": dict[str, dict[str, float]]}


def _productions(held: dict[str, Any]) -> Iterator[ProbabilisticProduction]:
    """The rules in a `grammar.json`."""
    if START not in held["rules"]:
        raise InputError(f"there must be rules for {START!r}")
    if not any(UNKNOWN in words for words in held["words"].values()):
        raise InputError(f"some tag must have the word {UNKNOWN!r}, which stands for all that the grammar lacks")
    for symbol, rules in held["rules"].items():
        for *below, probability in rules:
            yield _production(symbol, [*map(Nonterminal, below)], probability)
    for symbol, words in held["words"].items():
        for word, probability in words.items():
            yield _production(symbol, [word], probability)


def _production(symbol: str, below: list[Any], probability: Any) -> ProbabilisticProduction:
    if not (isinstance(probability, float | int) and 0 <= probability <= 1):
        raise InputError(f"a rule of {symbol} has the probability {probability}; must be 0 to 1")
    return ProbabilisticProduction(Nonterminal(symbol), below, prob=probability)


def _labelled(parse: Parse | None, words: Sequence[str]) -> Tree:
    """The tree over the words themselves, its labels without what only the grammar needs."""
    if parse is None:
        raise InputError("this grammar has no tree for some sentence; train the parser anew")  # fragments make one
    labels = [_label(str(label)) for label in parse.tree.labels]
    if labels[-1] == PART:
        labels[-1] = None
    return Tree(tuple(words), parse.tree.merges, tuple(labels))


def _label(chain: str) -> str | None:
    """`^+^^+S+VP^S` is a sentence of one fragment, S+VP; where several fragments stand together, that is no node."""
    if chain == START:
        return PART
    return "+".join(filter(None, (symbol.split(CONTEXT)[0] for symbol in chain.split("+"))))
