"""A grammar read off trees: relative frequencies, and room for what the trees did not show."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from typing import TypeAlias

from nltk.grammar import PCFG, Nonterminal, ProbabilisticProduction

from treenn.parsers.pcfg.lexicon import lexicon
from treenn.parsers.pcfg.markov import CONTEXT, rules, symbols
from treenn.parsers.pcfg.pcfg_settings import Settings
from treenn.trees import NaryTree, Tree

START = CONTEXT
"""The symbol of a sentence: one fragment or, at a high price, several."""

FRAGMENT = 2 * CONTEXT
"""What a whole sentence is: as a rule what it was in training, but it can be any phrase or word."""

_Rule: TypeAlias = tuple[str, tuple[Nonterminal | str, ...]]


def induced(trees: Collection[NaryTree | Tree], settings: Settings) -> PCFG:
    """The grammar of these trees, by which every sentence has a tree.

    Its terminals are the words and, for words that it does not know, signatures; see `lexicon.terminal`.
    """
    roots, occurrences, found = Counter[str](), Counter[str](), Counter[_Rule]()
    for tree in trees:
        named = symbols(tree, settings)
        roots[named[-1]] += 1
        occurrences.update(named)
        found.update((parent, tuple(map(Nonterminal, children))) for parent, children in rules(tree, settings))
    counts: dict[_Rule, float] = {**found}
    counts |= {(tag, (word,)): times for (tag, word), times in lexicon(trees, settings).items()}
    unseen = settings.root / occurrences.total()
    for symbol, times in occurrences.items():
        counts[FRAGMENT, (Nonterminal(symbol),)] = roots[symbol] + unseen * times
    counts[START, (Nonterminal(FRAGMENT),)] = 1 - settings.fragment
    counts[START, (Nonterminal(FRAGMENT), Nonterminal(START))] = settings.fragment
    return _normalized(counts)


def _normalized(counts: Mapping[_Rule, float]) -> PCFG:
    totals = defaultdict[str, float](float)
    for (parent, _), times in counts.items():
        totals[parent] += times
    productions = [
        ProbabilisticProduction(Nonterminal(parent), children, prob=times / totals[parent])
        for (parent, children), times in counts.items()
    ]
    return PCFG(Nonterminal(START), productions, calculate_leftcorners=False)
