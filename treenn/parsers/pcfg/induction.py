"""Grammar induction: smoothed relative frequencies of the rules of trees."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from typing import TypeAlias

from nltk.grammar import PCFG, Nonterminal, ProbabilisticProduction

from treenn.parsers.pcfg.lexicon import lexicon
from treenn.parsers.pcfg.markov import CONTEXT, rules, symbols
from treenn.parsers.pcfg.pcfg_settings import PCFGSettings
from treenn.trees import NaryTree, Tree

START = CONTEXT
"""The start symbol: one fragment or, with low probability, several."""

FRAGMENT = 2 * CONTEXT
"""The symbol of a whole sentence, which expands to any category, most probably to one of a root in training."""

_Rule: TypeAlias = tuple[str, tuple[Nonterminal | str, ...]]


def induced(trees: Collection[NaryTree | Tree], settings: PCFGSettings) -> PCFG:
    """Estimate a grammar from trees; it generates every sentence.

    The terminals are words and, for unknown words, signatures (`lexicon.terminal`).
    """
    roots, occurrences, expansions = Counter[str](), Counter[str](), Counter[_Rule]()
    for tree in trees:
        named = symbols(tree, settings)
        roots[named[-1]] += 1
        occurrences.update(named)
        expansions.update((parent, tuple(map(Nonterminal, children))) for parent, children in rules(tree, settings))
    counts: dict[_Rule, float] = {**expansions}
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
