"""`PCFGParser`: Viterbi parsing with a probabilistic context-free grammar."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Self, final

from nltk.grammar import PCFG, Nonterminal, ProbabilisticProduction

from treenn.parsers.batching import equal_lengths, parse_batches
from treenn.parsers.config import read_config, readable, write_config
from treenn.parsers.parser import Parser, check_sentences
from treenn.parsers.pcfg.induction import START
from treenn.parsers.pcfg.lexicon import UNKNOWN, terminal
from treenn.parsers.pcfg.markov import CONTEXT, PART
from treenn.parsers.pcfg.pcfg_settings import PCFGSettings
from treenn.parsers.pcfg.rules import compiled
from treenn.parsers.pcfg.viterbi import Parse, search
from treenn.trees import InputError, Tree
from treenn.trees.arguments import AnyPath, checked
from treenn.trees.atomic_writing import write_text
from treenn.trees.json_records import from_json
from treenn.trees.json_values import read_object

FORMAT = 1
"""The version of the folder format."""

MAX_WORDS = 200
"""The maximum number of words of a sentence: time is cubic and memory quadratic in it."""

_PROBE = (("a",), ("a", "a", "a"))  # sentences that validate a grammar on loading

_COLUMNS = 256  # words per batch


@final
class PCFGParser(Parser):
    """Parser that returns the most probable tree under a grammar estimated from a treebank.

    Trees have tags and categories as labels in the form of `treenn.trees.binarize`, with unary chains joined by `+` and
    intermediate nodes marked `@`, so that `unbinarize` restores the treebank's form. If the grammar has no tree for a
    whole sentence, the tree consists of the fewest fragments below a root without a label; a low prior
    (`PCFGSettings.fragment`) makes several fragments rare.

    Args:
        grammar: a grammar of `treenn.parsers.pcfg.induction.induced`.
        settings: the settings of the grammar's induction.
    """

    max_words = MAX_WORDS

    def __init__(self, grammar: PCFG, settings: PCFGSettings) -> None:
        self.grammar, self.settings, self.rules = grammar, settings, compiled(grammar)

    def extra_repr(self) -> str:
        """As `Parser.extra_repr`."""
        return f"symbols={len(self.rules.symbols)}, words={len(self.rules.lexicon)}"

    def parse_batch(self, sentences: Sequence[Sequence[str]]) -> list[Tree]:
        """As `Parser.parse_batch`; at most `MAX_WORDS` words per sentence, batched by length."""
        sentences = check_sentences(sentences, self.max_words)
        return parse_batches(sentences, equal_lengths(sentences, lambda length: _COLUMNS // length), self._parse)

    def _parse(self, sentences: list[Sequence[str]]) -> list[Tree]:
        """Parse sentences of one length."""
        known = self.rules.lexicon
        numbered = map(enumerate, sentences)
        terminals = [[terminal(word, first=index == 0, known=known) for index, word in words] for words in numbered]
        return list(map(_labelled, search(self.rules, terminals), sentences))

    @checked
    def save(self, folder: AnyPath) -> None:
        """Write `config.json` and `grammar.json`, the probabilities of each symbol's rules."""
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
        write_config(folder, "pcfg", FORMAT, {"settings": asdict(self.settings)})

    @classmethod
    @checked
    def load(cls, folder: AnyPath) -> Self:
        """Load a parser that `save` wrote.

        Raises:
            InputError: if the folder holds no PCFG parser, another format or a malformed grammar.
        """
        folder = Path(folder)
        config = read_config(folder, "pcfg", FORMAT, {"settings": dict})
        settings = from_json(PCFGSettings, config["settings"], folder / "config.json", "settings")
        grammar_json = read_object(folder / "grammar.json", _GRAMMAR)
        with readable(folder / "grammar.json"):
            grammar = PCFG(Nonterminal(START), [*_productions(grammar_json)], calculate_leftcorners=False)
            parser = cls(grammar, settings)
            parser.parse_batch(_PROBE)
        return parser


_GRAMMAR = {"rules": dict[str, list[list[object]]], "words": dict[str, dict[str, float]]}


def _productions(grammar: dict[str, Any]) -> Iterator[ProbabilisticProduction]:
    """Yield the rules of a `grammar.json`."""
    if START not in grammar["rules"]:
        raise InputError(f"the start symbol {START!r} must have rules")
    if not any(UNKNOWN in words for words in grammar["words"].values()):
        raise InputError(f"at least one tag must have the word {UNKNOWN!r}, the terminal of unknown words")
    for symbol, rules in grammar["rules"].items():
        for *below, probability in rules:
            yield _production(symbol, [*map(Nonterminal, below)], probability)
    for symbol, words in grammar["words"].items():
        for word, probability in words.items():
            yield _production(symbol, [word], probability)


def _production(symbol: str, below: list[Any], probability: Any) -> ProbabilisticProduction:
    if not (isinstance(probability, float | int) and 0 <= probability <= 1):
        raise InputError(f"a rule of {symbol} has the probability {probability}; must be 0 to 1")
    return ProbabilisticProduction(Nonterminal(symbol), below, prob=probability)


def _labelled(parse: Parse | None, words: Sequence[str]) -> Tree:
    """Build the tree over the original words, without the grammar's internal symbols."""
    if parse is None:
        # impossible for an induced grammar
        raise InputError("this grammar has no tree for some sentence; the parser must be trained again")
    labels = [_label(str(label)) for label in parse.tree.labels]
    if labels[-1] == PART:
        labels[-1] = None
    return Tree(tuple(words), parse.tree.merges, tuple(labels))


def _label(chain: str) -> str | None:
    """Strip contexts: `^+^^+S+VP^S`, a single fragment, becomes `S+VP`, and a node over several becomes `PART`."""
    if chain == START:
        return PART
    return "+".join(filter(None, (symbol.split(CONTEXT)[0] for symbol in chain.split("+"))))
